package io.slotferry.system;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.attribute.BasicFileAttributes;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A deployment of one shard: processes of {@code ./slotferry node}, each with a configuration file
 * of its own. The first one to be added is the gateway's.
 */
final class Nodes implements AutoCloseable {
  private static final Duration START_MAX = Duration.ofMinutes(4);
  private static final Duration SETTLE_MAX = Duration.ofMinutes(2);

  private final Path folder;
  private final Map<String, Node> nodes = new LinkedHashMap<>();

  /** One of them; its process is null while it is down. */
  private static final class Node {
    final String id;
    final List<String> roles;
    final List<String> wrapper;
    String host;
    int respPort;
    int httpPort;
    int memberPort;
    int busPort;
    int raftPort;
    @Nullable Slotferry process;

    Node(String id, String host, List<String> wrapper, List<String> roles) {
      this.id = id;
      this.host = host;
      this.wrapper = wrapper;
      this.roles = roles;
    }
  }

  Nodes(Path folder) {
    this.folder = folder;
  }

  /** Adds a node, which is started with {@link #start}. */
  Nodes with(String id, String host, String... roles) {
    nodes.put(id, new Node(id, host, List.of(), List.of(roles)));
    return this;
  }

  /** All nodes, which are down, will start at another address. */
  Nodes at(String host) {
    nodes.values().forEach(node -> node.host = host);
    return this;
  }

  /** Adds one whose launcher is run by another program. */
  Nodes with(List<String> wrapper, String id, String host, String... roles) {
    nodes.put(id, new Node(id, host, wrapper, List.of(roles)));
    return this;
  }

  /** Starts all that are down, with new ports, and returns when the shard has all its copies. */
  Nodes start() {
    try {
      for (Node node : nodes.values()) {
        choosePorts(node);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    nodes.values().forEach(this::launch);
    nodes.keySet().forEach(this::awaitStarted);
    awaitSettled();
    return this;
  }

  private static void choosePorts(Node node) throws IOException {
    InetAddress host = InetAddress.getLoopbackAddress();
    List<ServerSocket> sockets = new ArrayList<>();
    for (int i = 0; i < 5; i++) {
      sockets.add(new ServerSocket(0, 1, host));
    }
    node.respPort = sockets.get(0).getLocalPort();
    node.httpPort = sockets.get(1).getLocalPort();
    node.memberPort = sockets.get(2).getLocalPort();
    node.busPort = sockets.get(3).getLocalPort();
    node.raftPort = sockets.get(4).getLocalPort();
    for (ServerSocket socket : sockets) {
      socket.close();
    }
  }

  private void launch(Node node) {
    Path config = folder.resolve(node.id + ".yaml");
    try {
      Files.writeString(config, configOf(node));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    node.process = Slotferry.start(node.wrapper, "node", "--config", config.toString());
  }

  private String configOf(Node node) {
    String members =
        nodes.values().stream()
            .map(each -> "\"" + each.host + ":" + each.memberPort + "\"")
            .collect(Collectors.joining(", "));
    String peers =
        nodes.values().stream()
            .filter(each -> each.roles.contains("rebalancer"))
            .map(each -> each.id + ": \"" + each.host + ":" + each.raftPort + "\"")
            .collect(Collectors.joining(", "));
    return """
    node: {id: %s, roles: [%s]}
    data: {dir: %s}
    resp: {bind: %s, port: %d}
    http: {bind: %s, port: %d}
    cluster: {shards: 1, replicas: 1, bind: %s, port: %d, eventBusPort: %d, members: [%s]}
    rebalancer: {peers: {%s}}
    """
        .formatted(
            node.id,
            String.join(", ", node.roles),
            folder.resolve("data"),
            node.host,
            node.respPort,
            node.host,
            node.httpPort,
            node.host,
            node.memberPort,
            node.busPort,
            members,
            peers);
  }

  private Node node(String id) {
    Node node = nodes.get(id);
    if (node == null) {
      throw new IllegalArgumentException("no node " + id);
    }
    return node;
  }

  private void awaitStarted(String id) {
    Slotferry process = node(id).process;
    if (process != null) {
      Await.until(
          id + " has started",
          START_MAX,
          () -> {
            if (!process.isAlive()) {
              throw new AssertionError(id + " has ended:\n" + process.output());
            }
            return process.output().contains("slotferry node " + id + " started");
          });
    }
  }

  /** Starts one that is down, where it was before. */
  void restart(String id) {
    launch(node(id));
    awaitStarted(id);
  }

  /** Waits until the shard has a leader and a replica that is in sync. */
  void awaitSettled() {
    Await.until("two copies in sync", SETTLE_MAX, () -> shard().getJsonArray("inSync").size() == 2);
  }

  /** The shard as the gateway tells it; with no copies as long as it does not. */
  JsonObject shard() {
    try {
      return ClusterState.of(url()).shards().findFirst().orElseGet(Nodes::none);
    } catch (UncheckedIOException e) {
      return none();
    }
  }

  private static JsonObject none() {
    return new JsonObject().put("inSync", new JsonArray()).put("leader", "");
  }

  /** SIGKILL. */
  void kill(String id) {
    Slotferry process = node(id).process;
    if (process != null) {
      process.kill();
      process.awaitExit();
    }
    node(id).process = null;
  }

  /** SIGTERM, and waits for the end. */
  void stop(String id) {
    Slotferry process = node(id).process;
    if (process != null) {
      process.stop();
    }
    node(id).process = null;
  }

  /** The node, which is down, loses its disk. */
  void wipe(String id) {
    try {
      Files.walkFileTree(
          folder.resolve("data").resolve(id),
          new SimpleFileVisitor<>() {
            @Override
            public FileVisitResult visitFile(Path file, BasicFileAttributes attributes)
                throws IOException {
              Files.delete(file);
              return FileVisitResult.CONTINUE;
            }

            @Override
            public FileVisitResult postVisitDirectory(Path visited, @Nullable IOException e)
                throws IOException {
              Files.delete(visited);
              return FileVisitResult.CONTINUE;
            }
          });
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private Node gateway() {
    return nodes.values().iterator().next();
  }

  String host() {
    return gateway().host;
  }

  int respPort() {
    return gateway().respPort;
  }

  String url() {
    return "http://" + gateway().host + ":" + gateway().httpPort;
  }

  @Override
  public void close() {
    for (Node node : nodes.values()) {
      if (node.process != null) {
        node.process.kill();
      }
    }
  }
}
