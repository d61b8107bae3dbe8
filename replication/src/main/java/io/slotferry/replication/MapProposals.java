package io.slotferry.replication;

import io.slotferry.topology.MapChange;

/** How a leader asks for a change of the cluster map. */
@FunctionalInterface
public interface MapProposals {
  /** {@code answer} is called once, later, on the loop that owns the copy. */
  void propose(MapChange change, Answer answer);

  /** Takes the fate of a proposal. */
  @FunctionalInterface
  interface Answer {
    /**
     * @param version of the map that decided; 0 when the fate is unknown. A refusal may mean that
     *     an earlier, unanswered proposal was accepted: only a map of at least this version tells
     */
    void decided(Fate fate, long version);
  }

  /** What became of a proposal. */
  enum Fate {
    ACCEPTED,
    REFUSED,
    /** No answer came: it may stand in a later map, or not. */
    UNKNOWN
  }
}
