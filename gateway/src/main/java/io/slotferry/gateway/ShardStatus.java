package io.slotferry.gateway;

import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * What the shards' leaders say of their replication and their data, for {@code INFO} and {@code
 * ROLE}.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
public interface ShardStatus {
  /** For a gateway that nobody tells. */
  ShardStatus UNKNOWN = () -> Future.succeededFuture(List.of());

  /** One entry for each shard whose leader is known, by ascending id. */
  Future<List<Leader>> leaders();

  /**
   * @param replicationId names the leader's log, 40 hexadecimal digits
   * @param secondaryId the log it continues, all zeros when it continues none
   * @param secondaryUntil end of the log it continues, -1 when it continues none
   * @param offset end of its log, bytes
   * @param backlogBytes size of the retained tail
   * @param backlogFirstOffset its first byte
   */
  record Leader(
      int shard,
      String node,
      long epoch,
      String replicationId,
      String secondaryId,
      long secondaryUntil,
      long offset,
      long backlogBytes,
      long backlogFirstOffset,
      Holdings holdings,
      List<Replica> replicas) {
    public Leader {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * What a leader holds, and has lost by itself since it was opened.
   *
   * @param bytes of keys and values, an estimate
   * @param expiring keys with an expiry, by the number of their keyspace
   */
  record Holdings(long bytes, long expiredKeys, long evictedKeys, Map<Integer, Long> expiring) {
    public Holdings {
      expiring = Map.copyOf(expiring);
    }
  }

  /**
   * @param inSync whether it may be promoted
   * @param online whether it takes the stream; false while it is being synchronised
   * @param offset what it has acknowledged
   * @param lagSeconds since its last acknowledgement
   */
  record Replica(
      String node,
      String host,
      int port,
      boolean inSync,
      boolean online,
      long offset,
      long lagSeconds) {}
}
