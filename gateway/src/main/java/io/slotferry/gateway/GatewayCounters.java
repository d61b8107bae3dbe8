package io.slotferry.gateway;

import java.nio.charset.StandardCharsets;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/**
 * What a gateway counts, over all its loops. The loops add once per read, not once per command;
 * what registers them as metrics reads them at any time.
 */
public final class GatewayCounters {
  /** Words that errors begin with; a client may make scripts raise any. */
  private static final int ERROR_KINDS_MAX = 128;

  private final LongAdder commands = new LongAdder();
  private final LongAdder connectionsAccepted = new LongAdder();
  private final LongAdder connectionsClosed = new LongAdder();
  private final LongAdder connectionsRejected = new LongAdder();
  private final LongAdder blocked = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder evictedClients = new LongAdder();
  private final LongAdder queryLimits = new LongAdder();
  private final LongAdder outputLimits = new LongAdder();
  private final LongAdder inputBytes = new LongAdder();
  private final LongAdder outputBytes = new LongAdder();
  private final LongAdder reroutes = new LongAdder();
  private final LongAdder uncertain = new LongAdder();
  private final LongAdder replicaReads = new LongAdder();
  private final LongAdder replicaRefusals = new LongAdder();
  private final ConcurrentMap<Integer, LongAdder> errorsByShard = new ConcurrentHashMap<>();
  private final ConcurrentMap<String, LongAdder> errorsByKind = new ConcurrentSkipListMap<>();

  /** Commands that clients sent, refused ones included. */
  public long commands() {
    return commands.sum();
  }

  public long connectionsAccepted() {
    return connectionsAccepted.sum();
  }

  public long connectionsRejected() {
    return connectionsRejected.sum();
  }

  /** Connections that are open now. */
  public long connections() {
    return Math.max(0, connectionsAccepted.sum() - connectionsClosed.sum());
  }

  /** Clients that wait for a key. */
  public long blocked() {
    return Math.max(0, blocked.sum());
  }

  /** Error replies of the gateway, and of the shards. */
  public long errors() {
    return errors.sum();
  }

  /** Clients that were disconnected because all together held too much memory. */
  public long evictedClients() {
    return evictedClients.sum();
  }

  /** Clients that were disconnected because too much of their commands waited. */
  public long queryLimitsReached() {
    return queryLimits.sum();
  }

  /** Clients that were disconnected because they did not read what was sent to them. */
  public long outputLimitsReached() {
    return outputLimits.sum();
  }

  public long inputBytes() {
    return inputBytes.sum();
  }

  public long outputBytes() {
    return outputBytes.sum();
  }

  /** Commands that a shard refused to take and that were routed again. */
  public long reroutes() {
    return reroutes.sum();
  }

  /** Writes answered with {@code -UNCERTAIN}. */
  public long uncertain() {
    return uncertain.sum();
  }

  /** Reads that replicas were asked. */
  public long replicaReads() {
    return replicaReads.sum();
  }

  /** Of these, the ones that the replica did not answer: their leaders were asked. */
  public long replicaRefusals() {
    return replicaRefusals.sum();
  }

  /** Calls that ended without an answer of the shard (-UNCERTAIN, -CLUSTERDOWN), by shard id. */
  public void forEachShardError(ObjLongConsumer<Integer> consumer) {
    errorsByShard.forEach((shard, count) -> consumer.accept(shard, count.sum()));
  }

  /** {@code CONFIG RESETSTAT}: the counters start over, the open connections stay counted. */
  void reset() {
    long open = connections();
    commands.reset();
    connectionsAccepted.reset();
    connectionsClosed.reset();
    connectionsRejected.reset();
    connectionsAccepted.add(open);
    errors.reset();
    evictedClients.reset();
    queryLimits.reset();
    outputLimits.reset();
    inputBytes.reset();
    outputBytes.reset();
    reroutes.reset();
    uncertain.reset();
    replicaReads.reset();
    replicaRefusals.reset();
    errorsByShard.clear();
    errorsByKind.clear();
  }

  void addCommands(long count) {
    commands.add(count);
  }

  void addInputBytes(long count) {
    inputBytes.add(count);
  }

  void addOutputBytes(long count) {
    outputBytes.add(count);
  }

  void addBlocked(int change) {
    blocked.add(change);
  }

  /** An error reply, which begins at {@code start}. */
  void addError(byte[] reply, int start) {
    int end = start;
    while (end < reply.length && reply[end] > ' ') {
      end++;
    }
    addError(new String(reply, start + 1, end - start - 1, StandardCharsets.ISO_8859_1));
  }

  /** An error reply that begins with this word. */
  void addError(String kind) {
    errors.increment();
    LongAdder known = errorsByKind.get(kind);
    if (known == null && errorsByKind.size() < ERROR_KINDS_MAX) {
      known = errorsByKind.computeIfAbsent(kind, first -> new LongAdder());
    }
    if (known != null) {
      known.increment();
    }
  }

  /** Error replies by their first word. */
  void forEachErrorKind(ObjLongConsumer<String> consumer) {
    errorsByKind.forEach((kind, count) -> consumer.accept(kind, count.sum()));
  }

  void addEvictedClient() {
    evictedClients.increment();
  }

  void addQueryLimitReached() {
    queryLimits.increment();
  }

  void addOutputLimitReached() {
    outputLimits.increment();
  }

  void addReplicaRead() {
    replicaReads.increment();
  }

  void addReplicaRefusal() {
    replicaRefusals.increment();
  }

  void addReroute() {
    reroutes.increment();
  }

  void addAccepted() {
    connectionsAccepted.increment();
  }

  void addClosed() {
    connectionsClosed.increment();
  }

  void addRejected() {
    connectionsRejected.increment();
  }

  void addShardError(int shard, boolean uncertainWrite) {
    if (uncertainWrite) {
      uncertain.increment();
    }
    errorsByShard.computeIfAbsent(shard, id -> new LongAdder()).increment();
  }
}
