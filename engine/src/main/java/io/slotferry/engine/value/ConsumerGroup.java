package io.slotferry.engine.value;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A consumer group of a stream: how far it has read, its consumers, and what they have not
 * acknowledged, both all together and by consumer.
 */
public final class ConsumerGroup {
  /** {@link #entriesRead} that is not known. */
  public static final long UNKNOWN = -1;

  private static final int GROUP_BYTES = 160;
  private static final int CONSUMER_BYTES = 180;

  /** The most pending entries of a piece. */
  private static final int PIECE_ENTRIES = 512;

  /** The entry and its places in two indexes. */
  private static final int PENDING_BYTES = 64;

  private final StreamValue stream;
  private final byte[] name;
  private final IdIndex<PendingEntry> pending = new IdIndex<>();
  private final TreeMap<byte[], Consumer> consumers = new TreeMap<>(Arrays::compareUnsigned);
  private StreamId lastId;
  private long entriesRead;

  ConsumerGroup(StreamValue stream, byte[] name, StreamId lastId, long entriesRead) {
    this.stream = stream;
    this.name = name;
    this.lastId = lastId;
    this.entriesRead = entriesRead;
    stream.grew(GROUP_BYTES + name.length);
  }

  /** Not to be changed. */
  public byte[] name() {
    return name;
  }

  /** The memory it takes, bytes: an estimate. */
  long weight() {
    long weight = GROUP_BYTES + name.length + (long) PENDING_BYTES * pending.size();
    for (Consumer consumer : consumers.values()) {
      weight += CONSUMER_BYTES + consumer.name().length;
    }
    return weight;
  }

  // ---- how far it has read

  /** The ID of the last entry that was given to any consumer. */
  public StreamId lastId() {
    return lastId;
  }

  /** How many entries of the stream's life are up to {@link #lastId}, or {@link #UNKNOWN}. */
  public long entriesRead() {
    return entriesRead;
  }

  public void moveTo(StreamId lastId, long entriesRead) {
    this.lastId = lastId;
    this.entriesRead = entriesRead;
  }

  // ---- consumers

  public @Nullable Consumer consumer(byte[] name) {
    return consumers.get(name);
  }

  /** In the order of their names. */
  public Collection<Consumer> consumers() {
    return consumers.values();
  }

  /** The consumer of this name, new if there was none. */
  public Consumer demandConsumer(byte[] name) {
    Consumer found = consumers.get(name);
    if (found != null) {
      return found;
    }
    Consumer consumer = new Consumer(name);
    consumers.put(name, consumer);
    stream.grew(CONSUMER_BYTES + name.length);
    return consumer;
  }

  /** Removes a consumer; what it has not acknowledged is nobody's business any more. */
  public void remove(Consumer consumer) {
    for (PendingEntry at = consumer.pendingFrom(StreamId.MIN);
        at != null;
        at = consumer.pendingAfter(at)) {
      pending.remove(at);
    }
    consumers.remove(consumer.name());
    stream.grew(-(long) PENDING_BYTES * consumer.pendingCount());
    stream.grew(-(CONSUMER_BYTES + consumer.name().length));
  }

  // ---- pending entries

  public int pendingCount() {
    return pending.size();
  }

  public @Nullable PendingEntry pending(StreamId id) {
    return pending.find(id.ms(), id.seq());
  }

  /** The first pending entry at or after this ID. */
  public @Nullable PendingEntry pendingFrom(StreamId id) {
    return pending.ceiling(id.ms(), id.seq());
  }

  public @Nullable PendingEntry pendingAfter(PendingEntry entry) {
    return pending.after(entry);
  }

  public @Nullable PendingEntry lastPending() {
    return pending.last();
  }

