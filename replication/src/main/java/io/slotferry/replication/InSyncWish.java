package io.slotferry.replication;

import java.util.HashSet;
import java.util.Set;

/**
 * The in-sync set that a leader asks the map for, and the number of the wish. A wish stands until
 * the leader has another one; a wish that the map already holds is none.
 */
final class InSyncWish {
  private Set<String> wanted;
  private Set<String> askedSince = Set.of();
  private Set<String> joining = Set.of();
  private long revision;

  /** Nothing is asked for: what the map has is wanted. */
  InSyncWish(Set<String> inMap) {
    this.wanted = inMap;
  }

  /**
   * What the leader finds in sync now; a change is a new wish.
   *
   * @param nowJoining those that are nearly in sync: from now on nothing is promised that they
   *     lack, so that they will be as soon as they have what was promised before
   */
  void found(Set<String> inSync, Set<String> nowJoining) {
    joining = nowJoining;
    if (!inSync.equals(wanted)) {
      wanted = Set.copyOf(inSync);
      revision++;
      askedSince = union(askedSince, wanted);
    }
  }

  /** The set to ask for; empty when the map has it. */
  Set<String> asked(Set<String> inMap) {
    return wanted.equals(inMap) ? Set.of() : wanted;
  }

  /**
   * Whoever may be promoted, as far as the leader can know: the members that the map names, those
   * that it was asked for and may have by now, and those that it will be asked for.
   *
   * @param revisionInMap number of the wish that the map has
   */
  Set<String> possible(Set<String> inMap, long revisionInMap) {
    if (revisionInMap == revision) {
      askedSince = Set.of();
    }
    return askedSince.isEmpty() && joining.isEmpty()
        ? inMap
        : union(inMap, union(askedSince, joining));
  }

  private static Set<String> union(Set<String> some, Set<String> others) {
    Set<String> all = new HashSet<>(some);
    all.addAll(others);
    return all;
  }

  long revision() {
    return revision;
  }
}
