package io.slotferry.topology;

/** What became of a {@link MapChange}. */
public sealed interface Outcome {
  /**
   * @param map the map after the change, one version higher
   */
  record Accepted(ClusterMap map) implements Outcome {}

  /**
   * @param reason one sentence for people, without a full stop
   */
  record Refused(String reason) implements Outcome {}
}
