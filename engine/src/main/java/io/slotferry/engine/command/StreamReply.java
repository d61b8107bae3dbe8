package io.slotferry.engine.command;

import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.engine.value.StreamWalk;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;

/** Writes IDs and entries of streams. */
final class StreamReply {
  private final ReplyWriter reply;
  private final byte[] chars = new byte[StreamId.CHARS_MAX];
  private final Slice field = new Slice();
  private final Slice value = new Slice();

  StreamReply(ReplyWriter reply) {
    this.reply = reply;
  }

  void id(StreamId id) {
    id(id.ms(), id.seq());
  }

  void id(long ms, long seq) {
    if ((ms | seq) < 0) {
      reply.bulk(new StreamId(ms, seq).toBytes());
      return;
    }
    int msDigits = Decimal.length(ms);
    int seqDigits = Decimal.length(seq);
    Decimal.write(ms, chars, 0, msDigits);
    chars[msDigits] = '-';
    Decimal.write(seq, chars, msDigits + 1, seqDigits);
    reply.bulk(chars, 0, msDigits + 1 + seqDigits);
  }

  /** The entry at which the walk stands: its ID, and fields and values in turn. */
  void entry(StreamWalk walk) {
    reply.array(2);
    id(walk.ms(), walk.seq());
    int fields = walk.fields();
    reply.array(fields * 2);
    for (int i = 0; i < fields; i++) {
      walk.nextField(field, value);
      field.writeTo(reply);
      value.writeTo(reply);
    }
  }

  /** The entry of this ID, without anything around it; false, and nothing, when there is none. */
  boolean entry(StreamValue stream, StreamId id) {
    StreamWalk walk = stream.walk(id, id, false);
    if (!walk.next()) {
      return false;
    }
    entry(walk);
    return true;
  }

  /** An array of what the walk meets, at most {@code max} entries; 0 for no limit. */
  void entries(StreamWalk walk, long max) {
    int start = reply.size();
    int count = 0;
    while ((max == 0 || count < max) && walk.next()) {
      entry(walk);
      count++;
    }
    reply.arrayFrom(start, count);
  }
}
