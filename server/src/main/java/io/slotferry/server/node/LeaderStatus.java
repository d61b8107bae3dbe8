package io.slotferry.server.node;

import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.engine.store.StoreTotals;
import io.slotferry.gateway.ShardStatus;
import io.slotferry.gateway.ShardStatus.Disk;
import io.slotferry.gateway.ShardStatus.Holdings;
import io.slotferry.gateway.ShardStatus.Leader;
import io.slotferry.gateway.ShardStatus.Replica;
import io.slotferry.replication.DiskState;
import io.slotferry.replication.FollowerStatus;
import io.slotferry.replication.Saves;
import io.slotferry.replication.ShardCopy;
import io.slotferry.replication.log.Backlog;
import io.slotferry.replication.log.ReplicationLog;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Node;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.MoveTally;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * What leaders say of their replication when a gateway asks for {@code INFO} or {@code ROLE}, and
 * of their moves when it is asked for an operation: a question and its answer on the event bus,
 * also within one process.
 */
final class LeaderStatus {
  private static final String ADDRESS_PREFIX = "slotferry.status.";
  private static final long ANSWER_MILLIS_MAX = 1_000;
  private static final int NOT_LEADING = 1;

  /** In a question: the leader's counts are to start over. */
  private static final String START_OVER = "startCountsOver";

  /** In a question: it is about moves, and in its answer. Operations are followed: it is cheap. */
  private static final String MOVES = "moves";

  private static final String NO_ID = "0".repeat(40);

  private LeaderStatus() {}

  // ---- the copy's end

  /** Answers for {@code copy}; to be called on its loop. */
  static MessageConsumer<JsonObject> serve(EventBus bus, String node, ShardCopy copy) {
    return bus.consumer(ADDRESS_PREFIX + node, question -> answer(question, copy));
  }

  private static void answer(Message<JsonObject> question, ShardCopy copy) {
    if (!copy.isLeading()) {
      question.fail(NOT_LEADING, "not leading");
      return;
    }
    if (question.body().getBoolean(MOVES, false)) {
      question.reply(JsonObject.of(MOVES, moves(copy)));
      return;
    }
    if (question.body().getBoolean(START_OVER, false)) {
      copy.store().totals().startCountsOver();
    }
    ReplicationLog log = copy.log();
    JsonArray followers = new JsonArray();
    for (FollowerStatus follower : copy.followers()) {
      followers.add(
          new JsonObject()
              .put("node", follower.node())
              .put("streaming", follower.streaming())
              .put("offset", follower.appliedOffset())
              .put("silentMillis", follower.silentMillis()));
    }
    question.reply(
        new JsonObject()
            .put("replicationId", log.replicationId())
            .put("secondaryId", log.secondaryId())
            .put("secondaryUntil", log.secondaryUntil())
            .put("offset", log.endOffset())
            .put("backlogFirstOffset", log.firstOffsetInMemory())
            .put("holdings", holdings(copy))
            .put("disk", disk(copy.saves()))
            .put("followers", followers));
  }

  private static JsonArray moves(ShardCopy copy) {
    JsonArray moves = new JsonArray();
    for (MoveTally tally : copy.moveTallies()) {
      moves.add(
          new JsonObject()
              .put("operation", tally.operation())
              .put("bytes", tally.bytes())
              .put("heldMillis", tally.heldMillis())
              .put("heldMillisMax", tally.heldMillisMax()));
    }
    return moves;
  }

  private static JsonObject disk(Saves saves) {
    DiskState disk = saves.disk();
    return new JsonObject()
        .put("kept", disk.kept())
        .put("failing", disk.failing())
        .put("saving", disk.saving())
        .put("saveScheduled", saves.isScheduled())
        .put("saveFailed", saves.lastFailed())
        .put("savedSeconds", saves.savedSeconds())
        .put("saveSeconds", saves.lastSeconds())
        .put("savingSeconds", saves.runningSeconds())
        .put("saves", saves.count())
        .put("unsavedEffects", saves.unsavedEffects())
        .put("logBytes", disk.logBytes())
        .put("logBytesUnsaved", disk.logBytesUnsaved())
        .put("logBytesUnwritten", disk.logBytesUnwritten());
  }

  private static JsonObject holdings(ShardCopy copy) {
    PartitionStore store = copy.store();
    JsonObject keys = new JsonObject();
    JsonObject expiring = new JsonObject();
    for (Partition at = store.serving(-1); at != null; at = store.serving(at.id())) {
      for (int keyspace = 0; keyspace < at.keyspaces(); keyspace++) {
        KeyTable table = at.table(keyspace);
        if (table != null && table.size() > 0) {
          String name = Integer.toString(keyspace);
          keys.put(name, keys.getLong(name, 0L) + table.size());
          expiring.put(name, expiring.getLong(name, 0L) + table.expiring());
        }
      }
    }
    StoreTotals totals = store.totals();
    return new JsonObject()
        .put("bytes", totals.usedBytes())
        .put("expired", totals.expiredKeys())
        .put("evicted", totals.evictedKeys())
        .put("hits", totals.hits())
        .put("misses", totals.misses())
        .put("awaited", copy.awaitedKeys())
        .put("awaitedOnNoKey", copy.awaitedKeysOnNoKey())
        .put("cachedScripts", copy.cachedScripts())
        .put("keys", keys)
        .put("expiring", expiring);
  }

