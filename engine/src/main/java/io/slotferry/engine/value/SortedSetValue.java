package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireReader;

/** Placeholder of the type's room. */
public abstract non-sealed class SortedSetValue extends Value {
  public static Value decode(WireReader in) {
    throw new AssertionError(in);
  }
}
