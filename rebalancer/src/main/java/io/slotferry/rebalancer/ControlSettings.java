package io.slotferry.rebalancer;

/**
 * What the control loop is to build, and its times. All times are in milliseconds; those of the
 * nodes (how often they report) must fit.
 *
 * @param shards shards that the cluster is created with
 * @param replicas replicas of each shard
 * @param leaseMillis how long a leader may serve after it sent the heartbeat that was answered
 * @param leaseMarginMillis what is waited on top before another may lead: it covers clocks that run
 *     at different speeds
 * @param silenceMillis without a heartbeat for so long, a node counts as lost
 * @param graceMillis how long a promotion waits for in-sync copies that do not report
 * @param createMillis how long the creation of the cluster waits for replicas, once the shards'
 *     nodes are there
 * @param handoverMillis how long a planned switch may take before it is given up
 * @param replicaLostMillis after this, a lost replica is replaced by a spare node
 * @param nodeForgottenMillis after this, a lost node without a copy leaves the map
 * @param automation what it does without being asked
 */
public record ControlSettings(
    int shards,
    int replicas,
    int leaseMillis,
    int leaseMarginMillis,
    int silenceMillis,
    int graceMillis,
    int createMillis,
    int handoverMillis,
    int replicaLostMillis,
    int nodeForgottenMillis,
    AutomationSettings automation) {
  /** How often a node reports. */
  public static final int HEARTBEAT_MILLIS = 300;

  /** How often {@link ControlLoop#tick} is to be called at least; also when the map changes. */
  public static final int TICK_MILLIS = 100;

  public static final int LEASE_MILLIS = 1400;

  /** Enough for clocks of which one is 7 % faster than the other. */
  public static final int LEASE_MARGIN_MILLIS = 100;

  public static final int SILENCE_MILLIS = 3 * HEARTBEAT_MILLIS;
  public static final int GRACE_MILLIS = 3000;
  public static final int CREATE_MILLIS = 10_000;
  public static final int HANDOVER_MILLIS = 5000;
  public static final int REPLICA_LOST_MILLIS = 60_000;
  public static final int NODE_FORGOTTEN_MILLIS = 30_000;

  public ControlSettings {
    if (shards < 1 || replicas < 0) {
      throw new IllegalArgumentException(shards + " shards with " + replicas + " replicas");
    }
    if (silenceMillis > leaseMillis) {
      throw new IllegalArgumentException("a lease must outlast the silence that ends it");
    }
  }

  /** A cluster with the ordinary times that does nothing by itself. */
  public static ControlSettings of(int shards, int replicas) {
    return of(shards, replicas, AutomationSettings.OFF);
  }

  /** A cluster with the ordinary times. */
  public static ControlSettings of(int shards, int replicas, AutomationSettings automation) {
    return new ControlSettings(
        shards,
        replicas,
        LEASE_MILLIS,
        LEASE_MARGIN_MILLIS,
        SILENCE_MILLIS,
        GRACE_MILLIS,
        CREATE_MILLIS,
        HANDOVER_MILLIS,
        REPLICA_LOST_MILLIS,
        NODE_FORGOTTEN_MILLIS,
        automation);
  }
}
