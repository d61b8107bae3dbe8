package io.slotferry.server.node;

import io.slotferry.server.config.Settings;
import io.slotferry.server.config.Settings.NodeSettings;
import io.slotferry.topology.Node;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
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

  /** In the order of their start; guarded by this. */
  private final Map<String, LogicalNode> nodes = new LinkedHashMap<>();

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
  }

  MapFollower map() {
    return map;
  }

  Future<Void> start() {
    return map.start();
  }

  /**
   * A node, to be started by the caller.
   *
   * @param folder where it keeps its data
   * @param httpPort of its health checks, 0 when it has none of its own
   */
  synchronized LogicalNode add(NodeSettings node, Path folder, int httpPort) {
    List<NodeService> services = new ArrayList<>();
    LogicalNode added = new LogicalNode(services, () -> heartbeat(node, httpPort));
    nodes.put(node.id(), added);
    return added;
  }

  private Heartbeat heartbeat(NodeSettings settings, int httpPort) {
    Context context = loops.background();
    Node node =
        new Node(settings.id(), settings.roles(), advertised, 0, httpPort, settings.shard());
    return new Heartbeat(
        vertx, context, node, System.currentTimeMillis(), map, List::of, (_, _) -> {});
  }

  Future<Void> stop(String id) {
    @Nullable LogicalNode node;
    synchronized (this) {
      node = nodes.remove(id);
    }
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
          metrics.close();
        })
        .eventually(vertx::close);
  }

  boolean isStopping() {
    return stopping;
  }

  synchronized boolean isReady() {
    return nodes.values().stream().allMatch(LogicalNode::isReady);
  }
}
