package io.slotferry.engine.value;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A hash: fields with values. A small one keeps field and value in turn in one array, in the order
 * they were added; a larger one is a table.
 *
 * <p>Thread: the loop that owns the shard copy.
 */
public final class HashValue extends Value implements Elements {
  /** Redis' hash-max-listpack-entries. */
  static final int COMPACT_FIELDS_MAX = 512;

  /** A field and its value. */
  private static final int STRIDE = 2;

  private static final int OBJECT_BYTES = 56;
  private static final Packed NOTHING = new Packed(0);

  /** Without elements once there is a table. */
  private Packed packed = new Packed(0);

  private @Nullable FieldTable table;

  @Override
  public ValueType type() {
    return ValueType.HASH;
  }

  @Override
  public String encoding() {
    return table == null ? "listpack" : "hashtable";
  }

  /** The number of fields. */
  @Override
  public int size() {
    return table == null ? packed.count() / STRIDE : table.size();
  }

  @Override
  public long approximateBytes() {
    return OBJECT_BYTES + (table == null ? packed.bytes().length : table.bytes());
  }

  // ---- fields

  /** The position of the field, or -1. */
  public int find(byte[] field, int start, int length) {
    return table == null
        ? packed.find(field, start, length, STRIDE)
        : table.find(field, start, length);
  }

  /** Points {@code value} at the field's value; false when there is no such field. */
  public boolean get(byte[] field, int start, int length, Slice value) {
    int position = find(field, start, length);
    if (position < 0) {
      return false;
    }
    valueAt(position, value);
    return true;
  }

  /** Gives the field a value; true when the field is new. */
  public boolean set(
      byte[] field,
      int fieldStart,
      int fieldLength,
      byte[] value,
      int valueStart,
      int valueLength) {
    int position = find(field, fieldStart, fieldLength);
    boolean added = position < 0;
    if (table == null
        && (Math.max(fieldLength, valueLength) > Packed.NAME_BYTES_MAX
            || (added && size() == COMPACT_FIELDS_MAX))) {
      spread();
      position = find(field, fieldStart, fieldLength);
    }
    if (table != null) {
      byte[] entry = FieldEntry.of(field, fieldStart, fieldLength, value, valueStart, valueLength);
      if (added) {
        table.add(entry);
      } else {
        table.replace(position, entry);
      }
    } else if (added) {
      packed.append(field, fieldStart, fieldLength);
      packed.append(value, valueStart, valueLength);
    } else {
      packed.replace(packed.next(position), value, valueStart, valueLength);
    }
    return added;
  }

  /** Removes the field; false when there was none. */
  public boolean remove(byte[] field, int start, int length) {
    int position = find(field, start, length);
    if (position < 0) {
      return false;
    }
    if (table == null) {
      packed.remove(position, STRIDE);
    } else {
      table.remove(position);
    }
    return true;
  }

  /** Goes over to the table, for good. */
  private void spread() {
    FieldTable spread = new FieldTable(FieldTable.VARYING);
    byte[] bytes = packed.bytes();
    for (int at = packed.first(); at >= 0; ) {
      int value = packed.next(at);
      spread.add(
          FieldEntry.of(
              bytes,
              packed.bodyAt(at),
              packed.lengthAt(at),
              bytes,
              packed.bodyAt(value),
              packed.lengthAt(value)));
      at = packed.next(value);
    }
    packed = NOTHING;
    table = spread;
  }

  // ---- positions

  @Override
  public int first() {
    return table == null ? packed.first() : table.first();
  }

  @Override
  public int next(int position) {
    return table == null ? packed.next(packed.next(position)) : table.next(position);
  }

  @Override
  public int positionFrom(int hash) {
    return table == null ? packed.first() : table.slotFrom(hash);
  }

  @Override
  public int hashAt(int position) {
    return table == null ? 0 : table.hashAt(position);
  }

  @Override
  public void elementAt(int position, Slice out) {
    if (table == null) {
      packed.nameAt(position, out);
    } else {
      table.nameAt(position, out);
    }
  }

  /** Points {@code out} at the value of the field at {@code position}. */
  public void valueAt(int position, Slice out) {
    if (table == null) {
      packed.nameAt(packed.next(position), out);
    } else {
      byte[] entry = table.entryAt(position);
      out.view(entry, FieldEntry.valueStart(entry), FieldEntry.valueLength(entry));
    }
  }

  @Override
  public int randomPosition(RandomGenerator random) {
    return table == null ? packed.randomPosition(random, STRIDE) : table.randomSlot(random);
  }

  // ---- the whole

  @Override
  public void encode(WireWriter out) {
    out.varint(size());
    Slice slice = new Slice();
    for (int at = first(); at >= 0; at = next(at)) {
      elementAt(at, slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
      valueAt(at, slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
    }
  }

  public static HashValue decode(WireReader in) {
    HashValue hash = new HashValue();
    int fields = in.varint();
    for (int i = 0; i != fields; i++) {
      int fieldLength = in.varint();
      int field = in.skip(fieldLength);
      int valueLength = in.varint();
      int value = in.skip(valueLength);
      if (!hash.set(in.buffer(), field, fieldLength, in.buffer(), value, valueLength)) {
        throw new MalformedFrameException("a hash with a field twice");
      }
    }
    if (fields == 0) {
      throw new MalformedFrameException("a hash without fields");
    }
    return hash;
  }

  @Override
  public Value copy() {
    WireWriter out = new WireWriter();
    encode(out);
    return decode(new WireReader(out.bytes(), 0, out.size()));
  }
}
