package io.slotferry.engine.value;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.ArrayList;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A hash: fields with values. A small one keeps field and value in turn in one array, in the order
 * they were added; a larger one is a table.
 *
 * <p>Thread: the loop that owns the shard copy.
 */
public final class HashValue extends Value implements Elements {
  /** A field and its value. */
  private static final int STRIDE = 2;

  /** Of a field that does not expire. */
  public static final long NO_EXPIRY = FieldExpiries.NONE;

  /** Where the number of fields stands, of which no hash has 0: times follow the values. */
  private static final int WITH_EXPIRIES = 0;

  private static final int OBJECT_BYTES = 56;

  /** Without elements once there is a table. */
  private Packed packed = new Packed(0);

  private @Nullable FieldTable table;

  @Override
  public ValueType type() {
    return ValueType.HASH;
  }

  @Override
  public String encoding() {
    if (table == null) {
      return "listpack";
    }
    FieldExpiries expiries = table.expiries();
    return expiries != null && expiries.isCompact() ? "listpackex" : "hashtable";
  }

  /** The number of fields. */
  @Override
  public int size() {
    return table == null ? packed.count() / STRIDE : table.size();
  }

  @Override
  public long approximateBytes() {
    return OBJECT_BYTES + (table == null ? packed.length() : table.bytes());
  }

  // ---- the compact form, which stands in the key's entry

  /** Whether it is small: fields and values in turn, in {@link #compactLength} bytes. */
  public boolean isCompact() {
    return table == null;
  }

  public int compactLength() {
    return packed.length();
  }

  /** Copies the compact form. */
  public void copyCompact(byte[] target, int start) {
    packed.copyTo(target, start);
  }

  /**
   * Becomes a view of the compact form in {@code array[from, to)}, part of an entry. Values of the
   * same length are replaced there; after any other change, {@link #hasLeftEntry} says so.
   */
  public void viewCompact(byte[] array, int from, int to) {
    packed.view(array, from, to);
    table = null;
  }

  /** Whether it is a view of an entry no more, so that the entry has to be made anew. */
  public boolean hasLeftEntry() {
    return table != null || packed.isOwn();
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

  /** Gives the field a value, which does not expire; true when the field is new. */
  public boolean set(
      byte[] field,
      int fieldStart,
      int fieldLength,
      byte[] value,
      int valueStart,
      int valueLength) {
    boolean added = put(field, fieldStart, fieldLength, value, valueStart, valueLength);
    if (!added && table != null && table.expiries() != null) {
      expire(field, fieldStart, fieldLength, FieldExpiries.NONE);
    }
    return added;
  }

  /** Gives the field another value, and lets it expire when it did before. */
  public boolean put(
      byte[] field,
      int fieldStart,
      int fieldLength,
      byte[] value,
      int valueStart,
      int valueLength) {
    int position = find(field, fieldStart, fieldLength);
    boolean added = position < 0;
    if (table == null && isTooMuch(added, fieldLength, valueLength)) {
      spread();
      position = find(field, fieldStart, fieldLength);
    }
    if (table != null) {
      FieldExpiries expiries = table.expiries();
      if (expiries != null && isTooMuch(added, fieldLength, valueLength)) {
        expiries.outgrown();
      }
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

  /** Whether a field that is set would be too much for the compact form. */
  private boolean isTooMuch(boolean added, int fieldLength, int valueLength) {
    return Math.max(fieldLength, valueLength) > EncodingLimits.hashValueBytes()
        || (added && size() >= EncodingLimits.hashEntries());
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
    packed = new Packed(0);
    table = spread;
  }

  // ---- fields that expire

  /**
   * Lets the field, which exists, expire.
   *
   * @param millis milliseconds since 1970, or {@link #NO_EXPIRY}
   */
  public void expire(byte[] field, int start, int length, long millis) {
    boolean compact = table == null;
    if (table == null) {
      spread();
    }
    FieldTable fields = table();
    fields.demandExpiries(compact).set(fields.find(field, start, length), millis);
  }

  private FieldTable table() {
    if (table == null) {
      throw new IllegalStateException("not a table");
    }
    return table;
  }

  /** When the field at {@code position} expires, or {@link #NO_EXPIRY}. */
  public long expiryAt(int position) {
    FieldExpiries expiries = table == null ? null : table.expiries();
    return expiries == null ? NO_EXPIRY : expiries.at(position);
  }

  /** No field expires before this time. */
  public long nextExpiry() {
    FieldExpiries expiries = table == null ? null : table.expiries();
    return expiries == null ? FieldExpiries.NEVER : expiries.next();
  }

  @Override
  public boolean hasExpiringElements() {
    return nextExpiry() != FieldExpiries.NEVER;
  }

  /** Removes up to {@code max} fields whose time has come, and returns them. */
  public List<byte[]> takeExpired(long nowMillis, int max) {
    List<byte[]> taken = new ArrayList<>();
    Slice slice = new Slice();
    long next = FieldExpiries.NEVER;
    for (int at = first(); at >= 0; at = next(at)) {
      long expiry = expiryAt(at);
      if (expiry != NO_EXPIRY && expiry <= nowMillis && taken.size() < max) {
        elementAt(at, slice);
        taken.add(slice.toByteArray());
      } else if (expiry != NO_EXPIRY) {
        next = Math.min(next, expiry);
      }
    }
    for (byte[] field : taken) {
      remove(field, 0, field.length);
    }
    FieldExpiries expiries = table().expiries();
    if (expiries != null) {
      expiries.nextIs(next);
    }
    return taken;
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

  // ---- parts

  /** A hash that gets its fields in parts. */
  static HashValue expecting(int fields) {
    HashValue hash = new HashValue();
    hash.table = new FieldTable(FieldTable.VARYING, fields);
    return hash;
  }

  @Override
  @Nullable FrozenValue frozen() {
    return table == null ? null : new FrozenTable(table, table.size());
  }

  @Override
  void addPart(WireReader in) {
    FieldTable fields = table();
    boolean expires = in.u8() != 0;
    while (in.remaining() > 0) {
      byte[] entry = in.bytes();
      fields.add(entry);
      long expiry = expires ? in.varlong() : NO_EXPIRY;
      if (expiry != NO_EXPIRY) {
        int field = FieldEntry.fieldStart(entry);
        expire(entry, field, entry.length - field, expiry);
      }
    }
  }

  // ---- the whole

  @Override
  public void encode(WireWriter out) {
    boolean expires = hasExpiringElements();
    if (expires) {
      out.varint(WITH_EXPIRIES);
    }
    out.varint(size());
    Slice slice = new Slice();
    for (int at = first(); at >= 0; at = next(at)) {
      elementAt(at, slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
      valueAt(at, slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
      if (expires) {
        out.varlong(expiryAt(at));
      }
    }
  }

  public static HashValue decode(WireReader in) {
    HashValue hash = new HashValue();
    int fields = in.varint();
    boolean expires = fields == WITH_EXPIRIES;
    if (expires) {
      fields = in.varint();
    }
    for (int i = 0; i != fields; i++) {
      int fieldLength = in.varint();
      int field = in.skip(fieldLength);
      int valueLength = in.varint();
      int value = in.skip(valueLength);
      if (!hash.set(in.buffer(), field, fieldLength, in.buffer(), value, valueLength)) {
        throw new MalformedFrameException("a hash with a field twice");
      }
      long expiry = expires ? in.varlong() : NO_EXPIRY;
      if (expiry != NO_EXPIRY) {
        hash.expire(in.buffer(), field, fieldLength, expiry);
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
