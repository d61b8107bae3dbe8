package io.slotferry.engine;

import io.slotferry.engine.store.AccessClock;
import io.slotferry.engine.value.EncodingLimits;
import io.slotferry.engine.value.NodeLimits;
import java.util.function.UnaryOperator;

/**
 * The settings of the cluster that the engine goes by, parsed once when they change so that a
 * handler reads a field. Follows the cluster map: every copy of every shard has the same.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class EngineSettings {
  /** More than these make no better choice, and each costs time. */
  private static final int EVICTION_SAMPLES_MAX = 64;

  private long hashMaxListpackEntries = 512;
  private long hashMaxListpackValue = 64;
  private long setMaxIntsetEntries = 512;
  private long setMaxListpackEntries = 128;
  private long setMaxListpackValue = 64;
  private long zsetMaxListpackEntries = 128;
  private long zsetMaxListpackValue = 64;
  private int listMaxListpackSize = -2;
  private long hllSparseBytesMax = 3000;
  private NodeLimits streamNodes = NodeLimits.DEFAULT;
  private String notifyKeyspaceEvents = "";
  private int activeExpireEffort = 1;
  private long busyReplyThresholdMillis = 5000;
  private int lfuLogFactor = 10;
  private int lfuDecayMinutes = 1;
  private long memoryBytesMax = Long.MAX_VALUE;
  private EvictionPolicy evictionPolicy = EvictionPolicy.NOEVICTION;
  private int evictionSamples = 5;

  /**
   * Takes new values.
   *
   * @param valueOf the value of a setting by its name, in canonical form
   */
  public void use(UnaryOperator<String> valueOf) {
    hashMaxListpackEntries = number(valueOf, "hash-max-listpack-entries");
    hashMaxListpackValue = number(valueOf, "hash-max-listpack-value");
    setMaxIntsetEntries = number(valueOf, "set-max-intset-entries");
    setMaxListpackEntries = number(valueOf, "set-max-listpack-entries");
    setMaxListpackValue = number(valueOf, "set-max-listpack-value");
    zsetMaxListpackEntries = number(valueOf, "zset-max-listpack-entries");
    zsetMaxListpackValue = number(valueOf, "zset-max-listpack-value");
    listMaxListpackSize = (int) number(valueOf, "list-max-listpack-size");
    hllSparseBytesMax = number(valueOf, "hll-sparse-max-bytes");
    limitStreamNodes(
        new NodeLimits(
            number(valueOf, "stream-node-max-bytes"), number(valueOf, "stream-node-max-entries")));
    notifyKeyspaceEvents = valueOf.apply("notify-keyspace-events");
    activeExpireEffort = (int) number(valueOf, "active-expire-effort");
    busyReplyThresholdMillis = number(valueOf, "busy-reply-threshold");
    lfuLogFactor = (int) number(valueOf, "lfu-log-factor");
    lfuDecayMinutes = (int) number(valueOf, "lfu-decay-time");
    long maxMemory = number(valueOf, "maxmemory");
    memoryBytesMax = maxMemory == 0 ? Long.MAX_VALUE : maxMemory;
    evictionPolicy = EvictionPolicy.of(valueOf.apply("maxmemory-policy"));
    evictionSamples = (int) Math.min(number(valueOf, "maxmemory-samples"), EVICTION_SAMPLES_MAX);
  }

  /** Values change their form by these limits from now on. */
  void limitEncodings() {
    EncodingLimits.ofHashes(hashMaxListpackEntries, hashMaxListpackValue);
    EncodingLimits.ofSets(setMaxIntsetEntries, setMaxListpackEntries, setMaxListpackValue);
    EncodingLimits.ofSortedSets(zsetMaxListpackEntries, zsetMaxListpackValue);
    EncodingLimits.ofLists(listMaxListpackSize);
  }

  private static long number(UnaryOperator<String> valueOf, String name) {
    return Long.parseLong(valueOf.apply(name));
  }

  public long hllSparseBytesMax() {
    return hllSparseBytesMax;
  }

  /** When a stream begins a new block. */
  public NodeLimits streamNodes() {
    return streamNodes;
  }

  public void limitStreamNodes(NodeLimits limits) {
    streamNodes = limits;
  }

  /** Classes of keyspace events, a letter each; A stands for most; empty for none. */
  public String notifyKeyspaceEvents() {
    return notifyKeyspaceEvents;
  }

  /** 1 to 10. */
  public int activeExpireEffort() {
    return activeExpireEffort;
  }

  /** How long a script may run before others are answered with -BUSY; 0 for ever. */
  public long busyReplyThresholdMillis() {
    return busyReplyThresholdMillis;
  }

  public int lfuLogFactor() {
    return lfuLogFactor;
  }

  public int lfuDecayMinutes() {
    return lfuDecayMinutes;
  }

  /** What one copy may hold; no bound: {@link Long#MAX_VALUE}. */
  public long memoryBytesMax() {
    return memoryBytesMax;
  }

  public EvictionPolicy evictionPolicy() {
    return evictionPolicy;
  }

  /** Whether Redis would share small integers: it does not where each needs a clock of its own. */
  public boolean sharesSmallIntegers() {
    return memoryBytesMax == Long.MAX_VALUE || evictionPolicy.uses() == AccessClock.Kind.NOTHING;
  }

  /** Of how many keys the one that goes is chosen. */
  int evictionSamples() {
    return evictionSamples;
  }
}
