package io.slotferry.server.node;

import io.slotferry.gateway.http.HealthServer;
import io.slotferry.server.DataFolder;
import io.slotferry.server.Listening;
import io.slotferry.server.Server;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings;
import io.slotferry.topology.Role;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** {@code slotferry node}: one node of a deployment, joined with the others by Hazelcast. */
public final class NodeProcess implements Server {
  private static final Logger LOG = LoggerFactory.getLogger(NodeProcess.class);
  private static final long JOIN_MILLIS_MAX = 120_000;
  private static final long START_MILLIS_MAX = 60_000;
  private static final long STOP_MILLIS_MAX = 8_000;

  private final Settings settings;
  private volatile @Nullable DataFolder data;
  private volatile @Nullable NodeRuntime runtime;

  public NodeProcess(Settings settings) {
    this.settings = settings;
  }

  @Override
  public String start() throws StartRefusedException, InterruptedException {
    String id = settings.node().id();
    DataFolder folder =
        settings.data().ephemeral()
            ? DataFolder.ephemeral()
            : DataFolder.open(settings.data().dir().resolve(id));
    data = folder;
    String advertised = OwnAddress.advertised(settings.cluster());
    LOG.info("node starting id={} roles={} address={}", id, settings.node().roles(), advertised);
    Vertx vertx =
        StartRefusals.await(
            Bus.clustered(
                EventLoops.NODE_COUNT,
                settings.network().transport(),
                settings.cluster(),
                advertised),
            "joining the cluster",
            JOIN_MILLIS_MAX);
    NodeRuntime started = new NodeRuntime(vertx, settings, advertised);
    runtime = started;
    StartRefusals.await(started.start(), "following the cluster map", START_MILLIS_MAX);
    boolean gateway = settings.node().roles().contains(Role.GATEWAY);
    int httpPort = gateway ? 0 : startHealthServer(started);
    LogicalNode node = started.add(settings.node(), folder.path(), httpPort);
    StartRefusals.await(node.start(), "starting node " + id, START_MILLIS_MAX);
    return "slotferry node "
        + id
        + " started:"
        + (gateway
            ? " resp=" + Listening.reachable(settings.resp().bind(), started.respPort())
            : "")
        + " http=http://"
        + Listening.reachable(settings.http().bind(), gateway ? started.httpPort() : httpPort);
  }

  /** The first thing to be started: who watches the node sees that it lives, and is on its way. */
  private int startHealthServer(NodeRuntime runtime)
      throws StartRefusedException, InterruptedException {
    String bind = settings.http().bind();
    int port = settings.http().port();
    HealthServer server =
        new HealthServer(bind, port, runtime::unreadyReason, runtime.metrics().registry());
    StartRefusals.await(
        StartRefusals.listening(
            "HTTP", bind, port, new Deployment(runtime.loops().background(), server).start()),
        "listening for HTTP",
        START_MILLIS_MAX);
    return server.actualPort();
  }

  @Override
  public void stop() {
    NodeRuntime running = runtime;
    if (running != null) {
      LOG.info("node stopping id={}", settings.node().id());
      await(running.handOver().eventually(running::stop), STOP_MILLIS_MAX);
    }
    DataFolder folder = data;
    if (folder != null) {
      folder.close();
    }
  }

  /** Waits for what is stopping, but not for ever. */
  static void await(Future<Void> stopped, long millisMax) {
    try {
      stopped.await(millisMax, TimeUnit.MILLISECONDS);
    } catch (TimeoutException e) {
      LOG.warn("still stopping after {} ms; ending all the same", millisMax);
    } catch (Exception e) {
      LOG.warn("stopping failed", e);
    }
  }
}
