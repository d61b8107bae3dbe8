package io.slotferry.replication;

import java.util.Set;

/**
 * The in-sync set that a leader asks the map for, and the number of the wish. A wish stands until
 * the leader has another one; a wish that the map already holds is none.
 */
final class InSyncWish {
  private Set<String> wanted;
  private long revision;

  /** Nothing is asked for: what the map has is wanted. */
  InSyncWish(Set<String> inMap) {
    this.wanted = inMap;
  }

  /** What the leader finds in sync now; a change is a new wish. */
  void found(Set<String> inSync) {
    if (!inSync.equals(wanted)) {
      wanted = Set.copyOf(inSync);
      revision++;
    }
  }

  /** The set to ask for; empty when the map has it. */
  Set<String> asked(Set<String> inMap) {
    return wanted.equals(inMap) ? Set.of() : wanted;
  }

  long revision() {
    return revision;
  }
}
