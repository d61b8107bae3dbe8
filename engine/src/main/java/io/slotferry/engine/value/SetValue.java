package io.slotferry.engine.value;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A set. Only integers: a sorted array of them. A few small members: one array. Else a table. It
 * goes over to a form for more when it must, and never back.
 *
 * <p>Thread: the loop that owns the shard copy.
 */
public final class SetValue extends Value implements Elements {
  private static final int OBJECT_BYTES = 56;

  // Exactly one of the three.
  private @Nullable IntSet integers = new IntSet();
  private @Nullable Packed packed;
  private @Nullable FieldTable table;

  @Override
  public ValueType type() {
    return ValueType.SET;
  }

  @Override
  public String encoding() {
    if (integers != null) {
      return "intset";
    }
    return packed != null ? "listpack" : "hashtable";
  }

  @Override
  public int size() {
    if (integers != null) {
      return integers.size();
    }
    return packed != null ? packed.count() : table().size();
  }

  @Override
  public long approximateBytes() {
    if (integers != null) {
      return (long) OBJECT_BYTES + integers.bytes();
    }
    return OBJECT_BYTES + (packed != null ? packed.bytes().length : table().bytes());
  }

  private FieldTable table() {
    if (table == null) {
      throw new IllegalStateException("a set without a form");
    }
    return table;
  }

  private IntSet integers() {
    if (integers == null) {
      throw new IllegalStateException("not a set of integers");
    }
    return integers;
  }

  // ---- members

  private int find(byte[] member, int start, int length) {
    if (integers != null) {
      return Decimal.isLong(member, start, length)
          ? integers.find(Decimal.toLong(member, start, length))
          : -1;
    }
    return packed != null
        ? packed.find(member, start, length, 1)
        : table().find(member, start, length);
  }

  public boolean contains(byte[] member, int start, int length) {
    return find(member, start, length) >= 0;
  }

  /** Adds a member; false when it was there. */
  public boolean add(byte[] member, int start, int length) {
    if (integers != null) {
      if (Decimal.isLong(member, start, length)) {
        boolean added = integers.add(Decimal.toLong(member, start, length));
        if (integers.size() > EncodingLimits.setIntegers()) {
          spread();
        }
        return added;
      }
      leaveIntegers(length);
    }
    if (find(member, start, length) >= 0) {
      return false;
    }
    if (packed != null
        && (length > EncodingLimits.setValueBytes()
            || packed.count() >= EncodingLimits.setEntries())) {
      spread();
    }
    if (packed != null) {
      packed.append(member, start, length);
    } else {
      table().add(Arrays.copyOfRange(member, start, start + length));
    }
    return true;
  }

  /** Removes a member; false when there was none. */
  public boolean remove(byte[] member, int start, int length) {
    int position = find(member, start, length);
    if (position < 0) {
      return false;
    }
    removeAt(position);
    return true;
  }

  public void removeAt(int position) {
    if (integers != null) {
      integers.remove(position);
    } else if (packed != null) {
      packed.remove(position, 1);
    } else {
      table().remove(position);
    }
  }

  // ---- forms

  /** Goes over to a form that can hold a member of {@code length} bytes that is no integer. */
  private void leaveIntegers(int length) {
    if (Math.max(length, integers().digitsMax()) > EncodingLimits.setValueBytes()
        || size() >= EncodingLimits.setEntries()) {
      spread();
      return;
    }
    Packed members = new Packed(0);
    Slice slice = new Slice();
    for (int at = first(); at >= 0; at = next(at)) {
      elementAt(at, slice);
      members.append(slice.buffer(), slice.start(), slice.length());
    }
    integers = null;
    packed = members;
  }

  /**
   * Some {@code count} members are about to be added, the first of which is this one: a set that
   * has no room for them takes its final form at once, as Redis does.
   */
  public void expect(int count, byte[] first, int start, int length) {
    if (integers != null && (size() > 0 || Decimal.isLong(first, start, length))) {
      if (count > EncodingLimits.setIntegers()) {
        leaveIntegersFor(count);
      }
    } else if (table == null && count > EncodingLimits.setEntries()) {
      spread();
    }
  }

  private void leaveIntegersFor(int count) {
    if (size() == 0 && count <= EncodingLimits.setEntries()) {
      integers = null;
      packed = new Packed(0);
    } else {
      spread();
    }
  }

  private void spread() {
    FieldTable spread = new FieldTable(0);
    Slice slice = new Slice();
    for (int at = first(); at >= 0; at = next(at)) {
      elementAt(at, slice);
      spread.add(slice.toByteArray());
    }
    integers = null;
    packed = null;
    table = spread;
  }

  // ---- positions

  @Override
  public int first() {
    if (integers != null) {
      return integers.size() == 0 ? -1 : 0;
    }
    return packed != null ? packed.first() : table().first();
  }

  @Override
  public int next(int position) {
    if (integers != null) {
      return position + 1 < integers.size() ? position + 1 : -1;
    }
    return packed != null ? packed.next(position) : table().next(position);
  }

  @Override
  public int positionFrom(int hash) {
    return table != null ? table.slotFrom(hash) : first();
  }

  @Override
  public int hashAt(int position) {
    return table != null ? table.hashAt(position) : 0;
  }

  @Override
  public void elementAt(int position, Slice out) {
    if (integers != null) {
      out.viewDigits(integers.get(position));
    } else if (packed != null) {
      packed.nameAt(position, out);
    } else {
      table().nameAt(position, out);
    }
  }

  @Override
  public int randomPosition(RandomGenerator random) {
    if (integers != null) {
      return random.nextInt(integers.size());
    }
    return packed != null ? packed.randomPosition(random, 1) : table().randomSlot(random);
  }

  // ---- parts

  /** A set that gets its members in parts. */
  static SetValue expecting(int members) {
    SetValue set = new SetValue();
    set.integers = null;
    set.table = new FieldTable(0, members);
    return set;
  }

  @Override
  @Nullable FrozenValue frozen() {
    return table == null ? null : new FrozenTable(table, table.size());
  }

  @Override
  void addPart(WireReader in) {
    in.u8();
    while (in.remaining() > 0) {
      table().add(in.bytes());
    }
  }

  // ---- the whole

  @Override
  public void encode(WireWriter out) {
    out.varint(size());
    Slice slice = new Slice();
    for (int at = first(); at >= 0; at = next(at)) {
      elementAt(at, slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
    }
  }

  public static SetValue decode(WireReader in) {
    SetValue set = new SetValue();
    int members = in.varint();
    for (int i = 0; i != members; i++) {
      int length = in.varint();
      int start = in.skip(length);
      if (!set.add(in.buffer(), start, length)) {
        throw new MalformedFrameException("a set with a member twice");
      }
    }
    if (members == 0) {
      throw new MalformedFrameException("a set without members");
    }
    return set;
  }

  @Override
  public Value copy() {
    WireWriter out = new WireWriter();
    encode(out);
    return decode(new WireReader(out.bytes(), 0, out.size()));
  }
}
