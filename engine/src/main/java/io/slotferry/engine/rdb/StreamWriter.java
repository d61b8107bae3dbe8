package io.slotferry.engine.rdb;

import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.PendingEntry;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.engine.value.StreamWalk;

/** Writes a stream as Redis 7.0 does: listpacks of entries, then groups with what is pending. */
final class StreamWriter {
  private static final int ID_BYTES = 16;
  private static final int NODE_ENTRIES_MAX = 100;
  private static final int NODE_BYTES_MAX = 4096;
  private static final int OWN_NAMES = 0;

  private final DumpOutput out;
  private final Slice field = new Slice();
  private final Slice value = new Slice();

  StreamWriter(DumpOutput out) {
    this.out = out;
  }

  void write(StreamValue stream) {
    out.u8(DumpType.STREAM_LISTPACKS_2);
    DumpOutput nodes = new DumpOutput();
    int count = 0;
    StreamWalk walk = stream.walk(StreamId.MIN, StreamId.MAX, false);
    boolean more = walk.next();
    while (more) {
      more = writeNode(walk, nodes);
      count++;
    }
    out.length(count);
    out.raw(nodes.bytes(), 0, nodes.size());
    out.length(stream.size());
    id(stream.lastId());
    id(stream.firstEntryId());
    id(stream.maxDeletedId());
    out.length(stream.entriesAdded());
    out.length(stream.groups().size());
    stream.groups().forEach(this::write);
  }

  private void id(StreamId id) {
    out.length(id.ms());
    out.length(id.seq());
  }

  private void rawId(DumpOutput out, long ms, long seq) {
    out.littleEndian(Long.reverseBytes(ms), Long.BYTES);
    out.littleEndian(Long.reverseBytes(seq), Long.BYTES);
  }

  // ---- entries

  /** Writes entries from the one at which the walk stands on; whether there is one left. */
  private boolean writeNode(StreamWalk walk, DumpOutput nodes) {
    Listpack entries = new Listpack();
    StreamId master = walk.id();
    int count = 0;
    boolean more = true;
    while (more && count < NODE_ENTRIES_MAX && entries.bytes() < NODE_BYTES_MAX) {
      add(entries, walk, master);
      count++;
      more = walk.next();
    }
    nodes.length(ID_BYTES);
    rawId(nodes, master.ms(), master.seq());
    Listpack node = new Listpack();
    node.add(count);
    node.add(0);
    // No names in common: each entry brings its own.
    node.add(0);
    node.add(0);
    node.append(entries);
    node.writeTo(nodes);
    return more;
  }

  private void add(Listpack entries, StreamWalk walk, StreamId master) {
    int fields = walk.fields();
    entries.add(OWN_NAMES);
    entries.add(walk.ms() - master.ms());
    entries.add(walk.seq() - master.seq());
    entries.add(fields);
    for (int i = 0; i < fields; i++) {
      walk.nextField(field, value);
      entries.add(field.buffer(), field.start(), field.length());
      entries.add(value.buffer(), value.start(), value.length());
    }
    entries.add(2L * fields + 4);
  }

  // ---- groups

  private void write(ConsumerGroup group) {
    out.string(group.name(), 0, group.name().length);
    id(group.lastId());
    out.length(group.entriesRead());
    out.length(group.pendingCount());
    for (PendingEntry at = group.pendingFrom(StreamId.MIN);
        at != null;
        at = group.pendingAfter(at)) {
      rawId(out, at.ms(), at.seq());
      out.littleEndian(at.deliveredMillis(), Long.BYTES);
      out.length(at.deliveries());
    }
    out.length(group.consumers().size());
    group.consumers().forEach(this::write);
  }

  private void write(Consumer consumer) {
    out.string(consumer.name(), 0, consumer.name().length);
    out.littleEndian(consumer.seenMillis(), Long.BYTES);
    out.length(consumer.pendingCount());
    for (PendingEntry at = consumer.pendingFrom(StreamId.MIN);
        at != null;
        at = consumer.pendingAfter(at)) {
      rawId(out, at.ms(), at.seq());
    }
  }
}
