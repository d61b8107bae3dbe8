package io.slotferry.gateway;

import static java.util.concurrent.TimeUnit.SECONDS;

import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Role;
import io.slotferry.topology.message.MoveTally;
import io.vertx.core.Context;
import io.vertx.core.DeploymentOptions;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import io.vertx.core.internal.ContextInternal;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Callable;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CountDownLatch;

/** A gateway on an ephemeral port with fake shards, placed as a deployment may place them. */
final class TestGateway implements AutoCloseable {
  /** Where the shards live. */
  enum Placement {
    SAME_LOOP,
    OTHER_LOOP,
    /** As in another process: behind the event bus. */
    BUS
  }

  final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  final TestMaps maps;
  final List<FakeShard> shards = new ArrayList<>();
  final List<BusCopy> busCopies = new ArrayList<>();

  /** Copies that follow, by their nodes. */
  private final Map<String, FakeShard> replicas = new ConcurrentHashMap<>();

  final Gateway gateway;
  private final Map<Integer, Map<String, String>> keyspaces = new ConcurrentHashMap<>();
  private final LocalCopies copies;
  private final Context gatewayContext;
  private final List<RespClient> clients = new ArrayList<>();
  private final Context shardContext;

  TestGateway(int shardCount, Placement placement) {
    this(shardCount, placement, new GatewayOptions("gateway-1", "127.0.0.1", 0));
  }

  TestGateway(int shardCount, Placement placement, GatewayOptions options) {
    maps = TestMaps.ofShards(shardCount);
    for (int id = 1; id <= shardCount; id++) {
      shards.add(new FakeShard(id, maps::current, keyspaces));
    }
    // Contexts are given the two loops in turn.
    gatewayContext = await(contextOf(vertx));
    Context otherContext = await(contextOf(vertx));
    shardContext = placement == Placement.SAME_LOOP ? gatewayContext : otherContext;
    shards.forEach(shard -> shard.loop = ((ContextInternal) shardContext).nettyEventLoop());
    copies =
        placement == Placement.BUS
            ? LocalCopies.NONE
            : (shard, node) ->
                new LocalCopies.Copy(
                    shardContext, replicas.getOrDefault(node, shards.get(shard - 1)));
    if (placement == Placement.BUS) {
      for (FakeShard shard : shards) {
        busCopies.add(onLoop(() -> new BusCopy(vertx, "shard-" + shard.id, shard)));
      }
    }
    gateway = open(options);
  }

  /** Starts a gateway: the one of this, or one more beside it. */
  Gateway open(GatewayOptions options) {
    Gateway opened = new Gateway(vertx, options, maps, copies, new Status());
    RespServer server = new RespServer(opened);
    CompletableFuture<Object> up = new CompletableFuture<>();
    gatewayContext.runOnContext(start -> {
      try {
        server
            .deploy(gatewayContext)
            .onComplete(done -> up.complete(done), up::completeExceptionally);
      } catch (Exception e) {
        up.completeExceptionally(e);
      }
    });
    get(up);
    return opened;
  }

  /** The gateway gets one more loop, that of the shards. */
  void openShardsLoop() {
    await(gateway.open((ContextInternal) shardContext));
  }

  private static Future<Context> contextOf(Vertx vertx) {
    Promise<Context> context = Promise.promise();
    return vertx
        .deployVerticle(
            deployed -> {
              context.complete(deployed);
              return Future.succeededFuture();
            },
            new DeploymentOptions())
        .compose(id -> context.future());
  }

  /** All that the shards hold, as if one of them had it. */
  private final class Status implements ShardStatus {
    private volatile long hits = 7;

    @Override
    public Future<List<Leader>> leaders() {
      Map<Integer, Long> keys = new HashMap<>();
      keyspaces.forEach((number, values) -> keys.put(number, (long) values.size()));
      var holdings = new Holdings(0, 0, 0, hits, 0, 0, 0, 0, keys, Map.of());
      var disk = new Disk(false, false, false, false, false, 0, -1, -1, 0, 0, 0, 0, 0);
      String log = "a".repeat(40);
      return Future.succeededFuture(
          List.of(new Leader(1, "shard-1", 1, log, log, -1, 0, 0, 0, holdings, disk, List.of())));
    }

    @Override
    public Future<List<MoveTally>> moves() {
      return Future.succeededFuture(List.of());
    }

    @Override
    public Future<?> startCountsOver() {
      hits = 0;
      return Future.succeededFuture();
    }
  }

  /** Gives a shard one more copy, which answers as its leader does. */
  FakeShard addReplica(int shard, String node, boolean onBus) {
    FakeShard replica = new FakeShard(shard, maps::current, keyspaces);
    replicas.put(node, replica);
    if (onBus) {
      busCopies.add(onLoop(() -> new BusCopy(vertx, node, replica)));
    }
    maps.change(
        new MapChange.PutNode(new Node(node, Set.of(Role.REPLICA), "127.0.0.1", 0, 0, 0, "")));
    change(new MapChange.AddReplica(shard, node));
    return replica;
  }

  RespClient client() {
    return client(gateway);
  }

  RespClient client(Gateway of) {
    RespClient client = new RespClient(of.respPort());
    clients.add(client);
    return client;
  }

  FakeShard shard(int id) {
    return shards.get(id - 1);
  }

  /** Changes the map, and waits until the gateway goes by the new one. */
  void change(MapChange change) {
    maps.change(change);
    // The map's listener was called before: what it has told the gateway's loop stands in front.
    on(gatewayContext, () -> true);
  }

  /** Runs {@code action} on the shards' loop, and waits for it. */
  <T> T onLoop(Callable<T> action) {
    return on(shardContext, action);
  }

  private static <T> T on(Context context, Callable<T> action) {
    CompletableFuture<T> done = new CompletableFuture<>();
    context.runOnContext(run -> {
      try {
        done.complete(action.call());
      } catch (Throwable e) {
        done.completeExceptionally(e);
      }
    });
    return get(done);
  }

  /** Nothing happens on the shards' loop until the latch is counted down. */
  CountDownLatch holdLoop() {
    CountDownLatch latch = new CountDownLatch(1);
    shardContext.runOnContext(run -> {
      try {
        latch.await(20, SECONDS);
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    });
    return latch;
  }

  void onLoop(Runnable action) {
    onLoop(() -> {
      action.run();
      return true;
    });
  }

  /** Waits until {@code condition} holds on the shards' loop. */
  void until(Callable<Boolean> condition) {
    CompletableFuture<Boolean> done = new CompletableFuture<>();
    shardContext.runOnContext(run -> poll(condition, done));
    get(done);
  }

  private void poll(Callable<Boolean> condition, CompletableFuture<Boolean> done) {
    try {
      if (condition.call()) {
        done.complete(true);
      } else if (!done.isDone()) {
        shardContext.runOnContext(run -> poll(condition, done));
      }
    } catch (Throwable e) {
      done.completeExceptionally(e);
    }
  }

  static <T> T await(Future<T> future) {
    return get(future.toCompletionStage().toCompletableFuture());
  }

  private static <T> T get(CompletableFuture<T> future) {
    try {
      return future.get(20, SECONDS);
    } catch (Exception e) {
      future.cancel(false);
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    clients.forEach(RespClient::close);
    await(vertx.close());
  }
}
