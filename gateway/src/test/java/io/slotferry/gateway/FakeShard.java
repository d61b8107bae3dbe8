package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.KeyEventRecord;
import io.slotferry.protocol.shard.KeyEvents;
import io.slotferry.protocol.shard.ScriptReport;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.protocol.shard.TransactionBatch;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Slots;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Queue;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.Executor;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A shard that keeps strings in a map, for a few commands. It owns what the map says, refuses the
 * rest, and answers keys that begin with "late" only when told to. Thread: its loop.
 */
final class FakeShard implements ShardExecutor {
  /** A BLPOP that waits; values have at most one element each. */
  record Waiting(long ticket, String key, Map<String, String> values, LaterReply target) {}

  final List<Waiting> waiting = new ArrayList<>();

  private record Late(long ticket, int respVersion, LaterReply target, byte[] reply) {}

  final int id;
  private final Supplier<ClusterMap> maps;
  private final Map<Integer, Map<String, String>> keyspaces;
  private final List<Late> late = new ArrayList<>();
  private final Map<KeyWatcher, Integer> keyWatchers = new LinkedHashMap<>();
  private final Queue<Runnable> untold = new ArrayDeque<>();
  final List<String> log = new ArrayList<>();

  /** What is WATCHed and has not changed, by watcher. */
  final Map<String, Set<String>> watchers = new HashMap<>();

  boolean refusesAll;

  /** What callers are told of a script, and of memory; see {@link ShardExecutor}. */
  @Nullable String busy;

  @Nullable String outOfMemory;

  /** Where events are told, after the replies of a turn. */
  Executor loop = Runnable::run;

  /** Whether it says to have no map. */
  boolean isWithoutMap;

  /** So many calls are refused before it leads. */
  int refusesNext;

  /** {@code keyspaces} is shared by all shards of a test: data is wherever its owner is. */
  FakeShard(int id, Supplier<ClusterMap> maps, Map<Integer, Map<String, String>> keyspaces) {
    this.id = id;
    this.maps = maps;
    this.keyspaces = keyspaces;
  }

  @Override
  public @Nullable String busy() {
    return busy;
  }

  @Override
  public @Nullable String outOfMemory() {
    return outOfMemory;
  }

  @Override
  public long mapVersion() {
    return isWithoutMap ? 0 : maps.get().version();
  }

  @Override
  public Outcome execute(ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
    ClusterMap map = maps.get();
    if (refusesNext > 0) {
      refusesNext--;
      return Outcome.NOT_HERE;
    }
    if (refusesAll || (call.partition >= 0 && map.shardOf(call.partition) != id)) {
      return Outcome.NOT_HERE;
    }
    log.add(text(request));
    if (request.count() > 1 && request.text(1).startsWith("late")) {
      ReplyWriter kept = new ReplyWriter();
      kept.useProtocol(call.respVersion);
      answer(call, request, kept, map);
      late.add(new Late(call.ticket, call.respVersion, later, kept.toByteArray()));
      return Outcome.LATER;
    }
    if (call.command == Command.BLPOP && !values(call).containsKey(request.text(1))) {
      waiting.add(new Waiting(call.ticket, request.text(1), values(call), later));
      return Outcome.WAITING;
    }
    if (call.command == Command.UNBLOCK) {
      unblock(Long.parseLong(request.text(1)), request.text(2), later);
    }
    answer(call, request, reply, map);
    if (call.command == Command.EXECUTE_BATCH) {
      TransactionBatch.Reader batch = new TransactionBatch.Reader();
      ShardCall inner = new ShardCall();
      batch.reset(request);
      while (batch.next(inner)) {
        if (inner.command.isWrite()) {
          changed(batch.command(), later, call.client);
        }
      }
    } else if (call.command.isWrite() && request.count() > 1) {
      changed(request, later, call.client);
    }
    serveWaiting();
    return Outcome.REPLIED;
  }

