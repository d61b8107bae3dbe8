package io.slotferry.engine.store;

/** The total order of a tablet's keys; 0 only for equal bytes. */
@FunctionalInterface
public interface KeyComparator {
  /** Compares {@code a[aStart, aStart + aLength)} with {@code b[bStart, bStart + bLength)}. */
  int compare(byte[] a, int aStart, int aLength, byte[] b, int bStart, int bLength);
}
