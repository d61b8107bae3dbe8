package io.slotferry.engine.rdb;

import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.ListValue;
import io.slotferry.engine.value.SetValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Decimal;

/** Writes one value, in a form that Redis 7.0 reads. */
final class ValueWriter {
  /** Of one node of a list, as Redis' list-max-listpack-size -2 has it. */
  private static final int NODE_BYTES_MAX = 8 << 10;

  private static final int PACKED_NODE = 2;

  private final DumpOutput out;

  ValueWriter(DumpOutput out) {
    this.out = out;
  }

  void write(Value value) {
    switch (value) {
      case StringValue string -> {
        out.u8(DumpType.STRING);
        out.string(string.buffer(), string.start(), string.length());
      }
      case ListValue list -> write(list);
      case SetValue set -> write(set);
      case SortedSetValue set -> write(set);
      case HashValue hash -> write(hash);
      case StreamValue stream -> new StreamWriter(out).write(stream);
    }
  }

  private static boolean isPacked(Value value) {
    return value.encoding().equals("listpack");
  }

  private void string(Slice slice) {
    out.string(slice.buffer(), slice.start(), slice.length());
  }

  private static void add(Listpack listpack, Slice slice) {
    listpack.add(slice.buffer(), slice.start(), slice.length());
  }

  private void write(ListValue list) {
    DumpOutput nodes = new DumpOutput();
    int count = 0;
    Listpack node = new Listpack();
    Slice slice = new Slice();
    ListValue.Walk walk = list.walk(0, false);
    boolean more = walk.next();
    while (more) {
      walk.element(slice);
      add(node, slice);
      more = walk.next();
      if (more) {
        walk.element(slice);
      }
      if (!more || node.bytes() + slice.length() > NODE_BYTES_MAX) {
        nodes.length(PACKED_NODE);
        node.writeTo(nodes);
        node = new Listpack();
        count++;
      }
    }
    out.u8(DumpType.LIST_QUICKLIST_2);
    out.length(count);
    out.raw(nodes.bytes(), 0, nodes.size());
  }

  private void write(SetValue set) {
    Slice slice = new Slice();
    boolean integers = set.encoding().equals("intset");
    out.u8(integers ? DumpType.SET_INTSET : DumpType.SET);
    if (integers) {
      writeIntset(set);
      return;
    }
    // Redis 7.0 does not know listpacks of members.
    out.length(set.size());
    for (int at = set.first(); at >= 0; at = set.next(at)) {
      set.elementAt(at, slice);
      string(slice);
    }
  }

  private void writeIntset(SetValue set) {
    long[] members = new long[set.size()];
    int count = 0;
    int width = Short.BYTES;
    Slice slice = new Slice();
    for (int at = set.first(); at >= 0; at = set.next(at)) {
      set.elementAt(at, slice);
      long member = Decimal.toLong(slice.buffer(), slice.start(), slice.length());
      members[count++] = member;
      if (member != (int) member) {
        width = Long.BYTES;
      } else if (member != (short) member) {
        width = Math.max(width, Integer.BYTES);
      }
    }
    out.length(2L * Integer.BYTES + (long) count * width);
    out.littleEndian(width, Integer.BYTES);
    out.littleEndian(count, Integer.BYTES);
    for (long member : members) {
      out.littleEndian(member, width);
    }
  }

  private void write(SortedSetValue set) {
    Slice slice = new Slice();
    if (isPacked(set)) {
      out.u8(DumpType.ZSET_LISTPACK);
      Listpack listpack = new Listpack();
      byte[] digits = new byte[Decimal.DOUBLE_CHARS_MAX];
      SortedSetValue.Walk walk = set.walk(0, false);
      while (walk.next()) {
        walk.member(slice);
        add(listpack, slice);
        listpack.add(digits, 0, Decimal.write(walk.score(), digits, 0));
      }
      listpack.writeTo(out);
      return;
    }
    out.u8(DumpType.ZSET_2);
    out.length(set.size());
    // From the highest score, as Redis does: it reads that faster.
    SortedSetValue.Walk walk = set.walk(set.size() - 1, true);
    while (walk.next()) {
      walk.member(slice);
      string(slice);
      out.littleEndian(Double.doubleToRawLongBits(walk.score()), Long.BYTES);
    }
  }

  private void write(HashValue hash) {
    Slice slice = new Slice();
    if (isPacked(hash)) {
      out.u8(DumpType.HASH_LISTPACK);
      Listpack listpack = new Listpack();
      for (int at = hash.first(); at >= 0; at = hash.next(at)) {
        hash.elementAt(at, slice);
        add(listpack, slice);
        hash.valueAt(at, slice);
        add(listpack, slice);
      }
      listpack.writeTo(out);
      return;
    }
    boolean expires = hash.hasExpiringElements();
    long first = hash.nextExpiry();
    out.u8(expires ? DumpType.HASH_METADATA : DumpType.HASH);
    if (expires) {
      out.littleEndian(first, Long.BYTES);
    }
    out.length(hash.size());
    for (int at = hash.first(); at >= 0; at = hash.next(at)) {
      if (expires) {
        long expiry = hash.expiryAt(at);
        out.length(expiry == HashValue.NO_EXPIRY ? 0 : expiry - first + 1);
      }
      hash.elementAt(at, slice);
      string(slice);
      hash.valueAt(at, slice);
      string(slice);
    }
  }
}