  private void unblock(long ticket, String how, LaterReply target) {
    for (Waiting call : List.copyOf(waiting)) {
      if (call.ticket == ticket && call.target.equals(target)) {
        waiting.remove(call);
        ReplyWriter reply = new ReplyWriter();
        if (how.equals("ERROR")) {
          reply.error("UNBLOCKED");
        } else {
          reply.nullArray();
        }
        target.replied(ticket, reply);
      }
    }
  }

  private void serveWaiting() {
    for (Waiting call : List.copyOf(waiting)) {
      if (call.values.containsKey(call.key)) {
        waiting.remove(call);
        ReplyWriter reply = new ReplyWriter();
        pop(call.values, call.key, reply);
        call.target.replied(call.ticket, reply);
      }
    }
  }

  private static void pop(Map<String, String> values, String key, ReplyWriter reply) {
    reply.array(2);
    value(reply, key);
    value(reply, values.remove(key));
  }

  /** Sends all calls away that wait for a key. */
  void refuseWaiting() {
    for (Waiting call : List.copyOf(waiting)) {
      waiting.remove(call);
      call.target.notHere(call.ticket);
    }
  }

  @Override
  public void watch(KeyWatcher watcher, int events) {
    keyWatchers.remove(watcher);
    if (events != 0) {
      keyWatchers.put(watcher, events);
    }
  }

  /** The events that somebody watches. */
  int watched() {
    return keyWatchers.values().stream().reduce(0, (a, b) -> a | b);
  }

  /** Tells who watches that the key at argument 1 was set, whatever the command was. */
  private void changed(Request request, LaterReply caller, long client) {
    byte[] key = request.copy(1);
    keyWatchers.forEach((watcher, events) -> {
      WireWriter records = new WireWriter();
      if ((events & KeyEvents.MODIFIED) != 0) {
        long own = watcher.equals(caller) ? client : 0;
        KeyEventRecord.writeModified(records, key, 0, key.length, own);
      }
      if ((events & KeyEvents.STRING) != 0) {
        byte[] name = "set".getBytes(StandardCharsets.US_ASCII);
        KeyEventRecord.writeEvent(records, 0, name, key, 0, key.length);
      }
      untold.add(() -> watcher.happened(records.bytes(), records.size()));
    });
    loop.execute(this::tellWatchers);
  }

  @Override
  public void tellWatchers() {
    for (int left = untold.size(); left > 0; left--) {
      untold.remove().run();
    }
  }

  private static String text(Request request) {
    StringBuilder text = new StringBuilder();
    for (int i = 0; i < request.count(); i++) {
      text.append(i == 0 ? "" : " ").append(request.length(i) > 64 ? "…" : request.text(i));
    }
    return text.toString();
  }

  int lateCount() {
    return late.size();
  }

  /** Answers the first {@code count} late calls. */
  void release(int count) {
    for (int i = 0; i < count; i++) {
      Late call = late.removeFirst();
      ReplyWriter reply = new ReplyWriter();
      reply.raw(call.reply);
      call.target.replied(call.ticket, reply);
    }
  }

  /** Says of all late calls that they were not executed after all. */
  void refuseLate() {
    for (Late call : List.copyOf(late)) {
      late.remove(call);
      call.target.notHere(call.ticket);
    }
  }

  void loseLate() {
    for (Late call : List.copyOf(late)) {
      late.remove(call);
      call.target.uncertain(call.ticket);
    }
  }

  private boolean owns(ClusterMap map, int keyspace, String key) {
    byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
    return map.shardOf(map.partitionOf(keyspace, bytes, 0, bytes.length)) == id;
  }

