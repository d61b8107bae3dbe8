package io.slotferry.gateway;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.LongAdder;
import java.util.function.ObjLongConsumer;

/**
 * What a gateway counts, over all its loops. The loops add once per read, not once per command;
 * what registers them as metrics reads them at any time.
 */
public final class GatewayCounters {
  private final LongAdder commands = new LongAdder();
  private final LongAdder connectionsAccepted = new LongAdder();
  private final LongAdder connectionsClosed = new LongAdder();
  private final LongAdder connectionsRejected = new LongAdder();
  private final LongAdder blocked = new LongAdder();
  private final LongAdder errors = new LongAdder();
  private final LongAdder inputBytes = new LongAdder();
  private final LongAdder outputBytes = new LongAdder();
  private final LongAdder reroutes = new LongAdder();
  private final LongAdder uncertain = new LongAdder();
  private final ConcurrentMap<Integer, LongAdder> errorsByShard = new ConcurrentHashMap<>();

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

  /** Error replies that the gateway itself made. */
  public long errors() {
    return errors.sum();
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
    inputBytes.reset();
    outputBytes.reset();
    reroutes.reset();
    uncertain.reset();
    errorsByShard.clear();
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

  void addError() {
    errors.increment();
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
