package io.slotferry.topology.message;

/** What became of a proposed change of the map. */
public sealed interface ChangeAnswer {
  /** It is in the map for good, which has {@code version} since. */
  record Accepted(long version) implements ChangeAnswer {}

  /** The map said otherwise; nothing changed. */
  record Refused(String reason) implements ChangeAnswer {}

  /**
   * It may or may not be in the map, now or a little later: ask for the map, or propose it again (a
   * change that is conditional is refused the second time).
   */
  record Unknown(String reason) implements ChangeAnswer {}
}
