package io.slotferry.server.config;

import io.slotferry.replication.storage.Fsync;
import io.slotferry.topology.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;

/**
 * One setting. {@link #ALL} is the table of them; {@code docs/slotferry.yaml} explains them.
 *
 * @param path section and name, as in {@code resp.port}
 * @param form what its value must look like
 * @param preset its value where nobody says otherwise
 */
record Setting<T>(String path, Form<T> form, T preset) {
  static final Setting<String> NODE_ID = new Setting<>("node.id", Form.name(), "");
  static final Setting<Set<Role>> NODE_ROLES =
      new Setting<>("node.roles", Form.someOf(Role.class), Set.of());
  static final Setting<Integer> NODE_SHARD =
      new Setting<>("node.shard", Form.integer(0, Integer.MAX_VALUE), 0);
  static final Setting<String> NODE_ZONE = new Setting<>("node.zone", Form.name(), "");

  static final Setting<Path> DATA_DIR = new Setting<>("data.dir", Form.folder(), Path.of("./data"));
  static final Setting<Fsync> DATA_PERSISTENCE =
      new Setting<>("data.persistence", Form.oneOf(Fsync.class), Fsync.EVERYSEC);
  static final Setting<Boolean> DATA_EPHEMERAL =
      new Setting<>("data.ephemeral", Form.bool(), false);

  static final Setting<String> RESP_BIND = new Setting<>("resp.bind", Form.text(), "127.0.0.1");
  static final Setting<Integer> RESP_PORT = new Setting<>("resp.port", Form.port(), 6379);
  static final Setting<String> RESP_PASSWORD = new Setting<>("resp.password", Form.text(), "");

  static final Setting<String> HTTP_BIND = new Setting<>("http.bind", Form.text(), "127.0.0.1");
  static final Setting<Integer> HTTP_PORT = new Setting<>("http.port", Form.port(), 8080);

  static final Setting<String> HTTP_TOKEN = new Setting<>("http.token", Form.text(), "");

  static final Setting<String> CLUSTER_NAME =
      new Setting<>("cluster.name", Form.text(), "slotferry");
  static final Setting<Integer> CLUSTER_SHARDS =
      new Setting<>("cluster.shards", Form.integer(1, Settings.SHARDS_MAX), 3);
  static final Setting<Integer> CLUSTER_REPLICAS =
      new Setting<>("cluster.replicas", Form.integer(0, Settings.REPLICAS_MAX), 1);
  static final Setting<String> CLUSTER_BIND =
      new Setting<>("cluster.bind", Form.text(), "127.0.0.1");
  static final Setting<String> CLUSTER_ADVERTISE =
      new Setting<>("cluster.advertise", Form.text(), "");
  static final Setting<Integer> CLUSTER_PORT = new Setting<>("cluster.port", Form.port(), 5701);
  static final Setting<Integer> CLUSTER_EVENT_BUS_PORT =
      new Setting<>("cluster.eventBusPort", Form.port(), 5702);
  static final Setting<List<HostPort>> CLUSTER_MEMBERS =
      new Setting<>("cluster.members", Form.addresses(), List.of());
  static final Setting<String> CLUSTER_DNS = new Setting<>("cluster.dns", Form.text(), "");

  static final Setting<NetworkTransport> NETWORK_TRANSPORT =
      new Setting<>("network.transport", Form.oneOf(NetworkTransport.class), NetworkTransport.AUTO);

  static final Setting<Map<String, HostPort>> REBALANCER_PEERS =
      new Setting<>("rebalancer.peers", Form.addressesByName(), Map.of());
  static final Setting<Automatic> REBALANCER_AUTOMATIC =
      new Setting<>("rebalancer.automatic", Form.oneOf(Automatic.class), Automatic.NONE);
  static final Setting<Integer> REBALANCER_SPLIT_MEGABYTES =
      new Setting<>("rebalancer.splitMegabytes", Form.integer(0, Integer.MAX_VALUE), 512);
  static final Setting<Integer> REBALANCER_SPLIT_OPERATIONS =
      new Setting<>("rebalancer.splitOperations", Form.integer(0, Integer.MAX_VALUE), 50_000);

  /** Every setting, in the order of the documented file. */
  static final List<Setting<?>> ALL =
      List.of(
          NODE_ID,
          NODE_ROLES,
          NODE_SHARD,
          NODE_ZONE,
          DATA_DIR,
          DATA_PERSISTENCE,
          DATA_EPHEMERAL,
          RESP_BIND,
          RESP_PORT,
          RESP_PASSWORD,
          HTTP_BIND,
          HTTP_PORT,
          HTTP_TOKEN,
          CLUSTER_NAME,
          CLUSTER_SHARDS,
          CLUSTER_REPLICAS,
          CLUSTER_BIND,
          CLUSTER_ADVERTISE,
          CLUSTER_PORT,
          CLUSTER_EVENT_BUS_PORT,
          CLUSTER_MEMBERS,
          CLUSTER_DNS,
          REBALANCER_PEERS,
          REBALANCER_AUTOMATIC,
          REBALANCER_SPLIT_MEGABYTES,
          REBALANCER_SPLIT_OPERATIONS,
          NETWORK_TRANSPORT);

  String section() {
    return path.substring(0, path.indexOf('.'));
  }

  /** {@code cluster.eventBusPort} is {@code SLOTFERRY_CLUSTER_EVENT_BUS_PORT}. */
  String variable() {
    return SettingsReader.VARIABLE_PREFIX
        + path.replace('.', '_').replaceAll("([a-z])([A-Z])", "$1_$2").toUpperCase(Locale.ROOT);
  }
}
