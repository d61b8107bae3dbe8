package io.slotferry.server.node;

import io.slotferry.rebalancer.AutomationSettings;
import io.slotferry.rebalancer.ControlSettings;
import io.slotferry.rebalancer.MapStoreOptions;
import io.slotferry.rebalancer.RebalancerService;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.HostPort;
import io.slotferry.server.config.Settings;
import io.slotferry.server.config.Settings.RebalancerSettings;
import io.slotferry.topology.Objective;
import io.vertx.core.Context;
import io.vertx.core.Future;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The rebalancer role. */
final class RebalancerNode implements NodeService {
  private static final Logger LOG = LoggerFactory.getLogger(RebalancerNode.class);
  private static final int FAILED = 1;

  private final Deployment deployment;
  private final RebalancerService service;

  /**
   * @param folder of the node
   */
  RebalancerNode(Context context, Settings settings, String id, Path folder)
      throws StartRefusedException {
    this.service =
        new RebalancerService(
            options(settings, id, folder.resolve("map")),
            ControlSettings.of(
                settings.cluster().shards(),
                settings.cluster().replicas(),
                automation(settings.rebalancer())),
            RebalancerNode::end);
    this.deployment = new Deployment(context, service);
  }

  private static AutomationSettings automation(RebalancerSettings settings) {
    Objective rebalanceBy =
        switch (settings.automatic()) {
          case NONE -> null;
          case SLOTS -> Objective.SLOTS;
          case BYTES -> Objective.BYTES;
          case LOAD -> Objective.LOAD;
        };
    return new AutomationSettings(
        rebalanceBy, (long) settings.splitMegabytes() << 20, settings.splitOperations());
  }

  private static MapStoreOptions options(Settings settings, String id, Path folder)
      throws StartRefusedException {
    Map<String, HostPort> configured = settings.rebalancer().peers();
    String cluster = settings.cluster().name();
    if (configured.isEmpty()) {
      return MapStoreOptions.single(cluster, id, folder);
    }
    if (!configured.containsKey(id)) {
      throw new StartRefusedException(
          "rebalancer.peers has no " + id + ", only " + String.join(", ", configured.keySet()));
    }
    Map<String, String> peers = new HashMap<>();
    configured.forEach((peer, address) -> peers.put(peer, address.toString()));
    return new MapStoreOptions(
        cluster,
        id,
        peers,
        settings.cluster().bind(),
        folder,
        MapStoreOptions.SNAPSHOT_EVERY_DEFAULT);
  }

  /** Without its disk a rebalancer is of no use; another takes over once this process is gone. */
  private static void end(Throwable cause) {
    LOG.error("ending, since the rebalancer cannot go on reason={}", cause.getMessage());
    // Not on this loop, which the orderly stop needs.
    Thread.ofPlatform().start(() -> Runtime.getRuntime().halt(FAILED));
  }

  @Override
  public Future<Void> start() {
    return deployment.start();
  }

  @Override
  public Future<Void> stop() {
    return deployment.stop();
  }

  @Override
  public @Nullable String unreadyReason() {
    return service.ready() ? null : "the rebalancers have no leader";
  }
}
