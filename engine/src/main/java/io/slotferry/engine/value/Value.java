package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * What a key holds. Strings are stored packed with their key, and a {@link StringValue} is only a
 * view of such an entry; the other types are objects that are changed in place.
 */
public abstract sealed class Value
    permits StringValue, ListValue, SetValue, SortedSetValue, HashValue, StreamValue {
  private static final long FIXED_BYTES = 48;
  private static final long ELEMENT_BYTES = 48;

  public abstract ValueType type();

  /** Redis' name of the encoding ({@code OBJECT ENCODING}) that this value would have there. */
  public abstract String encoding();

  /** Elements; 1 for a string. A value with none does not exist, unless it is a stream. */
  public abstract int size();

  /** The memory it takes, bytes: an estimate in constant time. */
  public long approximateBytes() {
    return FIXED_BYTES + ELEMENT_BYTES * size();
  }

  /** Whether elements of it expire by themselves. */
  public boolean hasExpiringElements() {
    return false;
  }

  /** Writes the whole value; {@code decode} of the same class reads it. */
  public abstract void encode(WireWriter out);

  /** Reads what {@link #encode} of a value of this type wrote. */
  public static Value decode(ValueType type, WireReader in) {
    return switch (type) {
      case STRING -> StringValue.decode(in);
      case LIST -> ListValue.decode(in);
      case SET -> SetValue.decode(in);
      case SORTED_SET -> SortedSetValue.decode(in);
      case HASH -> HashValue.decode(in);
      case STREAM -> StreamValue.decode(in);
    };
  }

  /**
   * The value as it is now, to be written in parts whatever becomes of it meanwhile; null when it
   * has a form that is only written whole, because it is small. Costs a copy of references, not of
   * elements.
   */
  abstract @Nullable FrozenValue frozen();

  /** Adds a part, all that is left of {@code in}, to a value that came in parts so far. */
  abstract void addPart(WireReader in);

  /** A value of its own with the same content. */
  public abstract Value copy();
}
