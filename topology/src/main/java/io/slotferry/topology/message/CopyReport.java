package io.slotferry.topology.message;

import java.util.Set;

/**
 * One shard copy in a heartbeat.
 *
 * @param epoch the epoch of its log: that of the last leader whose records it has, its own while it
 *     leads; 0 when it has lost all of these
 * @param leading true when it leads in that epoch
 * @param replicationId names the log that {@code offset} counts in
 * @param offset bytes of the log that the copy has applied; -1 while it is incomplete (an
 *     unfinished sync), which must not be promoted
 * @param wantedInSync the in-sync set that a leader asks for; empty when it asks for no change, and
 *     always for a follower
 * @param inSyncRevision the number that the leader gave to this wish, see {@link
 *     io.slotferry.topology.Shard#inSyncRevision}
 * @param handover the {@link io.slotferry.topology.Shard#handover} that the leader has carried out:
 *     it no longer serves, and the successor has everything; 0 for none
 * @param mayLack true when it has restarted with what its disk had, which may lack the end of what
 *     it had acknowledged, until a leader has found it in sync since
 */
public record CopyReport(
    int shard,
    long epoch,
    boolean leading,
    String replicationId,
    long offset,
    Set<String> wantedInSync,
    long inSyncRevision,
    long handover,
    boolean mayLack) {
  public CopyReport {
    wantedInSync = Set.copyOf(wantedInSync);
  }
}
