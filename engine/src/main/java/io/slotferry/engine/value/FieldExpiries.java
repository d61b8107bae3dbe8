package io.slotferry.engine.value;

import java.util.Arrays;

/**
 * When the fields of a hash expire, by the slots of its {@link FieldTable}, which has one only once
 * a field was given a time: other hashes pay nothing.
 */
final class FieldExpiries {
  /** Of a field that stays. */
  static final long NONE = 0;

  /** When nothing expires. */
  static final long NEVER = Long.MAX_VALUE;

  private long[] times;
  private int count;

  /** No field expires before; it may be too early, until {@link #nextIs} says better. */
  private long next = NEVER;

  /** Whether Redis would still have the hash as a listpack, of fields, values and times. */
  private boolean compact;

  FieldExpiries(int slots, boolean compact) {
    this.times = new long[slots];
    this.compact = compact;
  }

  boolean isCompact() {
    return compact;
  }

  void outgrown() {
    compact = false;
  }

  int count() {
    return count;
  }

  long next() {
    return count == 0 ? NEVER : next;
  }

  void nextIs(long next) {
    this.next = next;
  }

  /** The times as they are now, by slots. */
  long[] frozen() {
    return times.clone();
  }

  long at(int slot) {
    return times[slot];
  }

  void set(int slot, long time) {
    count += (time == NONE ? 0 : 1) - (times[slot] == NONE ? 0 : 1);
    times[slot] = time;
    if (time != NONE) {
      next = Math.min(next, time);
    }
  }

  int bytes() {
    return times.length * Long.BYTES;
  }

  // ---- the table's own moves

  /** Slots from {@code slot} to before the gap have moved one up. */
  void inserted(int slot, int gap) {
    System.arraycopy(times, slot, times, slot + 1, gap - slot);
    times[slot] = NONE;
  }

  /** Slots behind {@code slot} up to {@code last} have moved one down. */
  void removed(int slot, int last) {
    set(slot, NONE);
    System.arraycopy(times, slot + 1, times, slot, last - slot);
    times[last] = NONE;
  }

  void extended(int slots) {
    times = Arrays.copyOf(times, slots);
  }

  /** Begins anew with so many slots; returns the times by the old ones. */
  long[] rebuilt(int slots) {
    long[] old = times;
    times = new long[slots];
    return old;
  }

  /** Takes over a time after {@link #rebuilt}. */
  void moved(int slot, long time) {
    times[slot] = time;
  }
}
