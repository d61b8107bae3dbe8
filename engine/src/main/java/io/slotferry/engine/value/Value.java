package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireWriter;

/**
 * What a key holds. Strings are stored packed with their key, and a {@link StringValue} is only a
 * view of such an entry; the other types are objects that are changed in place.
 */
public abstract sealed class Value
    permits StringValue, ListValue, SetValue, SortedSetValue, HashValue {
  public abstract ValueType type();

  /** Redis' name of the encoding ({@code OBJECT ENCODING}) that this value would have there. */
  public abstract String encoding();

  /** Elements (fields, members); 1 for a string. A value with none does not exist. */
  public abstract int size();

  /** Writes the whole value; {@code decode} of the same class reads it. */
  public abstract void encode(WireWriter out);

  /** A value of its own with the same content. */
  public abstract Value copy();
}
