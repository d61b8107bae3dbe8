package io.slotferry.topology.message;

import java.util.Set;

/**
 * One shard copy in a heartbeat.
 *
 * @param epoch the newest epoch the copy knows of
 * @param leading true when it leads in that epoch
 * @param replicationId names the log that {@code offset} counts in
 * @param offset bytes of the log that the copy has applied
 * @param wantedInSync the in-sync set that a leader asks for; empty when it asks for no change, and
 *     always for a follower
 */
public record CopyReport(
    int shard,
    long epoch,
    boolean leading,
    String replicationId,
    long offset,
    Set<String> wantedInSync) {
  public CopyReport {
    wantedInSync = Set.copyOf(wantedInSync);
  }
}
