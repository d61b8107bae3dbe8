package io.slotferry.replication;

import io.slotferry.engine.Engine;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import io.slotferry.protocol.shard.TransactionBatch;
import java.util.function.LongSupplier;

/**
 * WATCH and EXEC on a leading copy. A transaction is one call: nothing of the loop comes between
 * its commands, and their effects are one group of the log.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class Transactions {
  /** What of the copy is asked. */
  interface Copy {
    /** Where the keys are, and for a command without any, all partitions. */
    Place placeOf(ShardCall call, Request request);

    int partitionOf(int keyspace, Request request, int argument);
  }

  /** Answers, in a transaction, what is the copy's to answer and not the engine's. */
  interface OwnCommands {
    void answer(ShardCall call, Request request);
  }

  private static final String TOO_MANY_KEYS = "ERR too many watched keys";

  private final Engine engine;
  private final Copy copy;
  private final WatchTable watches;
  private final TransactionBatch.Reader reader = new TransactionBatch.Reader();
  private final ShardCall inner = new ShardCall();
  private final KeyName name = new KeyName();

  /**
   * @param wallMillis milliseconds since 1970
   */
  Transactions(Engine engine, Copy copy, LongSupplier wallMillis) {
    this.engine = engine;
    this.copy = copy;
    this.watches =
        new WatchTable(
            (partition, key) -> key.typeIn(engine, partition, wallMillis.getAsLong()) != null);
  }

  WatchTable watches() {
    return watches;
  }

  // ---- WATCH

  /** {@code !watch watcher key …}. */
  void watch(ShardCall call, Request request, ReplyWriter reply, LaterReply later, long nowMillis) {
    long watcher = watcherOf(request);
    for (int i = KeyPositions.count(call.command, request) - 1; i >= 0; i--) {
      int key = KeyPositions.position(call.command, request, i);
      int partition = copy.partitionOf(call.keyspace, request, key);
      boolean exists = engine.exists(call, request, key, nowMillis);
      if (!watches.watch(watcher, later, partition, named(call, request, key), exists)) {
        reply.error(TOO_MANY_KEYS);
        return;
      }
    }
    reply.ok();
  }

  /** {@code !unwatch watcher}. */
  void unwatch(Request request, ReplyWriter reply) {
    watches.forget(watcherOf(request));
    reply.ok();
  }

  private static long watcherOf(Request request) {
    return Decimal.toLong(request.buffer(), request.start(1), request.length(1));
  }

  private KeyName named(ShardCall call, Request request, int key) {
    return name.of(call.keyspace, request.buffer(), request.start(key), request.length(key));
  }

  // ---- EXEC

  /** Where the keys of the conditions and commands of a batch are. */
  Place placeOf(Request batch) {
    Place place = Place.HERE;
    reader.reset(batch);
    while (reader.next(inner)) {
      place = place.worse(copy.placeOf(locate(reader.command()), reader.command()));
    }
    return place;
  }

  private ShardCall locate(Request command) {
    boolean hasKey = KeyPositions.count(inner.command, command) > 0;
    inner.partition =
        hasKey
            ? copy.partitionOf(
                inner.keyspace, command, KeyPositions.position(inner.command, command, 0))
            : ShardCall.ALL_PARTITIONS;
    return inner;
  }

  /**
   * Executes a batch, all of whose keys are here.
   *
   * @param own answers what is the copy's; nothing waits here
   */
  void execute(ShardCall call, Request batch, ReplyWriter reply, OwnCommands own, long nowMillis) {
    String outOfMemory = mayGrow(batch) ? engine.outOfMemory(nowMillis) : null;
    if (outOfMemory != null) {
      forgetWatchers(batch);
      reply.error(TransactionBatch.refused(outOfMemory));
      return;
    }
    if (!conditionsHold(batch, nowMillis)) {
      reply.nullArray();
      return;
    }
    reply.array(countCommands(batch));
    inner.user = call.user;
    inner.noTouch = call.noTouch;
    inner.monitored = call.monitored;
    engine.atomically(() -> run(batch, reply, own, nowMillis));
    reply.useProtocol(call.respVersion);
  }

  /** Checks all of them, and ends their watchers: EXEC unwatches, whatever becomes of it. */
  private boolean conditionsHold(Request batch, long nowMillis) {
    boolean hold = true;
    reader.reset(batch);
    while (reader.next(inner) && inner.command == Command.WATCH_KEYS) {
      Request condition = reader.command();
      long watcher = watcherOf(condition);
      locate(condition);
      for (int i = KeyPositions.count(inner.command, condition) - 1; i >= 0; i--) {
        int key = KeyPositions.position(inner.command, condition, i);
        // One whose time has come goes by being looked at, and its watchers with it.
        engine.exists(inner, condition, key, nowMillis);
        int partition = copy.partitionOf(inner.keyspace, condition, key);
        hold &= watches.isWatching(watcher, partition, named(inner, condition, key));
      }
    }
    forgetWatchers(batch);
    return hold;
  }

  private void forgetWatchers(Request batch) {
    reader.reset(batch);
    while (reader.next(inner) && inner.command == Command.WATCH_KEYS) {
      watches.forget(watcherOf(reader.command()));
    }
  }

  private boolean mayGrow(Request batch) {
    boolean grows = false;
    reader.reset(batch);
    while (reader.next(inner)) {
      grows |= inner.command.is(CommandFlags.DENYOOM);
    }
    return grows;
  }

  private int countCommands(Request batch) {
    int count = 0;
    reader.reset(batch);
    while (reader.next(inner)) {
      count += inner.command == Command.WATCH_KEYS ? 0 : 1;
    }
    return count;
  }

  private void run(Request batch, ReplyWriter reply, OwnCommands own, long nowMillis) {
    reader.reset(batch);
    while (reader.next(inner)) {
      Request command = reader.command();
      if (inner.command == Command.WATCH_KEYS) {
        continue;
      }
      if (inner.command.is(CommandFlags.OF_COPY)) {
        reply.useProtocol(inner.respVersion);
        own.answer(inner, command);
      } else {
        engine.execute(locate(command), command, reply, nowMillis);
      }
    }
  }
}
