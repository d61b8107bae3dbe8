package io.slotferry.engine.rdb;

import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.NodeLimits;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireWriter;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Reads a stream in the forms of Redis 5 to 7.2. */
final class StreamReader {
  private static final int DELETED = 1;
  private static final int SHARED_NAMES = 2;
  private static final int ID_BYTES = 16;

  private record Delivery(long millis, long count) {}

  private final DumpInput in;
  private final int type;
  private final StreamValue stream = new StreamValue();
  private final WireWriter scratch = new WireWriter();

  // A node: its elements, and the next to read.
  private final List<byte[]> elements = new ArrayList<>();
  private int next;

  StreamReader(DumpInput in, int type) {
    this.in = in;
    this.type = type;
  }

  private static void check(boolean valid, String error) {
    if (!valid) {
      throw new MalformedDumpException(error);
    }
  }

  StreamValue read() {
    for (long left = in.length(); left != 0; left--) {
      DumpInput key = DumpInput.of(in.string());
      check(key.remaining() == ID_BYTES, "a node of a stream without an ID");
      readNode(rawId(key), in.string());
    }
    long entriesAdded = in.length();
    check(entriesAdded == stream.size(), "a stream with a wrong length");
    StreamId lastId = id();
    check(!lastId.isBefore(stream.lastId()), "a stream with entries after its last ID");
    StreamId maxDeletedId = StreamId.MIN;
    if (type != DumpType.STREAM_LISTPACKS) {
      id();
      maxDeletedId = id();
      entriesAdded = in.length();
    }
    stream.moveTo(lastId, entriesAdded, maxDeletedId);
    for (long left = in.length(); left != 0; left--) {
      readGroup();
    }
    return stream;
  }

  private StreamId id() {
    return new StreamId(in.length(), in.length());
  }

  private static StreamId rawId(DumpInput in) {
    return new StreamId(Long.reverseBytes(in.i64()), Long.reverseBytes(in.i64()));
  }

  // ---- entries

  private void readNode(StreamId master, byte[] listpack) {
    elements.clear();
    next = 0;
    Listpack.read(listpack, elements::add);
    number();
    number();
    int shared = fieldCount();
    byte[][] names = new byte[shared][];
    for (int i = 0; i < shared; i++) {
      names[i] = element();
    }
    number();
    while (next < elements.size()) {
      readEntry(master, names);
    }
  }

  private byte[] element() {
    check(next < elements.size(), "half of an entry");
    return elements.get(next++);
  }

  private long number() {
    byte[] digits = element();
    check(Decimal.isLong(digits, 0, digits.length), "a number that is none");
    return Decimal.toLong(digits, 0, digits.length);
  }

  private int fieldCount() {
    long count = number();
    check(count >= 0 && count <= elements.size(), "an impossible number of fields");
    return (int) count;
  }

  private void readEntry(StreamId master, byte[][] names) {
    long flags = number();
    StreamId id = new StreamId(master.ms() + number(), master.seq() + number());
    boolean own = (flags & SHARED_NAMES) == 0;
    int fields = own ? fieldCount() : names.length;
    byte[][] arguments = new byte[2 * fields][];
    for (int i = 0; i < fields; i++) {
      arguments[2 * i] = own ? element() : names[i];
      arguments[2 * i + 1] = element();
    }
    number();
    if ((flags & DELETED) == 0) {
      check(id.isAfter(stream.lastId()) && fields > 0, "entries out of order, or without fields");
      stream.add(id, Request.of(arguments), 0, NodeLimits.DEFAULT, scratch);
    }
  }

  // ---- groups

  private void readGroup() {
    byte[] name = in.string();
    StreamId lastId = id();
    long entriesRead = type == DumpType.STREAM_LISTPACKS ? stream.rankOf(lastId) : in.length();
    check(stream.group(name) == null, "a group twice");
    ConsumerGroup group = stream.addGroup(name, lastId, entriesRead);
    Map<StreamId, Delivery> pending = new HashMap<>();
    for (long left = in.length(); left != 0; left--) {
      pending.put(rawId(in), new Delivery(in.i64(), in.length()));
    }
    for (long left = in.length(); left != 0; left--) {
      readConsumer(group, pending);
    }
    check(pending.isEmpty(), "an entry that is pending for nobody");
  }

  private void readConsumer(ConsumerGroup group, Map<StreamId, Delivery> pending) {
    Consumer consumer = group.demandConsumer(in.string());
    consumer.seen(in.i64());
    consumer.active(type == DumpType.STREAM_LISTPACKS_3 ? in.i64() : consumer.seenMillis());
    for (long left = in.length(); left != 0; left--) {
      StreamId id = rawId(in);
      Delivery delivery = pending.remove(id);
      if (delivery == null) {
        throw new MalformedDumpException("an entry that is pending twice, or not in the group");
      }
      group.give(id, consumer).delivered(delivery.millis, delivery.count);
    }
  }
}
