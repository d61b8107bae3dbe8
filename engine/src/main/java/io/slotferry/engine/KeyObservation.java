package io.slotferry.engine;

import org.jspecify.annotations.Nullable;

/** Who observes an engine's keys, and what. Thread: the loop that owns the copy. */
final class KeyObservation {
  private @Nullable KeyObserver observer;
  private int events;

  /** {@code events} are classes of {@link io.slotferry.protocol.shard.KeyEvents}; 0 for nothing. */
  void observe(int events, @Nullable KeyObserver observer) {
    this.events = observer == null ? 0 : events;
    this.observer = observer;
  }

  boolean isOn() {
    return events != 0;
  }

  /** Who is to be told of events of this class; null when nobody is. */
  @Nullable KeyObserver of(int eventClass) {
    return (events & eventClass) == 0 ? null : observer;
  }
}
