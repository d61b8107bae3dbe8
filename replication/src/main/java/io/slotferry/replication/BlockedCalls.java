package io.slotferry.replication;

import io.slotferry.engine.Engine;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * The calls that wait on a leading copy for a key to take from: BLPOP and its like. Whoever has
 * waited longest for a key is served first. They are served after the command, transaction or
 * script that gave the key something: each one whose key has a value of its type then is executed
 * again. What it does may give another key something, so that this goes on until nothing is left to
 * serve.
 *
 * <pre>
 *   executed, nothing there ──► WAITING ── its key has a value ──► executed again ──► answered
 *                                  │  ▲                                  │ nothing there
 *                                  │  └──────────────────────────────────┘
 *                                  ├── its time is over, or CLIENT UNBLOCK, says its gateway ──► answered
 *                                  └── a partition moves, the leadership ends ──► not here: waits elsewhere
 * </pre>
 *
 * The gateway counts the time. Source of the order: Redis' blocked.c.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class BlockedCalls {
  static final int CALLS_MAX = 100_000;
  static final long BYTES_MAX = 64L << 20;

  private static final String FULL = "ERR too many blocked clients";
  private static final String UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";

  /** What of the copy serves a call that has waited. */
  interface Serving {
    /** Executes it again; false when it finds nothing to take and waits on. */
    boolean execute(ShardCall call, Request request, ReplyWriter reply, long nowMillis);

    /** Gives it its reply, at once or when that may be told. */
    void answer(ShardCall call, ReplyWriter reply, LaterReply later);
  }

  /** A key, and where it is. */
  private record KeyPlace(int partition, KeyName key) {}

  /** A call that waits, by its keys. */
  private static final class Blocked {
    final ShardCall call;
    final Request request;
    final LaterReply later;

    /** The type of value that it needs; null for any change. */
    final @Nullable ValueType awaited;

    final List<KeyPlace> places = new ArrayList<>();

    Blocked(ShardCall call, Request request, LaterReply later, @Nullable ValueType awaited) {
      this.call = call;
      this.request = request;
      this.later = later;
      this.awaited = awaited;
    }
  }

  private final Engine engine;
  private final Transactions.Copy copy;
  private final Serving serving;
  private final Map<Integer, Map<KeyName, Set<Blocked>>> queues = new HashMap<>();
  private final Map<LaterReply, Map<Long, Blocked>> calls = new HashMap<>();
  private final ReplyWriter reply = new ReplyWriter();
  private final KeyName name = new KeyName();
  private Set<KeyPlace> ready = new LinkedHashSet<>();
  private boolean anyReady;
  private int size;
  private long bytes;

  BlockedCalls(Engine engine, Transactions.Copy copy, Serving serving) {
    this.engine = engine;
    this.copy = copy;
    this.serving = serving;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  /** Keys that calls wait for. */
  int keys() {
    return queues.values().stream().mapToInt(Map::size).sum();
  }

  /** Keys that one is waiting for whom it concerns when they go. */
  int keysOnNoKey() {
    return (int)
        queues.values().stream()
            .flatMap(ofPartition -> ofPartition.values().stream())
            .filter(queue -> queue.stream().anyMatch(blocked -> blocked.awaited == null))
            .count();
  }

  // ---- waiting

  /**
   * Lets the call wait that the engine has just executed, and that found nothing to take.
   *
   * @param reply holds, from {@code start} on, what it is answered with where nothing may wait;
   *     that is taken back
   * @return false when there is no room; the reply is an error then
   */
  boolean block(ShardCall call, ReplyWriter reply, int start, LaterReply later) {
    Request request = engine.again().detached();
    reply.truncate(start);
    if (size == CALLS_MAX || bytes + request.buffer().length > BYTES_MAX) {
      reply.error(FULL);
      return false;
    }
    Blocked blocked = new Blocked(call.copy(), request, later, engine.awaited());
    int keys = KeyPositions.count(call.command, request);
    for (int i = 0; i < keys; i++) {
      int key = KeyPositions.position(call.command, request, i);
      int partition = copy.partitionOf(call.keyspace, request, key);
      name.of(call.keyspace, request.buffer(), request.start(key), request.length(key));
      KeyPlace place = new KeyPlace(partition, name.copy());
      blocked.places.add(place);
      queues
          .computeIfAbsent(partition, fresh -> new HashMap<>())
          .computeIfAbsent(place.key, fresh -> new LinkedHashSet<>())
          .add(blocked);
    }
    calls.computeIfAbsent(later, fresh -> new LinkedHashMap<>()).put(call.ticket, blocked);
    size++;
    bytes += request.buffer().length;
    return true;
  }

  private boolean isWaiting(Blocked blocked) {
    return calls.getOrDefault(blocked.later, Map.of()).get(blocked.call.ticket) == blocked;
  }

  private void remove(Blocked blocked) {
    Map<Long, Blocked> sameWay = calls.get(blocked.later);
    if (sameWay == null || !sameWay.remove(blocked.call.ticket, blocked)) {
      return;
    }
    if (sameWay.isEmpty()) {
      calls.remove(blocked.later);
    }
    size--;
    bytes -= blocked.request.buffer().length;
    for (KeyPlace place : blocked.places) {
      leave(place, blocked);
    }
  }

  private void leave(KeyPlace place, Blocked blocked) {
    Map<KeyName, Set<Blocked>> ofPartition = queues.get(place.partition);
    Set<Blocked> queue = ofPartition == null ? null : ofPartition.get(place.key);
    // A key that a call names twice was left already.
    if (ofPartition == null || queue == null) {
      return;
    }
    queue.remove(blocked);
    if (queue.isEmpty()) {
      ofPartition.remove(place.key);
    }
    if (ofPartition.isEmpty()) {
      queues.remove(place.partition);
    }
  }

  // ---- serving

  /** An effect was logged. One that names no key may be about all of them. */
  void changed(int keyspace, int partition, Request effect) {
    Map<KeyName, Set<Blocked>> ofPartition = queues.get(partition);
    if (ofPartition == null) {
      return;
    }
    if (effect.count() > 1) {
      name.of(keyspace, effect.buffer(), effect.start(1), effect.length(1));
      if (ofPartition.containsKey(name)) {
        ready.add(new KeyPlace(partition, name.copy()));
        anyReady = true;
      }
    } else {
      ofPartition.keySet().forEach(key -> ready.add(new KeyPlace(partition, key)));
      anyReady = true;
    }
  }

  /** Whether {@link #serve} may have something to do; asked after every command. */
  boolean hasReady() {
    return anyReady;
  }

  /** Serves all that can be; a command, transaction or script has ended. */
  void serve(long nowMillis) {
    while (!ready.isEmpty()) {
      Set<KeyPlace> places = ready;
      ready = new LinkedHashSet<>();
      for (KeyPlace place : places) {
        serve(place, nowMillis);
      }
    }
    anyReady = false;
  }

  private void serve(KeyPlace place, long nowMillis) {
    Map<KeyName, Set<Blocked>> ofPartition = queues.getOrDefault(place.partition, Map.of());
    for (Blocked blocked : List.copyOf(ofPartition.getOrDefault(place.key, Set.of()))) {
      if (isWaiting(blocked) && isOfUse(blocked, place, nowMillis)) {
        tryAgain(blocked, nowMillis);
      }
    }
  }

  private boolean isOfUse(Blocked blocked, KeyPlace place, long nowMillis) {
    return blocked.awaited == null
        || blocked.awaited == place.key.typeIn(engine, place.partition, nowMillis);
  }

  private void tryAgain(Blocked blocked, long nowMillis) {
    if (copy.placeOf(blocked.call, blocked.request) != Place.HERE) {
      remove(blocked);
      blocked.later.notHere(blocked.call.ticket);
      return;
    }
    reply.clear();
    if (serving.execute(blocked.call, blocked.request, reply, nowMillis)) {
      remove(blocked);
      serving.answer(blocked.call, reply, blocked.later);
    }
  }

  // ---- ending

  /** {@code !unblock ticket TIMEOUT|ERROR}, from the gateway of the call; 1 if it has waited. */
  int unblock(Request request, LaterReply later) {
    long ticket = Decimal.toLong(request.buffer(), request.start(1), request.length(1));
    Blocked blocked = calls.getOrDefault(later, Map.of()).get(ticket);
    if (blocked == null) {
      return 0;
    }
    remove(blocked);
    reply.clear();
    if (request.is(2, "ERROR")) {
      reply.error(UNBLOCKED);
    } else {
      reply.useProtocol(blocked.call.respVersion);
      reply.nullArray();
    }
    later.replied(ticket, reply);
    return 1;
  }

  /** Those that wait for a key that is not here are sent away. */
  void keepOnly(IntPredicate isHere) {
    refuse(blocked -> !blocked.places.stream().allMatch(place -> isHere.test(place.partition)));
  }

  void refuseAll() {
    refuse(blocked -> true);
    ready.clear();
  }

  /** Whoever is answered through {@code later} is gone. */
  void refuseVia(LaterReply later) {
    refuse(blocked -> blocked.later.equals(later));
  }

  private void refuse(Predicate<Blocked> refused) {
    List<Blocked> all = new ArrayList<>();
    calls.values().forEach(sameWay -> all.addAll(sameWay.values()));
    for (Blocked blocked : all) {
      if (refused.test(blocked)) {
        remove(blocked);
        blocked.later.notHere(blocked.call.ticket);
      }
    }
  }
}
