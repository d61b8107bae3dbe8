package io.slotferry.server.node;

import io.slotferry.server.DataFolder;
import io.slotferry.server.Listening;
import io.slotferry.server.Server;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.Settings.NodeSettings;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Node;
import io.slotferry.topology.Operation;
import io.slotferry.topology.Shard;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code slotferry up}: all the nodes of a cluster in this process, without Hazelcast. */
public final class EmbeddedCluster implements Server {
  private static final Logger LOG = LoggerFactory.getLogger(EmbeddedCluster.class);
  private static final long START_MILLIS_MAX = 60_000;
  private static final long READY_POLL_MILLIS = 10;
  private static final long STOP_MILLIS_MAX = 10_000;

  /** The watch for spare nodes ends within this time. */
  private static final long STOP_POLL_MILLIS = 500;

  private final Settings settings;
  private volatile @Nullable DataFolder data;
  private volatile @Nullable NodeRuntime runtime;

  public EmbeddedCluster(Settings settings) {
    this.settings = settings;
  }

  @Override
  public String start() throws StartRefusedException, InterruptedException {
    DataFolder folder =
        settings.data().ephemeral()
            ? DataFolder.ephemeral()
            : DataFolder.open(settings.data().dir().toAbsolutePath().normalize());
    data = folder;
    Roster roster = Roster.open(folder.path(), settings.cluster());
    NodeRuntime started =
        new NodeRuntime(
            Bus.local(EventLoops.EMBEDDED_COUNT, settings.network().transport()),
            settings,
            "127.0.0.1");
    runtime = started;

    // Side by side; each finds the others as soon as they are there.
    List<Future<?>> starts = new ArrayList<>();
    starts.add(started.start());
    starts.add(add(NodePlan.rebalancer(1)).start());
    for (NodePlan node : roster.nodes()) {
      starts.add(add(node).start());
    }
    starts.add(add(NodePlan.gateway(1)).start());
    StartRefusals.await(Future.all(starts), "starting the nodes", START_MILLIS_MAX);
    awaitReady(started);
    startSpareWatch(started, roster);
    return Listening.readyLine(
        settings.resp().bind(), started.respPort(), settings.http().bind(), started.httpPort());
  }

  private LogicalNode add(NodePlan node) throws StartRefusedException {
    NodeRuntime runtime = this.runtime;
    DataFolder data = this.data;
    if (runtime == null || data == null) {
      throw new IllegalStateException("not started");
    }
    return runtime.add(
        new NodeSettings(node.id(), Set.of(node.role()), node.number(), ""),
        data.path().resolve(node.id()),
        0);
  }

  private static void awaitReady(NodeRuntime runtime)
      throws StartRefusedException, InterruptedException {
    long deadline = System.nanoTime() + START_MILLIS_MAX * 1_000_000;
    for (String reason = runtime.unreadyReason();
        reason != null;
        reason = runtime.unreadyReason()) {
      if (System.nanoTime() > deadline) {
        throw new StartRefusedException(
            "not ready after " + START_MILLIS_MAX / 1_000 + " s: " + reason);
      }
      Thread.sleep(READY_POLL_MILLIS);
    }
  }

  // ---- nodes for shards that join and leave

  private void startSpareWatch(NodeRuntime runtime, Roster roster) {
    SpareNodes spares = new SpareNodes(settings.cluster().replicas(), roster.nodes());
    Thread.ofVirtual().name("spare-nodes").start(() -> watchSpares(runtime, spares, roster));
  }

  private void watchSpares(NodeRuntime runtime, SpareNodes spares, Roster roster) {
    Semaphore changes = new Semaphore(1);
    runtime.map().addListener(changes::release);
    try {
      while (!runtime.isStopping()) {
        if (!changes.tryAcquire(STOP_POLL_MILLIS, TimeUnit.MILLISECONDS)) {
          continue;
        }
        changes.drainPermits();
        SpareNodes.Step step = spares.next(view(runtime.map().current()));
        for (NodePlan node : step.start()) {
          roster.add(node);
          StartRefusals.await(add(node).start(), "starting " + node.id(), START_MILLIS_MAX);
        }
        for (String id : step.stop()) {
          StartRefusals.await(runtime.stop(id), "stopping " + id, STOP_MILLIS_MAX);
          roster.remove(id);
        }
      }
    } catch (StartRefusedException e) {
      LOG.error("no more nodes for new shards reason={}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private static SpareNodes.View view(ClusterMap map) {
    boolean awaitsNode = false;
    for (Operation operation : map.operations()) {
      awaitsNode |= operation.state() == Operation.State.WAITING_FOR_NODE;
    }
    Set<String> nodes = new HashSet<>();
    for (Node node : map.nodes()) {
      nodes.add(node.id());
    }
    Set<Integer> shards = new HashSet<>();
    Map<String, Integer> carriers = new HashMap<>();
    for (Shard shard : map.shards()) {
      shards.add(shard.id());
      carriers.put(shard.leader(), shard.id());
      shard.replicas().forEach(replica -> carriers.put(replica, shard.id()));
    }
    return new SpareNodes.View(awaitsNode, nodes, shards, carriers);
  }

  @Override
  public void stop() {
    NodeRuntime running = runtime;
    if (running != null) {
      NodeProcess.await(running.stop(), STOP_MILLIS_MAX);
    }
    DataFolder folder = data;
    if (folder != null) {
      folder.close();
    }
  }
}