  private List<String> ownKeys(ShardCall call, ClusterMap map) {
    Keyspace keyspace = map.keyspace(call.keyspace);
    List<String> keys = new ArrayList<>();
    for (String key : values(call).keySet()) {
      byte[] bytes = key.getBytes(StandardCharsets.ISO_8859_1);
      int partition = map.partitionOf(call.keyspace, bytes, 0, bytes.length);
      if (owns(map, call.keyspace, key) && (call.partition < 0 || partition == call.partition)) {
        keys.add(key);
      }
    }
    keys.sort(
        Comparator.comparing(
            key -> key.getBytes(StandardCharsets.ISO_8859_1),
            keyspace == null ? KeyOrder.BYTES : keyspace.order()));
    return keys;
  }

  private Map<String, String> values(ShardCall call) {
    return keyspaces.computeIfAbsent(call.keyspace, number -> new TreeMap<>());
  }

  private void answer(ShardCall call, Request request, ReplyWriter reply, ClusterMap map) {
    Map<String, String> values = values(call);
    switch (call.command) {
      case GET -> value(reply, values.get(request.text(1)));
      case SET -> {
        watchers.values().removeIf(keys -> keys.contains(request.text(1)));
        values.put(request.text(1), request.text(2));
        reply.ok();
      }
      case INCR -> {
        String key = request.text(1);
        long next = Long.parseLong(values.getOrDefault(key, "0")) + 1;
        values.put(key, Long.toString(next));
        reply.integer(next);
      }
      case RENAME -> {
        values.put(request.text(2), values.remove(request.text(1)));
        reply.ok();
      }
      case MGET -> {
        reply.array(request.count() - 1);
        for (int i = 1; i < request.count(); i++) {
          value(reply, values.get(request.text(i)));
        }
      }
      case MSET -> {
        for (int i = 1; i < request.count(); i += 2) {
          values.put(request.text(i), request.text(i + 1));
        }
        reply.ok();
      }
      case DEL, EXISTS -> {
        long found = 0;
        for (int i = 1; i < request.count(); i++) {
          boolean there = values.containsKey(request.text(i));
          found += there ? 1 : 0;
          if (call.command.isWrite()) {
            values.remove(request.text(i));
          }
        }
        reply.integer(found);
      }
      case BLPOP -> pop(values, request.text(1), reply);
      case EVAL -> {
        if (request.text(1).equals("publish")) {
          ScriptReport.publish(false, Request.of("PUBLISH", "c", "m1"), reply);
          ScriptReport.publish(true, Request.of("SPUBLISH", "s", "m2"), reply);
        }
        if (request.text(1).equals("count")) {
          ScriptReport.calls("get", 3, 1, 2, reply);
          ScriptReport.calls("xgroup|help", 1, 0, 0, reply);
          ScriptReport.errors("ERR", 3, reply);
          ScriptReport.errors("OOM", 1, reply);
          reply.error("OOM it ends so");
          return;
        }
        if (call.monitored) {
          String script = request.text(1);
          String read = script.startsWith("reads ") ? script.substring(6) : "k";
          for (String key : read.split(",")) {
            ScriptReport.monitor(7, Request.of("GET", key), reply);
          }
        }
        value(reply, call.user == null ? "" : call.user.name() + ' ' + call.user.rules());
      }
      case UNBLOCK, REST -> reply.ok();
      case EXECUTE_BATCH, QUERY_BATCH -> batch(call, request, reply, map);
      case WATCH_KEYS -> {
        Set<String> keys = watchers.computeIfAbsent(request.text(1), id -> new HashSet<>());
        for (int i = 2; i < request.count(); i++) {
          keys.add(request.text(i));
        }
        reply.ok();
      }
      case FORGET_WATCHER -> {
        watchers.remove(request.text(1));
        reply.ok();
      }
      case DBSIZE -> reply.integer(ownKeys(call, map).size());
      case WAIT -> reply.integer(id);
      case FLUSHALL -> {
        ownKeys(call, map).forEach(values::remove);
        reply.ok();
      }
      case KEYS -> bulks(reply, ownKeys(call, map));
      case RANDOMKEY -> value(reply, ownKeys(call, map).stream().findAny().orElse(null));
      case SCAN -> scan(call, request, reply, map);
      case KEYRANGE -> keyRange(request, reply, ownKeys(call, map), values, map, call.keyspace);
      default -> reply.error("ERR the fake knows no " + call.command);
    }
  }

