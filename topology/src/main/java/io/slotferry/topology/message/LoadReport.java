package io.slotferry.topology.message;

import io.slotferry.topology.PartitionLoad;
import java.util.List;

/**
 * What a shard's partitions hold and do, from its leader, every {@link #INTERVAL_MILLIS}.
 *
 * @param epoch that it leads in
 * @param partitions all that hold a key or did something
 */
public record LoadReport(int shard, long epoch, List<PartitionLoad> partitions) {
  public static final int INTERVAL_MILLIS = 5_000;

  public LoadReport {
    partitions = List.copyOf(partitions);
  }
}