  /** Makes an entry pending for this consumer, whosoever it was pending for before, if at all. */
  public PendingEntry give(StreamId id, Consumer consumer) {
    PendingEntry entry = pending(id);
    if (entry == null) {
      entry = new PendingEntry(id, consumer);
      pending.add(entry);
      consumer.pending().add(entry);
      stream.grew(PENDING_BYTES);
    } else if (entry.consumer() != consumer) {
      entry.consumer().pending().remove(entry);
      consumer.pending().add(entry);
      entry.consumer(consumer);
    }
    return entry;
  }

  /** The entry is no longer pending; false when it was not. */
  public boolean acknowledge(StreamId id) {
    PendingEntry entry = pending(id);
    if (entry == null) {
      return false;
    }
    pending.remove(entry);
    entry.consumer().pending().remove(entry);
    stream.grew(-PENDING_BYTES);
    return true;
  }

  // ---- parts

  /**
   * Appends the group as it is now, in pieces of few entries each: where it stands, a consumer, and
   * some of what that one has not acknowledged.
   */
  void encodePieces(List<byte[]> pieces) {
    if (consumers.isEmpty()) {
      pieces.add(beginPiece(0).toByteArray());
    }
    for (Consumer consumer : consumers.values()) {
      PendingEntry next = consumer.pendingFrom(StreamId.MIN);
      int left = consumer.pendingCount();
      do {
        WireWriter piece = beginPiece(1);
        int entries = Math.min(left, PIECE_ENTRIES);
        next = encode(consumer, next, entries, piece);
        left -= entries;
        pieces.add(piece.toByteArray());
      } while (left > 0);
    }
  }

  private WireWriter beginPiece(int pieceConsumers) {
    WireWriter piece = new WireWriter();
    encodeHead(piece);
    piece.varint(pieceConsumers);
    return piece;
  }

  /** Takes a piece, whose name the stream has read. */
  void decodePiece(WireReader in) {
    moveTo(new StreamId(in.i64(), in.i64()), in.varlong());
    if (in.varint() > 0) {
      decodeConsumer(in);
    }
  }

  // ---- the whole

  void encode(WireWriter out) {
    encodeHead(out);
    out.varint(consumers.size());
    for (Consumer consumer : consumers.values()) {
      encode(consumer, consumer.pendingFrom(StreamId.MIN), consumer.pendingCount(), out);
    }
  }

  private void encodeHead(WireWriter out) {
    out.bytes(name);
    out.i64(lastId.ms());
    out.i64(lastId.seq());
    out.varlong(entriesRead);
  }

  /** Writes a consumer with so many pending entries from this one on; returns the one after. */
  private static @Nullable PendingEntry encode(
      Consumer consumer, @Nullable PendingEntry from, int entries, WireWriter out) {
    out.bytes(consumer.name());
    out.i64(consumer.seenMillis());
    out.i64(consumer.activeMillis());
    out.varint(entries);
    PendingEntry at = from;
    for (int i = 0; i < entries && at != null; i++) {
      out.i64(at.ms);
      out.i64(at.seq);
      out.i64(at.deliveredMillis());
      out.varlong(at.deliveries());
      at = consumer.pendingAfter(at);
    }
    return at;
  }

  static ConsumerGroup decode(StreamValue stream, WireReader in) {
    ConsumerGroup group =
        new ConsumerGroup(stream, in.bytes(), new StreamId(in.i64(), in.i64()), in.varlong());
    int consumers = in.varint();
    for (int i = 0; i != consumers; i++) {
      group.decodeConsumer(in);
    }
    return group;
  }

  private void decodeConsumer(WireReader in) {
    Consumer consumer = demandConsumer(in.bytes());
    consumer.seen(in.i64());
    consumer.active(in.i64());
    int entries = in.varint();
    for (int i = 0; i != entries; i++) {
      StreamId id = new StreamId(in.i64(), in.i64());
      if (pending(id) != null) {
        throw new MalformedFrameException("an entry pending twice");
      }
      give(id, consumer).delivered(in.i64(), in.varlong());
    }
  }
}
