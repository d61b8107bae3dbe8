package io.slotferry.server.node;

import io.slotferry.gateway.LocalCopies;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.Settings.NodeSettings;
import io.slotferry.topology.Node;
import io.slotferry.topology.Role;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * What a process runs: Vert.x, its image of the cluster map, and its nodes (all of a cluster's when
 * it is embedded, else one).
 *
 * <p>Thread: any.
 */
final class NodeRuntime {
  private final Vertx vertx;
  private final Settings settings;
  private final String advertised;
  private final EventLoops loops;
  private final MapFollower map;
  private final Metrics metrics;
  private final CopyDisks disks;
  private final Map<String, CopyNode> copies = new ConcurrentHashMap<>();

  /** In the order of their start; guarded by this. */
  private final Map<String, LogicalNode> nodes = new LinkedHashMap<>();

  private volatile @Nullable GatewayNode gateway;
  private volatile boolean stopping;

  /**
   * @param advertised the address of this process for others
   */
  NodeRuntime(Vertx vertx, Settings settings, String advertised) {
    this.vertx = vertx;
    this.settings = settings;
    this.advertised = advertised;
    this.loops = EventLoops.of(vertx);
    this.map = new MapFollower(vertx, loops.background());
    this.metrics = new Metrics(map);
    this.disks = new CopyDisks(vertx, settings.data());
  }

  Vertx vertx() {
    return vertx;
  }

  EventLoops loops() {
    return loops;
  }

  MapFollower map() {
    return map;
  }

  Metrics metrics() {
    return metrics;
  }

  /** The port of RESP, 0 without a gateway; once that has started. */
  int respPort() {
    GatewayNode gateway = this.gateway;
    return gateway == null ? 0 : gateway.respPort();
  }

  /** The port of HTTP, 0 without a gateway; once that has started. */
  int httpPort() {
    GatewayNode gateway = this.gateway;
    return gateway == null ? 0 : gateway.httpPort();
  }

  Future<Void> start() {
    return map.start();
  }

  /**
   * A node, to be started by the caller.
   *
   * @param folder where it keeps its data
   * @param healthPort of its health checks, 0 when it has none of its own
   */
  synchronized LogicalNode add(NodeSettings node, Path folder, int healthPort)
      throws StartRefusedException {
    List<NodeService> services = new ArrayList<>();
    if (node.roles().contains(Role.REBALANCER)) {
      services.add(new RebalancerNode(loops.background(), settings, node.id(), folder));
    }
    if (node.roles().contains(Role.SHARD) || node.roles().contains(Role.REPLICA)) {
      // What leads from the start belongs where the connections are.
      Context context = node.roles().contains(Role.SHARD) ? loops.data() : loops.background();
      CopyNode copy = new CopyNode(vertx, context, node.id(), map, disks, folder);
      copies.put(node.id(), copy);
      metrics.addCopy(node.id(), copy::lastReport);
      services.add(copy);
    }
    if (node.roles().contains(Role.GATEWAY)) {
      GatewayNode added =
          new GatewayNode(
              vertx,
              loops.data(),
              node.id(),
              settings,
              map,
              localCopies(),
              LeaderStatus.asking(vertx, map),
              this::unreadyReason,
              metrics);
      gateway = added;
      services.add(added);
    }
    LogicalNode added = new LogicalNode(services, () -> heartbeat(node, healthPort));
    nodes.put(node.id(), added);
    return added;
  }

  private LocalCopies localCopies() {
    return (_, node) -> {
      CopyNode copy = copies.get(node);
      return copy == null ? null : copy.localCopy();
    };
  }

  private Heartbeat heartbeat(NodeSettings settings, int healthPort) {
    boolean isGateway = settings.roles().contains(Role.GATEWAY);
    Node node =
        new Node(
            settings.id(),
            settings.roles(),
            advertised,
            isGateway ? respPort() : 0,
            isGateway ? httpPort() : healthPort,
            settings.shard(),
            settings.zone());
    CopyNode copy = copies.get(settings.id());
    return copy == null
        ? new Heartbeat(
            vertx,
            loops.background(),
            node,
            System.currentTimeMillis(),
            map,
            List::of,
            Heartbeat.NO_LEASES)
        : new Heartbeat(vertx, copy.context(), node, copy.incarnation(), map, copy::report, copy);
  }

  /** Has other nodes lead what the ones here do; before {@link #stop}. Never fails. */
  Future<Void> handOver() {
    return Future.join(copies.values().stream().map(CopyNode::handOver).toList())
        .transform(_ -> Future.succeededFuture());
  }

  Future<Void> stop(String id) {
    @Nullable LogicalNode node;
    synchronized (this) {
      node = nodes.remove(id);
    }
    copies.remove(id);
    metrics.removeCopy(id);
    return node == null ? Future.succeededFuture() : node.stop();
  }

  /** Stops the nodes, the last one first, and everything else. */
  Future<Void> stop() {
    stopping = true;
    List<LogicalNode> running;
    synchronized (this) {
      running = List.copyOf(nodes.values()).reversed();
      nodes.clear();
    }
    Future<Void> stopped = Future.succeededFuture();
    for (LogicalNode node : running) {
      stopped = stopped.eventually(node::stop);
    }
    return stopped
        .onComplete(_ -> {
          map.stop();
          disks.close();
          metrics.close();
        })
        .eventually(vertx::close);
  }

  boolean isStopping() {
    return stopping;
  }

  /** Why a node does not do its work, in one sentence; null when all do. */
  synchronized @Nullable String unreadyReason() {
    if (nodes.isEmpty()) {
      return "no node has started";
    }
    for (LogicalNode node : nodes.values()) {
      String reason = node.unreadyReason();
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }
}
