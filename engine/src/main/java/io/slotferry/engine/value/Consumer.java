package io.slotferry.engine.value;

import org.jspecify.annotations.Nullable;

/** A member of a consumer group, with the entries that it has not acknowledged. */
public final class Consumer {
  /** {@link #activeMillis} of one who has never got an entry. */
  public static final long NEVER = -1;

  private final byte[] name;
  private final IdIndex<PendingEntry> pending = new IdIndex<>();
  private long seenMillis;
  private long activeMillis = NEVER;

  Consumer(byte[] name) {
    this.name = name;
  }

  /** Not to be changed. */
  public byte[] name() {
    return name;
  }

  /** When it asked for entries last, milliseconds since 1970. */
  public long seenMillis() {
    return seenMillis;
  }

  /** When it got entries last, milliseconds since 1970, or {@link #NEVER}. */
  public long activeMillis() {
    return activeMillis;
  }

  public void seen(long millis) {
    seenMillis = millis;
  }

  public void active(long millis) {
    activeMillis = millis;
  }

  /** The number of entries that it has not acknowledged. */
  public int pendingCount() {
    return pending.size();
  }

  /** Its first pending entry at or after this ID. */
  public @Nullable PendingEntry pendingFrom(StreamId id) {
    return pending.ceiling(id.ms(), id.seq());
  }

  public @Nullable PendingEntry pendingAfter(PendingEntry entry) {
    return pending.after(entry);
  }

  IdIndex<PendingEntry> pending() {
    return pending;
  }
}
