package io.slotferry.replication;

/**
 * What a leader knows of a follower.
 *
 * @param streaming takes the log; false while it is being synchronised
 * @param appliedOffset what it has acknowledged
 * @param silentMillis since its last acknowledgement
 */
public record FollowerStatus(
    String node, boolean streaming, long appliedOffset, long silentMillis) {}
