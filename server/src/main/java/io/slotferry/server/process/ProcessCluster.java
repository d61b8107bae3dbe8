package io.slotferry.server.process;

import io.slotferry.server.DataFolder;
import io.slotferry.server.Listening;
import io.slotferry.server.Server;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.HostPort;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.Settings.ClusterSettings;
import io.slotferry.server.config.Settings.HttpSettings;
import io.slotferry.server.config.Settings.NodeSettings;
import io.slotferry.server.config.Settings.RebalancerSettings;
import io.slotferry.server.config.Settings.RespSettings;
import io.slotferry.server.node.NodePlan;
import io.slotferry.server.node.Roster;
import io.slotferry.server.node.SpareNodes;
import io.slotferry.topology.Role;
import java.io.IOException;
import java.net.http.HttpClient;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * {@code slotferry up --processes}: the cluster as a deployment runs it, every node a process of
 * its own, on this machine. A node that dies is not started again, so that one can kill it and
 * watch.
 *
 * <p>Thread: {@link #start} on one, {@link #stop} on another.
 */
public final class ProcessCluster implements Server {
  private static final Logger LOG = LoggerFactory.getLogger(ProcessCluster.class);
  private static final String LIVE = "/health/live";
  private static final String READY = "/health/ready";
  private static final long START_MILLIS_MAX = 180_000;
  private static final long POLL_MILLIS = 100;
  private static final long SPARES_POLL_MILLIS = 500;
  private static final long STOP_MILLIS_MAX = 10_000;

  /** Nodes end in this order: those that clients see first, those that the others need last. */
  private static final List<Role> STOP_ORDER =
      List.of(Role.GATEWAY, Role.REPLICA, Role.SHARD, Role.REBALANCER);

  private final Settings settings;
  private final int gateways;
  private final int rebalancers;
  private final FreePorts ports = new FreePorts();
  private final HttpClient client =
      HttpClient.newBuilder().connectTimeout(Duration.ofSeconds(1)).build();

  /** In the order of their start; guarded by this. */
  private final Map<String, ChildProcess> children = new LinkedHashMap<>();

  private boolean stopping;
  private @Nullable DataFolder data;
  private @Nullable Path runFolder;
  private Map<String, HostPort> raftPeers = Map.of();
  private List<HostPort> members = List.of();

  /**
   * @param settings what all nodes have in common, and where the first gateway listens
   */
  public ProcessCluster(Settings settings, int gateways, int rebalancers) {
    this.settings = settings;
    this.gateways = gateways;
    this.rebalancers = rebalancers;
  }

  @Override
  public String start() throws StartRefusedException, InterruptedException {
    DataFolder data =
        settings.data().ephemeral()
            ? DataFolder.ephemeral()
            : DataFolder.open(settings.data().dir().toAbsolutePath().normalize());
    this.data = data;
    Path runFolder = data.path().resolve("run");
    this.runFolder = runFolder;
    try {
      Files.createDirectories(runFolder);
    } catch (IOException e) {
      throw new StartRefusedException("cannot write to " + runFolder + ": " + e.getMessage());
    }
    List<NodePlan> rebalancerNodes = rebalancerNodes(data);
    Roster roster = Roster.open(data.path(), settings.cluster());
    choosePorts(rebalancerNodes);

    // The others find the cluster through the rebalancers, which therefore come first.
    for (NodePlan node : rebalancerNodes) {
      launch(node);
    }
    await(List.copyOf(children.values()), LIVE);
    for (NodePlan node : roster.nodes()) {
      launch(node);
    }
    for (int i = 1; i <= gateways; i++) {
      launch(NodePlan.gateway(i));
    }
    await(List.copyOf(children.values()), READY);
    startSpareWatch(roster);
    return readyLine();
  }

  private List<NodePlan> rebalancerNodes(DataFolder data) throws StartRefusedException {
    long there = data.folders().stream().filter(name -> name.startsWith("rebalancer-")).count();
    if (there > 0 && there != rebalancers) {
      throw new StartRefusedException(
          data.path()
              + " has the data of "
              + there
              + " rebalancers: start with --rebalancers "
              + there);
    }
    List<NodePlan> nodes = new ArrayList<>();
    for (int i = 1; i <= rebalancers; i++) {
      nodes.add(NodePlan.rebalancer(i));
    }
    return nodes;
  }

  private void choosePorts(List<NodePlan> rebalancerNodes) throws StartRefusedException {
    Map<String, HostPort> raftPeers = new LinkedHashMap<>();
    List<HostPort> members = new ArrayList<>();
    for (NodePlan node : rebalancerNodes) {
      raftPeers.put(node.id(), new HostPort(FreePorts.LOOPBACK, ports.next()));
      members.add(new HostPort(FreePorts.LOOPBACK, ports.next()));
    }
    this.raftPeers = raftPeers;
    this.members = members;
  }

  private void launch(NodePlan node) throws StartRefusedException {
    Settings nodeSettings = settingsOf(node);
    synchronized (this) {
      if (stopping || runFolder == null) {
        throw new StartRefusedException("stopped before it had started");
      }
      children.put(node.id(), ChildProcess.start(nodeSettings, runFolder));
    }
  }

  private Settings settingsOf(NodePlan node) throws StartRefusedException {
    boolean gateway = node.role() == Role.GATEWAY;
    boolean carrier = node.role() == Role.SHARD || node.role() == Role.REPLICA;
    ClusterSettings cluster = settings.cluster();
    int port =
        node.role() == Role.REBALANCER ? members.get(node.number() - 1).port() : ports.next();
    return new Settings(
        new NodeSettings(node.id(), Set.of(node.role()), carrier ? node.number() : 0, ""),
        new Settings.DataSettings(
            folder().path(), settings.data().persistence(), settings.data().ephemeral()),
        new RespSettings(
            settings.resp().bind(),
            gateway ? gatewayPort(settings.resp().port(), node) : 0,
            settings.resp().password()),
        gateway
            ? new HttpSettings(
                settings.http().bind(),
                gatewayPort(settings.http().port(), node),
                settings.http().token())
            : new HttpSettings(FreePorts.LOOPBACK, ports.next(), ""),
        new ClusterSettings(
            cluster.name(),
            cluster.shards(),
            cluster.replicas(),
            FreePorts.LOOPBACK,
            "",
            port,
            ports.next(),
            members,
            ""),
        new RebalancerSettings(
            raftPeers,
            settings.rebalancer().automatic(),
            settings.rebalancer().splitMegabytes(),
            settings.rebalancer().splitOperations()),
        settings.network());
  }

  /** The gateways after the first listen on the next ports. */
  private int gatewayPort(int first, NodePlan node) throws StartRefusedException {
    return first == 0 ? ports.next() : first + node.number() - 1;
  }

  private DataFolder folder() {
    DataFolder data = this.data;
    if (data == null) {
      throw new IllegalStateException("not started");
    }
    return data;
  }

  private void await(List<ChildProcess> nodes, String path)
      throws StartRefusedException, InterruptedException {
    long deadline = System.nanoTime() + START_MILLIS_MAX * 1_000_000;
    List<ChildProcess> waiting = new ArrayList<>(nodes);
    while (!waiting.isEmpty()) {
      for (ChildProcess node : List.copyOf(waiting)) {
        if (node.answers(client, path)) {
          waiting.remove(node);
        } else if (!node.isAlive()) {
          throw new StartRefusedException(
              "node " + node.id() + " did not start: " + node.lastWords());
        }
      }
      if (System.nanoTime() > deadline) {
        throw new StartRefusedException(
            "nodes not ready after "
                + START_MILLIS_MAX / 1_000
                + " s, first "
                + waiting.getFirst().id());
      }
      Thread.sleep(POLL_MILLIS);
    }
  }

  /** Where the first gateway listens; once it has started. */
  public HostPort resp() {
    RespSettings resp = firstGateway().settings().resp();
    return Listening.reachable(resp.bind(), resp.port());
  }

  /** The URL of the first gateway; once it has started. */
  public String url() {
    return firstGateway().url();
  }

  /** kill -9 of a node, which is not started again. */
  public synchronized void kill(String id) {
    ChildProcess child = children.get(id);
    if (child == null) {
      throw new IllegalArgumentException("no node " + id);
    }
    child.kill();
  }

  private synchronized ChildProcess firstGateway() {
    ChildProcess gateway = children.get(NodePlan.gateway(1).id());
    if (gateway == null) {
      throw new IllegalStateException("no gateway");
    }
    return gateway;
  }

  private String readyLine() {
    Settings of = firstGateway().settings();
    return Listening.readyLine(
        of.resp().bind(), of.resp().port(), of.http().bind(), of.http().port());
  }

  // ---- nodes for shards that join and leave

  private void startSpareWatch(Roster roster) {
    SpareNodes spares = new SpareNodes(settings.cluster().replicas(), roster.nodes());
    Thread.ofVirtual().name("spare-nodes").start(() -> watchSpares(spares, roster));
  }

  private void watchSpares(SpareNodes spares, Roster roster) {
    try {
      while (!isStopping()) {
        Thread.sleep(SPARES_POLL_MILLIS);
        SpareNodes.View view = ClusterView.ask(client, gatewayUrls(), settings.http().token());
        if (view != null) {
          apply(spares.next(view), roster);
        }
      }
    } catch (StartRefusedException e) {
      LOG.error("no more nodes for new shards reason={}", e.getMessage());
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }

  private void apply(SpareNodes.Step step, Roster roster) throws StartRefusedException {
    for (NodePlan node : step.start()) {
      roster.add(node);
      launch(node);
    }
    for (String id : step.stop()) {
      ChildProcess child;
      synchronized (this) {
        child = children.remove(id);
      }
      if (child != null) {
        child.stop(STOP_MILLIS_MAX);
        child.removeFiles();
        roster.remove(id);
      }
    }
  }

  private synchronized List<String> gatewayUrls() {
    return children.values().stream()
        .filter(child -> child.isAlive() && child.role() == Role.GATEWAY)
        .map(ChildProcess::url)
        .toList();
  }

  private synchronized boolean isStopping() {
    return stopping;
  }

  // ---- the end

  @Override
  public void stop() {
    List<ChildProcess> running;
    synchronized (this) {
      stopping = true;
      running = List.copyOf(children.values()).reversed();
    }
    for (Role role : STOP_ORDER) {
      List<Thread> stops = new ArrayList<>();
      for (ChildProcess child : running) {
        if (child.role() == role) {
          stops.add(Thread.ofVirtual().start(() -> child.stop(STOP_MILLIS_MAX)));
        }
      }
      for (Thread stop : stops) {
        join(stop);
      }
    }
    if (data != null) {
      data.close();
    }
  }

  private static void join(Thread thread) {
    try {
      thread.join();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
