package io.slotferry.server.node;

import com.hazelcast.config.Config;
import com.hazelcast.config.JoinConfig;
import com.hazelcast.config.MapConfig;
import com.hazelcast.config.MultiMapConfig;
import com.hazelcast.config.MultiMapConfig.ValueCollectionType;
import com.hazelcast.config.NetworkConfig;
import io.slotferry.replication.bus.FrameCodec;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.HostPort;
import io.slotferry.server.config.NetworkTransport;
import io.slotferry.server.config.Settings.ClusterSettings;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.VertxBuilder;
import io.vertx.core.VertxOptions;
import io.vertx.core.eventbus.EventBusOptions;
import io.vertx.core.file.FileSystemOptions;
import io.vertx.spi.cluster.hazelcast.HazelcastClusterManager;
import java.util.concurrent.TimeUnit;

/**
 * Makes Vert.x and its event bus: inside one process, or between the nodes of a deployment, which
 * Hazelcast then brings together. Hazelcast holds who is there and who listens at which address;
 * nothing of it is worth keeping.
 */
final class Bus {
  private static final int WORKER_THREADS = 4;
  private static final int BLOCKING_THREADS = 4;
  private static final long LOOP_BLOCKED_WARNING_MILLIS = 2_000;

  private static final long WORKER_WARNING_MINUTES = 10;

  /** A loop that has been blocked for so long is worth a stack trace. */
  private static final long STACK_TRACE_SECONDS = 10;

  /** Copies of the address book besides the first: so many nodes may die at the same moment. */
  private static final int ADDRESS_BOOK_BACKUPS = 3;

  /**
   * Nodes that start side by side look for an older one for so long before the first of them begins
   * a cluster. Those that do not find each other in time are merged later.
   */
  private static final int SEARCH_SECONDS = 1;

  private Bus() {}

  /** A bus within this process, with so many event loops. */
  static Vertx local(int loops, NetworkTransport transport) throws StartRefusedException {
    return carryingFrames(builder(options(loops), transport).build());
  }

  /** A bus between processes; the future fails when its ports are taken. */
  static Future<Vertx> clustered(
      int loops, NetworkTransport transport, ClusterSettings settings, String advertised)
      throws StartRefusedException {
    VertxOptions options =
        options(loops)
            .setEventBusOptions(
                new EventBusOptions()
                    .setHost(settings.bind())
                    .setPort(settings.eventBusPort())
                    .setClusterPublicHost(advertised)
                    .setTcpNoDelay(true)
                    .setReconnectInterval(100)
                    .setReconnectAttempts(3)
                    .setConnectTimeout(2_000));
    return builder(options, transport)
        .withClusterManager(new HazelcastClusterManager(hazelcast(settings, advertised)))
        .buildClustered()
        .map(Bus::carryingFrames);
  }

  private static Vertx carryingFrames(Vertx vertx) {
    vertx.eventBus().registerCodec(new FrameCodec());
    return vertx;
  }

  private static VertxOptions options(int loops) {
    return new VertxOptions()
        .setEventLoopPoolSize(loops)
        .setWorkerPoolSize(WORKER_THREADS)
        .setInternalBlockingPoolSize(BLOCKING_THREADS)
        .setMaxEventLoopExecuteTime(LOOP_BLOCKED_WARNING_MILLIS)
        .setMaxEventLoopExecuteTimeUnit(TimeUnit.MILLISECONDS)
        // Joining a cluster may take its time, and so may the recovery of much data.
        .setMaxWorkerExecuteTime(WORKER_WARNING_MINUTES)
        .setMaxWorkerExecuteTimeUnit(TimeUnit.MINUTES)
        .setWarningExceptionTime(STACK_TRACE_SECONDS)
        .setWarningExceptionTimeUnit(TimeUnit.SECONDS)
        .setFileSystemOptions(
            new FileSystemOptions()
                .setFileCachingEnabled(false)
                .setClassPathResolvingEnabled(false));
  }

  private static VertxBuilder builder(VertxOptions options, NetworkTransport transport)
      throws StartRefusedException {
    return Vertx.builder().with(options).withTransport(Transports.of(transport));
  }

  private static Config hazelcast(ClusterSettings settings, String advertised) {
    Config config = new Config();
    config.setClusterName(settings.name());
    tune(config);
    if (!OwnAddress.isWildcard(settings.bind())) {
      // By name, not as one of its "interfaces": those it compares with the first address of each.
      config
          .setProperty("hazelcast.local.localAddress", OwnAddress.numeric(settings.bind()))
          .setProperty("hazelcast.socket.server.bind.any", "false");
    }
    network(config.getNetworkConfig(), settings, advertised);
    // The address book that vertx-hazelcast keeps.
    config.addMultiMapConfig(
        new MultiMapConfig("__vertx.subs")
            .setBackupCount(ADDRESS_BOOK_BACKUPS)
            .setValueCollectionType(ValueCollectionType.SET));
    config.addMapConfig(new MapConfig("__vertx.nodeInfo").setBackupCount(ADDRESS_BOOK_BACKUPS));
    config.addMapConfig(new MapConfig("__vertx.haInfo").setBackupCount(1));
    return config;
  }

  private static void tune(Config config) {
    config
        .setProperty("hazelcast.phone.home.enabled", "false")
        .setProperty("hazelcast.logging.type", "slf4j")
        .setProperty("hazelcast.health.monitoring.level", "OFF")
        // We end it ourselves, after what uses it.
        .setProperty("hazelcast.shutdownhook.enabled", "false")
        // A silent node is dead after 5 s; one that comes back finds the others after as long.
        .setProperty("hazelcast.heartbeat.interval.seconds", "1")
        .setProperty("hazelcast.max.no.heartbeat.seconds", "5")
        .setProperty("hazelcast.merge.first.run.delay.seconds", "5")
        .setProperty("hazelcast.merge.next.run.delay.seconds", "5")
        .setProperty("hazelcast.wait.seconds.before.join", "0")
        // A small address book needs few threads and few pieces.
        .setProperty("hazelcast.partition.count", "31")
        .setProperty("hazelcast.operation.thread.count", "2")
        .setProperty("hazelcast.operation.generic.thread.count", "2")
        .setProperty("hazelcast.operation.response.thread.count", "1")
        .setProperty("hazelcast.event.thread.count", "1")
        .setProperty("hazelcast.io.input.thread.count", "1")
        .setProperty("hazelcast.io.output.thread.count", "1");
    config.getMetricsConfig().setEnabled(false);
    config.getJetConfig().setEnabled(false);
  }

  private static void network(NetworkConfig network, ClusterSettings settings, String advertised) {
    network.setPort(settings.port()).setPortAutoIncrement(false).setReuseAddress(true);
    network.setPublicAddress(advertised + ":" + settings.port());
    JoinConfig join = network.getJoin();
    join.getAutoDetectionConfig().setEnabled(false);
    join.getMulticastConfig().setEnabled(false);
    if (!settings.dns().isEmpty()) {
      join.getKubernetesConfig()
          .setEnabled(true)
          .setProperty("service-dns", settings.dns())
          .setProperty("service-port", Integer.toString(settings.port()));
      return;
    }
    join.getTcpIpConfig().setEnabled(true).setConnectionTimeoutSeconds(SEARCH_SECONDS);
    for (HostPort member : settings.members()) {
      join.getTcpIpConfig().addMember(member.toString());
    }
  }
}
