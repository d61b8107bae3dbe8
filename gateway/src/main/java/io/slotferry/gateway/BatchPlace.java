package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.TransactionBatch;
import io.slotferry.topology.ClusterMap;
import org.jspecify.annotations.Nullable;

/**
 * The one partition that all keys of a transaction have to be in, or, as long as one shard has all
 * partitions, any of them. Thread: one gateway loop; reused.
 */
final class BatchPlace {
  static final String CROSS_SLOT = "CROSSSLOT Keys in request don't hash to the same slot";

  private final TransactionBatch.Reader reader = new TransactionBatch.Reader();
  private final ShardCall call = new ShardCall();
  private int partition;

  /** Looks for it; the result is what refuses the transaction, null when nothing does. */
  @Nullable String find(Request batch, ClusterMap map) {
    boolean oneShard = map.shards().size() <= 1;
    partition = ShardCall.ALL_PARTITIONS;
    reader.reset(batch);
    while (reader.next(call)) {
      Request command = reader.command();
      int keys = KeyPositions.count(call.command, command);
      if (keys == 0 && !oneShard && call.command != Command.REST) {
        // It is about the keys of all shards.
        return CROSS_SLOT;
      }
      for (int i = 0; i < keys; i++) {
        int key = KeyPositions.position(call.command, command, i);
        int of =
            map.partitionOf(
                call.keyspace, command.buffer(), command.start(key), command.length(key));
        if (of == ClusterMap.NO_PARTITION) {
          return "ERR keyspace " + call.keyspace + " does not exist";
        }
        if (partition != ShardCall.ALL_PARTITIONS && of != partition && !oneShard) {
          return CROSS_SLOT;
        }
        partition = partition == ShardCall.ALL_PARTITIONS ? of : partition;
      }
    }
    return null;
  }

  /** What {@link #find} has found; ALL_PARTITIONS when there are no keys. */
  int partition() {
    return partition;
  }
}
