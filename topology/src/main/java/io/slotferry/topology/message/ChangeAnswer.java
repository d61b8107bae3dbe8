package io.slotferry.topology.message;

/** What became of a proposed change of the map. */
public sealed interface ChangeAnswer {
  /** It is in the map for good, which has {@code version} since. */
  record Accepted(long version) implements ChangeAnswer {}

  /**
   * The map said otherwise; nothing changed. It may have been refused because it was accepted
   * before, when nobody heard the answer: a map of at least {@code version} tells.
   *
   * @param version of the map that refused; 0 when it was not even asked
   */
  record Refused(long version, String reason) implements ChangeAnswer {
    /** The map was not even asked. */
    public Refused(String reason) {
      this(0, reason);
    }
  }

  /**
   * It may or may not be in the map, now or a little later: ask for the map, or propose it again (a
   * change that is conditional is refused the second time).
   */
  record Unknown(String reason) implements ChangeAnswer {}
}
