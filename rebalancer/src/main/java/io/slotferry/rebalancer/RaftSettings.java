package io.slotferry.rebalancer;

import java.util.List;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.RaftConfigKeys;
import org.apache.ratis.conf.RaftProperties;
import org.apache.ratis.grpc.GrpcConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys;
import org.apache.ratis.server.RaftServerConfigKeys.Log;
import org.apache.ratis.server.RaftServerConfigKeys.Read;
import org.apache.ratis.server.RaftServerConfigKeys.Rpc;
import org.apache.ratis.server.RaftServerConfigKeys.Snapshot;
import org.apache.ratis.util.SizeInBytes;
import org.apache.ratis.util.TimeDuration;

/** How Ratis is tuned for a log of few, small entries, where an answer and a leader are urgent. */
final class RaftSettings {
  /** A change that is longer is not proposed. */
  static final int CHANGE_BYTES_MAX = 512 * 1024;

  /** A leader that has not heard from a majority for this long steps down. */
  static final int LEADER_TIMEOUT_MILLIS = 1_000;

  /** Shorter ones flap on a loaded machine. */
  private static final int FOLLOWER_TIMEOUT_MILLIS_MIN = 500;

  /** With one peer nobody else can lead: at the start it need not wait for a word from another. */
  private static final int ALONE_FIRST_MILLIS = 1;

  /**
   * Later it need not either, but a Ratis leader wakes up this often to see that it still leads:
   * every millisecond would take a thirtieth of a processor.
   */
  private static final int ALONE_TIMEOUT_MILLIS = 100;

  /** A leader that lost its majority leaves the next election to the others for this long. */
  private static final int STEP_DOWN_MILLIS = 1_000;

  /** A process that was stopped and goes on must not end for it. */
  private static final int PAUSE_SECONDS_MAX = 365 * 24 * 3600;

  /** At first at once; later often enough for a peer that comes back. */
  private static final String RETRY_POLICY = "5ms,10, 250ms,1000000";

  private RaftSettings() {}

  static RaftProperties of(MapStoreOptions options) {
    RaftProperties properties = new RaftProperties();
    RaftServerConfigKeys.setStorageDir(properties, List.of(options.folder().toFile()));
    RaftServerConfigKeys.setCloseThreshold(
        properties, TimeDuration.valueOf(PAUSE_SECONDS_MAX, TimeUnit.SECONDS));
    setElections(properties, options.alone());
    setLog(properties, options.snapshotEvery());
    setNetwork(properties, options);
    return properties;
  }

  private static void setElections(RaftProperties properties, boolean alone) {
    TimeDuration min = millis(alone ? ALONE_TIMEOUT_MILLIS : FOLLOWER_TIMEOUT_MILLIS_MIN);
    TimeDuration max = millis(alone ? ALONE_TIMEOUT_MILLIS : LEADER_TIMEOUT_MILLIS);
    Rpc.setTimeoutMin(properties, min);
    Rpc.setTimeoutMax(properties, max);
    Rpc.setFirstElectionTimeoutMin(properties, alone ? millis(ALONE_FIRST_MILLIS) : min);
    Rpc.setFirstElectionTimeoutMax(properties, alone ? millis(ALONE_FIRST_MILLIS) : max);
    RaftServerConfigKeys.LeaderElection.setLeaderStepDownWaitTime(
        properties, millis(STEP_DOWN_MILLIS));
    Read.setOption(properties, Read.Option.LINEARIZABLE);
    Read.setLeaderLeaseEnabled(properties, true);
    Read.setTimeout(properties, millis(LEADER_TIMEOUT_MILLIS));
  }

  private static void setLog(RaftProperties properties, int snapshotEvery) {
    SizeInBytes entries = SizeInBytes.valueOf(2L * CHANGE_BYTES_MAX);
    Log.setSegmentSizeMax(properties, SizeInBytes.valueOf("1MB"));
    Log.setPreallocatedSize(properties, SizeInBytes.valueOf("64KB"));
    Log.setSegmentCacheNumMax(properties, 2);
    Log.setSegmentCacheSizeMax(properties, SizeInBytes.valueOf("4MB"));
    Log.setWriteBufferSize(properties, SizeInBytes.valueOf(entries.getSize() + 64));
    Log.Appender.setBufferByteLimit(properties, entries);
    Log.Appender.setRetryPolicy(properties, RETRY_POLICY);
    Log.setPurgeUptoSnapshotIndex(properties, true);
    Log.setPurgeGap(properties, snapshotEvery);
    Snapshot.setAutoTriggerEnabled(properties, true);
    Snapshot.setAutoTriggerThreshold(properties, snapshotEvery);
    Snapshot.setRetentionFileNum(properties, 2);
  }

  private static void setNetwork(RaftProperties properties, MapStoreOptions options) {
    if (options.alone()) {
      RaftConfigKeys.Rpc.setType(properties, new NoNetwork());
      return;
    }
    GrpcConfigKeys.Server.setHost(properties, options.bindHost());
    GrpcConfigKeys.Server.setPort(properties, options.port());
    Rpc.setRequestTimeout(properties, millis(LEADER_TIMEOUT_MILLIS));
  }

  private static TimeDuration millis(int millis) {
    return TimeDuration.valueOf(millis, TimeUnit.MILLISECONDS);
  }
}