  private void batch(ShardCall call, Request batch, ReplyWriter reply, ClusterMap map) {
    TransactionBatch.Reader reader = new TransactionBatch.Reader();
    ShardCall inner = new ShardCall();
    ReplyWriter replies = new ReplyWriter();
    Set<String> ended = new HashSet<>();
    boolean holds = true;
    int count = 0;
    reader.reset(batch);
    while (reader.next(inner)) {
      Request command = reader.command();
      if (inner.command == Command.WATCH_KEYS) {
        holds &= watchers.getOrDefault(command.text(1), Set.of()).contains(command.text(2));
        ended.add(command.text(1));
      } else if (holds) {
        inner.partition = ShardCall.ALL_PARTITIONS;
        inner.user = call.user;
        inner.monitored = call.monitored;
        replies.useProtocol(inner.respVersion);
        answer(inner, command, replies, map);
        count++;
      }
    }
    watchers.keySet().removeAll(ended);
    if (holds) {
      reply.array(count);
      reply.raw(replies.bytes(), 0, replies.size());
    } else {
      reply.nullArray();
    }
  }

  private static void value(ReplyWriter reply, String value) {
    if (value == null) {
      reply.nullBulk();
    } else {
      byte[] bytes = value.getBytes(StandardCharsets.ISO_8859_1);
      reply.lastingBulk(bytes, 0, bytes.length);
    }
  }

  private static void bulks(ReplyWriter reply, List<String> values) {
    reply.array(values.size());
    values.forEach(value -> value(reply, value));
  }

  /** All of a slot's keys, and those of the slots after it as long as they are this shard's. */
  private void scan(ShardCall call, Request request, ReplyWriter reply, ClusterMap map) {
    int slot = (int) (Long.parseLong(request.text(1)) >>> ScanWalk.PARTITION_SHIFT);
    List<String> found = new ArrayList<>();
    while (slot < Slots.COUNT && map.shardOf(slot) == id && found.isEmpty()) {
      call.partition = slot++;
      found.addAll(ownKeys(call, map));
    }
    reply.array(2);
    reply.bulkLong((long) slot << ScanWalk.PARTITION_SHIFT);
    bulks(reply, found);
  }

  private static void keyRange(
      Request request,
      ReplyWriter reply,
      List<String> keys,
      Map<String, String> values,
      ClusterMap map,
      int keyspace) {
    boolean reverse = false;
    boolean withValues = false;
    long limit = Long.MAX_VALUE;
    for (int i = 3; i < request.count(); i++) {
      reverse |= request.is(i, "REV");
      withValues |= request.is(i, "WITHVALUES");
      if (request.is(i, "LIMIT")) {
        limit = Long.parseLong(request.text(i + 2));
      }
    }
    var order = map.keyspace(keyspace).order();
    List<String> found = new ArrayList<>();
    for (String key : reverse ? keys.reversed() : keys) {
      if (found.size() < limit
          && isInside(order, key, request.text(1), 1)
          && isInside(order, key, request.text(2), -1)) {
        found.add(key);
      }
    }
    reply.array(found.size() * (withValues ? 2 : 1));
    for (String key : found) {
      value(reply, key);
      if (withValues) {
        value(reply, values.get(key));
      }
    }
  }

  private static boolean isInside(KeyOrder order, String key, String bound, int side) {
    if (bound.length() == 1) {
      return true;
    }
    int compared =
        order.compare(
            key.getBytes(StandardCharsets.ISO_8859_1),
            bound.substring(1).getBytes(StandardCharsets.ISO_8859_1));
    return compared == 0 ? bound.charAt(0) == '[' : Integer.signum(compared) == side;
  }
}
