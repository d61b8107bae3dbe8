package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireReader;

/** Reads an entry of a {@link StreamBlock}: its ID, then its fields one after another. Reused. */
final class EntryReader {
  private final WireReader in = new WireReader(new byte[0]);
  private final WireReader names = new WireReader(new byte[0]);
  private boolean own;
  private int fields;
  private int next;
  private long ms;
  private long seq;

  /** Reads the head of the entry at an offset of the block, before its end. */
  void open(StreamBlock block, int at) {
    in.reset(block.bytes(), at, block.end() - at);
    int head = in.varint();
    own = (head & 1) == 1;
    next = in.position() + (head >>> 1);
    in.reset(block.bytes(), in.position(), head >>> 1);
    ms = block.ms + in.varlong();
    seq = block.seq + in.varlong();
    fields = -1;
  }

  /** Offset after the entry. */
  int next() {
    return next;
  }

  long ms() {
    return ms;
  }

  long seq() {
    return seq;
  }

  /** The number of fields; asked before the first of them. */
  int fields() {
    if (fields < 0) {
      names.reset(in.buffer(), 0, next);
      int shared = names.varint();
      fields = own ? in.varint() : shared;
    }
    return fields;
  }

  /** Points the slices at the next field and its value. */
  void nextField(Slice field, Slice value) {
    WireReader fieldIn = own ? in : names;
    point(field, fieldIn);
    point(value, in);
  }

  private static void point(Slice slice, WireReader in) {
    int length = in.varint();
    slice.view(in.buffer(), in.skip(length), length);
  }

  /** Goes over all fields, so that an entry that is no entry is found out. */
  void skipFields() {
    Slice slice = new Slice();
    for (int left = fields(); left > 0; left--) {
      nextField(slice, slice);
    }
  }
}