  // ---- the gateway's end

  static ShardStatus asking(Vertx vertx, MapFollower map) {
    return new ShardStatus() {
      @Override
      public Future<List<Leader>> leaders() {
        ClusterMap current = map.current();
        List<Leader> leaders = new ArrayList<>();
        return ask(
                vertx.eventBus(),
                current,
                new JsonObject(),
                (shard, status) -> leaders.add(leader(current, shard, status)))
            .map(_ -> {
              leaders.sort(Comparator.comparingInt(Leader::shard));
              return leaders;
            });
      }

      @Override
      public Future<List<MoveTally>> moves() {
        List<MoveTally> moves = new ArrayList<>();
        return ask(
                vertx.eventBus(),
                map.current(),
                JsonObject.of(MOVES, true),
                (_, status) -> moves.addAll(tallies(status.getJsonArray(MOVES))))
            .map(moves);
      }

      @Override
      public Future<?> startCountsOver() {
        return ask(vertx.eventBus(), map.current(), JsonObject.of(START_OVER, true), (_, _) -> {});
      }
    };
  }

  /** Done when all have answered, or will not: those are left out. */
  private static Future<Void> ask(
      EventBus bus, ClusterMap map, JsonObject question, BiConsumer<Shard, JsonObject> answered) {
    List<Future<?>> answers = new ArrayList<>();
    DeliveryOptions options = new DeliveryOptions().setSendTimeout(ANSWER_MILLIS_MAX);
    for (Shard shard : map.shards()) {
      answers.add(
          bus.<JsonObject>request(ADDRESS_PREFIX + shard.leader(), question, options)
              .onSuccess(answer -> answered.accept(shard, answer.body())));
    }
    // All answers come on the context of the asker.
    return Future.join(answers).transform(_ -> Future.succeededFuture());
  }

  private static Leader leader(ClusterMap map, Shard shard, JsonObject status) {
    List<Replica> replicas = new ArrayList<>();
    JsonArray followers = status.getJsonArray("followers");
    for (int i = 0; i < followers.size(); i++) {
      replicas.add(replica(map, shard, followers.getJsonObject(i)));
    }
    replicas.sort(Comparator.comparing(Replica::node));
    return new Leader(
        shard.id(),
        shard.leader(),
        shard.epoch(),
        id(status.getString("replicationId")),
        id(status.getString("secondaryId")),
        status.getLong("secondaryUntil"),
        status.getLong("offset"),
        shard.replicas().isEmpty() ? Backlog.BYTES_ALONE : Backlog.BYTES_DEFAULT,
        status.getLong("backlogFirstOffset"),
        holdings(status.getJsonObject("holdings")),
        disk(status.getJsonObject("disk")),
        replicas);
  }

  private static List<MoveTally> tallies(JsonArray moves) {
    List<MoveTally> tallies = new ArrayList<>();
    for (int i = 0; i < moves.size(); i++) {
      JsonObject move = moves.getJsonObject(i);
      tallies.add(
          new MoveTally(
              move.getLong("operation"),
              move.getLong("bytes"),
              move.getLong("heldMillis"),
              move.getLong("heldMillisMax")));
    }
    return tallies;
  }

  private static Disk disk(JsonObject disk) {
    return new Disk(
        disk.getBoolean("kept"),
        disk.getBoolean("failing"),
        disk.getBoolean("saving"),
        disk.getBoolean("saveScheduled"),
        disk.getBoolean("saveFailed"),
        disk.getLong("savedSeconds"),
        disk.getLong("saveSeconds"),
        disk.getLong("savingSeconds"),
        disk.getLong("saves"),
        disk.getLong("unsavedEffects"),
        disk.getLong("logBytes"),
        disk.getLong("logBytesUnsaved"),
        disk.getLong("logBytesUnwritten"));
  }

  private static Holdings holdings(JsonObject holdings) {
    return new Holdings(
        holdings.getLong("bytes"),
        holdings.getLong("expired"),
        holdings.getLong("evicted"),
        holdings.getLong("hits"),
        holdings.getLong("misses"),
        holdings.getLong("awaited"),
        holdings.getLong("awaitedOnNoKey"),
        holdings.getLong("cachedScripts"),
        byKeyspace(holdings.getJsonObject("keys")),
        byKeyspace(holdings.getJsonObject("expiring")));
  }

  private static Map<Integer, Long> byKeyspace(JsonObject counts) {
    Map<Integer, Long> byKeyspace = new HashMap<>();
    for (String keyspace : counts.fieldNames()) {
      byKeyspace.put(Integer.valueOf(keyspace), counts.getLong(keyspace));
    }
    return byKeyspace;
  }

  private static Replica replica(ClusterMap map, Shard shard, JsonObject follower) {
    String name = follower.getString("node");
    Node node = map.node(name);
    return new Replica(
        name,
        node == null ? "" : node.host(),
        node == null ? 0 : node.respPort(),
        shard.inSync().contains(name),
        follower.getBoolean("streaming"),
        follower.getLong("offset"),
        follower.getLong("silentMillis") / 1_000);
  }

  private static String id(@Nullable String id) {
    return id == null || id.isEmpty() ? NO_ID : id;
  }
}
