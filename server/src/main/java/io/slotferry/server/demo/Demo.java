package io.slotferry.server.demo;

import io.slotferry.protocol.Reply;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.client.RespClient;
import io.slotferry.server.command.cluster.AdminClient;
import io.slotferry.server.command.cluster.AdminException;
import io.slotferry.server.config.HostPort;
import io.slotferry.server.demo.LoadMeter.Sample;
import io.slotferry.server.process.ProcessCluster;
import io.slotferry.server.verify.Verdict;
import io.slotferry.server.verify.Verification;
import io.slotferry.server.verify.VerifyOptions;
import io.slotferry.topology.Durability;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.PrintStream;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * The show: a cluster of processes under load, and what may happen to it, step by step.
 *
 * <p>Thread: {@link #run} on one, {@link #stop} on another.
 */
public final class Demo {
  private static final String KEYSPACE = "events";
  private static final int DRAINED_SHARD = 2;
  private static final int KILLED_SHARD = 3;
  private static final long PAINT_MILLIS = 500;
  private static final long POLL_MILLIS = 100;
  private static final Duration STEP_MAX = Duration.ofMinutes(3);
  private static final int REPLY_MILLIS_MAX = 20_000;
  private static final int SAMPLES_SHOWN = 60;
  private static final double MICROS_PER_MILLI = 1_000;
  private static final double NANOS_PER_SECOND = 1e9;

  private final ProcessCluster cluster;
  private final Screen screen;
  private final Picture picture;
  private final Duration loadBetween;
  private final List<Verification> loads = new ArrayList<>();
  private volatile @Nullable AdminClient client;
  private volatile String title = "";
  private volatile boolean ended;

  /**
   * @param loadBetween how long the load goes on between the steps
   * @param terminal whether {@code out} is one
   */
  public Demo(ProcessCluster cluster, Duration loadBetween, PrintStream out, boolean terminal) {
    this.cluster = cluster;
    this.loadBetween = loadBetween;
    this.screen = new Screen(out, terminal);
    this.picture = new Picture(screen.hasBlocks());
  }

  /** One thing that happens to the cluster. */
  private interface Step {
    /** What came of it, in words. */
    String run() throws DemoException, AdminException, InterruptedException, IOException;
  }

  /**
   * Runs the whole show.
   *
   * @return whether all was as promised: no error, and nothing lost
   */
  public boolean run()
      throws StartRefusedException,
          DemoException,
          AdminException,
          InterruptedException,
          IOException {
    screen.tell("starting 3 shards with a replica each, a gateway and a rebalancer, as processes…");
    cluster.start();
    client = new AdminClient(cluster.url(), "");
    screen.tell("the cluster listens on " + cluster.resp() + " and " + cluster.url());
    startLoads();
    LoadMeter meter = new LoadMeter(loads);
    long startNanos = System.nanoTime();
    Thread painter =
        Thread.ofPlatform().daemon().name("painter").start(() -> paint(meter, startNanos));
    try {
      step("load", () -> "clients write and read, in hash slots and in a key range", meter);
      step("add a shard", this::addShard, meter);
      step("drain a shard", this::drainShard, meter);
      step("kill a leader", this::killLeader, meter);
      step("split a hot range", this::splitRange, meter);
    } finally {
      ended = true;
      painter.join();
      screen.erase();
    }
    return judge();
  }

  /** Ends everything, the processes included. */
  public void stop() {
    ended = true;
    cluster.stop();
  }

  private AdminClient client() {
    AdminClient client = this.client;
    if (client == null) {
      throw new IllegalStateException("the cluster has not started");
    }
    return client;
  }

  // ---- the load

  /** One in the hash slots, one that makes a range hot. */
  private void startLoads() throws AdminException, InterruptedException, IOException {
    JsonObject keyspace =
        client()
            .send(
                "PUT", "/v1/keyspaces/" + KEYSPACE, new JsonObject().put("partitioning", "range"));
    loads.add(Verification.start(options(0)));
    loads.add(Verification.start(options(keyspace.getInteger("number"))));
  }

  private VerifyOptions options(int keyspace) {
    return new VerifyOptions(
        List.of(cluster.resp()), "", keyspace, 4, 4_000, Durability.SYNC, 0, keyspace + 1);
  }

  private void paint(LoadMeter meter, long startNanos) {
    JsonObject map = new JsonObject();
    while (!ended) {
      try {
        Thread.sleep(PAINT_MILLIS);
        meter.sample();
        map = client().get("/v1/cluster");
      } catch (AdminException e) {
        // The picture shows what was known last.
      } catch (InterruptedException e) {
        return;
      }
      if (!ended) {
        screen.show(
            picture.lines(
                time(startNanos) + title, map, meter.last(SAMPLES_SHOWN), meter.since(0)));
      }
    }
  }

  private static String time(long startNanos) {
    long seconds = TimeUnit.NANOSECONDS.toSeconds(System.nanoTime() - startNanos);
    return String.format(Locale.ROOT, "%02d:%02d  ", seconds / 60, seconds % 60);
  }

  // ---- the steps

  private void step(String name, Step step, LoadMeter meter)
      throws DemoException, AdminException, InterruptedException, IOException {
    title = name;
    int before = meter.size();
    String outcome = step.run();
    Thread.sleep(loadBetween);
    Sample load = meter.since(before);
    screen.tell(
        String.format(
            Locale.ROOT,
            "%-18s %s (%,.0f op/s, worst p99 %.0f ms, longest %.0f ms, %d errors)",
            name,
            outcome,
            load.operationsPerSecond(),
            load.p99Micros() / MICROS_PER_MILLI,
            load.maxMicros() / MICROS_PER_MILLI,
            load.errors()));
  }

  private String addShard() throws DemoException, AdminException, InterruptedException {
    JsonObject operation = follow(client().send("POST", "/v1/cluster/shards", new JsonObject()));
    return "shard "
        + operation.getInteger("shard")
        + " joined with "
        + operation.getInteger("total")
        + " slots";
  }

  private String drainShard() throws DemoException, AdminException, InterruptedException {
    JsonObject operation =
        follow(client().send("DELETE", "/v1/cluster/shards/" + DRAINED_SHARD, null));
    return "shard "
        + DRAINED_SHARD
        + " gave "
        + operation.getInteger("total")
        + " partitions away, and left";
  }

  private String killLeader() throws DemoException, AdminException, InterruptedException {
    String leader = shard(KILLED_SHARD).getString("leader");
    cluster.kill(leader);
    long killedNanos = System.nanoTime();
    String successor =
        await(
            "another leader of shard " + KILLED_SHARD,
            () -> {
              String now = shard(KILLED_SHARD).getString("leader");
              return now.equals(leader) ? null : now;
            });
    return String.format(
        Locale.ROOT,
        "kill -9 of %s: %s leads shard %d after %.1f s",
        leader,
        successor,
        KILLED_SHARD,
        (System.nanoTime() - killedNanos) / NANOS_PER_SECOND);
  }

  private String splitRange()
      throws DemoException, AdminException, InterruptedException, IOException {
    String middle = middleKey();
    client()
        .send("POST", "/v1/keyspaces/" + KEYSPACE + "/splits", new JsonObject().put("at", middle));
    int owner =
        client()
            .get("/v1/keyspaces/" + KEYSPACE)
            .getJsonArray("tablets")
            .getJsonObject(0)
            .getInteger("shard");
    int other = otherShard(owner);
    JsonObject move =
        new JsonObject().put("keyspace", KEYSPACE).put("key", middle).put("to", other);
    follow(client().send("POST", "/v1/cluster/moves", move));
    return "from " + middle + " on it is shard " + other + "'s";
  }

  /** The one with as many keys before it as behind. */
  private String middleKey()
      throws IOException, AdminException, InterruptedException, DemoException {
    HostPort gateway = cluster.resp();
    int number = client().get("/v1/keyspaces/" + KEYSPACE).getInteger("number");
    try (RespClient connection = RespClient.connect(gateway, REPLY_MILLIS_MAX)) {
      connection.call("SELECT", Integer.toString(number));
      if (connection.call("DBSIZE") instanceof Reply.Int(long keys)
          && connection.call("KEYRANGE", "-", "+", "LIMIT", Long.toString(keys / 2), "1")
              instanceof Reply.Array(List<Reply> found)
          && !found.isEmpty()
          && found.getFirst() instanceof Reply.BulkString key) {
        return key.text();
      }
    }
    throw new DemoException("the keyspace '" + KEYSPACE + "' does not give its middle key");
  }

  private int otherShard(int owner) throws AdminException, InterruptedException {
    JsonArray shards = client().get("/v1/cluster").getJsonArray("shards");
    int first = shards.getJsonObject(0).getInteger("id");
    return first == owner ? shards.getJsonObject(1).getInteger("id") : first;
  }

  private JsonObject shard(int id) throws AdminException, InterruptedException {
    for (Object shard : client().get("/v1/cluster").getJsonArray("shards")) {
      if (((JsonObject) shard).getInteger("id") == id) {
        return (JsonObject) shard;
      }
    }
    throw new IllegalStateException("no shard " + id);
  }

  /** The operation that was begun, at its end. */
  private JsonObject follow(JsonObject begun)
      throws DemoException, AdminException, InterruptedException {
    String path = "/v1/cluster/operations/" + begun.getLong("operation");
    JsonObject ended =
        await(
            "the end of " + path,
            () -> {
              JsonObject operation = client().get(path);
              return switch (operation.getString("state")) {
                case "DONE", "FAILED", "CANCELLED" -> operation;
                default -> null;
              };
            });
    if (!ended.getString("state").equals("DONE")) {
      throw new DemoException(path + " failed: " + ended.getString("detail"));
    }
    return ended;
  }

  /** Asks the cluster for something. */
  private interface Question<T> {
    /** Null while it is not there yet. */
    @Nullable T ask() throws AdminException, InterruptedException;
  }

  private static <T> T await(String what, Question<T> question)
      throws DemoException, AdminException, InterruptedException {
    long deadline = System.nanoTime() + STEP_MAX.toNanos();
    while (System.nanoTime() < deadline) {
      T answer = question.ask();
      if (answer != null) {
        return answer;
      }
      Thread.sleep(POLL_MILLIS);
    }
    throw new DemoException("not within " + STEP_MAX.toMinutes() + " minutes: " + what);
  }

  // ---- the end

  private boolean judge() throws IOException, InterruptedException {
    boolean right = true;
    for (Verification load : loads) {
      Verdict verdict = load.finish();
      screen.tell("");
      screen.tell(load == loads.getFirst() ? "hash slots:" : "key range:");
      screen.tell(verdict.text());
      right &=
          !verdict.isWrong()
              && verdict.totals().errors() == 0
              && verdict.totals().connectionsLost() == 0;
    }
    return right;
  }
}
