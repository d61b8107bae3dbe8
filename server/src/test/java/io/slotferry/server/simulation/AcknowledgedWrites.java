package io.slotferry.server.simulation;

import io.slotferry.engine.Engine;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.ClusterMap;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The writes that clients were told to be safe, and what a copy lacks of them. */
final class AcknowledgedWrites {
  private final Map<String, Set<Long>> appended = new HashMap<>();

  /**
   * Values that registers were set to: the how many-th it was. One leader sets at a time. Of a call
   * that a move held back it cannot be seen when it was executed: it has no place here.
   */
  private final Map<Long, Integer> sets = new HashMap<>();

  /** The newest acknowledged value of each register, of those. */
  private final Map<String, Long> newest = new HashMap<>();

  private long count;

  long count() {
    return count;
  }

  /** A leader has just executed the call, whether or not that will be acknowledged. */
  void executed(ClientCall call) {
    if (call.command() == Command.SET) {
      sets.put(call.value(), sets.size());
    }
  }

  /** The call was given a reply that is no error. */
  void acknowledged(ClientCall call) {
    if (call.command() == Command.RPUSH) {
      count++;
      appended.computeIfAbsent(call.key(), _ -> new HashSet<>()).add(call.value());
    } else if (call.command() == Command.SET) {
      count++;
      if (sets.containsKey(call.value())) {
        newest.merge(
            call.key(), call.value(), (one, other) -> order(one) > order(other) ? one : other);
      }
    }
  }

  /** One on a partition of the shard that this copy does not have, or null. */
  @Nullable String lackedBy(SimulatedNode node, int shard, ClusterMap map) {
    for (Map.Entry<String, Set<Long>> list : appended.entrySet()) {
      int partition = SimulatedHistory.partition(list.getKey());
      if (map.shardOf(partition) == shard) {
        Set<Long> missing = new HashSet<>(list.getValue());
        for (long element : elements(node, list.getKey())) {
          missing.remove(element);
        }
        if (!missing.isEmpty()) {
          return list.getKey() + " " + missing;
        }
      }
    }
    for (Map.Entry<String, Long> register : newest.entrySet()) {
      int partition = SimulatedHistory.partition(register.getKey());
      if (map.shardOf(partition) == shard
          && isOlder(node, register.getKey(), register.getValue())) {
        return register.getKey() + " " + register.getValue();
      }
    }
    return null;
  }

  /** Whether the node's value is from before {@code value}; an unknown one is no proof of that. */
  private boolean isOlder(SimulatedNode node, String register, long value) {
    long[] its = value(node, register);
    return its.length == 0 || order(its[0]) < order(value);
  }

  private int order(long value) {
    return sets.getOrDefault(value, Integer.MAX_VALUE);
  }

  static long[] elements(SimulatedNode node, String list) {
    return read(node, list, Command.LRANGE, Request.of("LRANGE", list, "0", "-1"));
  }

  /** The register's value, or none. */
  static long[] value(SimulatedNode node, String register) {
    return read(node, register, Command.GET, Request.of("GET", register));
  }

  private static long[] read(SimulatedNode node, String key, Command command, Request request) {
    Engine engine = node.copy().engine();
    int partition = SimulatedHistory.partition(key);
    if (engine.store().partition(partition) == null) {
      return new long[0];
    }
    ShardCall call = new ShardCall();
    call.command = command;
    call.partition = partition;
    ReplyWriter reply = new ReplyWriter();
    engine.execute(call, request, reply, node.wallMillis());
    return SimulatedClient.elements(new String(reply.toByteArray(), StandardCharsets.ISO_8859_1));
  }
}
