package io.slotferry.gateway;

import io.slotferry.topology.message.MoveTally;
import io.vertx.core.Future;
import java.util.List;
import java.util.Map;

/**
 * What the shards' leaders say of their replication, their data and their disks, for {@code INFO}
 * and {@code ROLE}; of their moves; and {@code CONFIG RESETSTAT} for them.
 *
 * <p>Thread: any.
 */
public interface ShardStatus {
  /** For a gateway that nobody tells. */
  ShardStatus UNKNOWN =
      new ShardStatus() {
        @Override
        public Future<List<Leader>> leaders() {
          return Future.succeededFuture(List.of());
        }

        @Override
        public Future<List<MoveTally>> moves() {
          return Future.succeededFuture(List.of());
        }

        @Override
        public Future<?> startCountsOver() {
          return Future.succeededFuture();
        }
      };

  /** One entry for each shard whose leader is known, by ascending id. */
  Future<List<Leader>> leaders();

  /** What the moves out of each shard whose leader answers have come to; never failed. */
  Future<List<MoveTally>> moves();

  /**
   * The counts of expired and evicted keys, hits and misses start over at each leader that answers;
   * done when they have, and never failed.
   */
  Future<?> startCountsOver();

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
      Disk disk,
      List<Replica> replicas) {
    public Leader {
      replicas = List.copyOf(replicas);
    }
  }

  /**
   * What a leader holds, and has lost by itself since it was opened.
   *
   * @param bytes of keys and values, an estimate
   * @param hits reads of keys that were there
   * @param misses reads of keys that were not
   * @param awaitedKeys that clients wait for
   * @param awaitedKeysOnNoKey of these, the ones whose removal ends a wait
   * @param cachedScripts that EVALSHA knows by their names
   * @param keys by the number of their keyspace
   * @param expiring those with an expiry
   */
  record Holdings(
      long bytes,
      long expiredKeys,
      long evictedKeys,
      long hits,
      long misses,
      long awaitedKeys,
      long awaitedKeysOnNoKey,
      long cachedScripts,
      Map<Integer, Long> keys,
      Map<Integer, Long> expiring) {
    public Holdings {
      keys = Map.copyOf(keys);
      expiring = Map.copyOf(expiring);
    }
  }

  /**
   * How a leader stands with its disk.
   *
   * @param kept whether it has one
   * @param failing writes to it fail
   * @param saving a snapshot is being written
   * @param saveScheduled another is to follow it
   * @param saveFailed the newest attempt has failed
   * @param savedSeconds when the newest one was complete, since 1970
   * @param saveSeconds how long it took, -1 for none
   * @param savingSeconds how long the present one has taken, -1 for none
   * @param saves how many there were since the start
   * @param unsavedEffects changes of keys since the newest one, or the start
   * @param logBytes of the log on disk
   * @param logBytesUnsaved of the log behind the newest snapshot
   * @param logBytesUnwritten that the disk has not taken yet
   */
  record Disk(
      boolean kept,
      boolean failing,
      boolean saving,
      boolean saveScheduled,
      boolean saveFailed,
      long savedSeconds,
      long saveSeconds,
      long savingSeconds,
      long saves,
      long unsavedEffects,
      long logBytes,
      long logBytesUnsaved,
      long logBytesUnwritten) {}

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
