package io.slotferry.server.config;

import io.slotferry.replication.storage.Fsync;
import io.slotferry.topology.Role;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** All the settings of a process, checked; one record per section of the file. */
public record Settings(
    NodeSettings node,
    DataSettings data,
    RespSettings resp,
    HttpSettings http,
    ClusterSettings cluster,
    RebalancerSettings rebalancer,
    NetworkSettings network) {
  public static final int SHARDS_MAX = 1024;
  public static final int REPLICAS_MAX = 8;

  /**
   * Which node of a deployment this is. Of no meaning to an embedded cluster, which is all of them.
   *
   * @param id stable over restarts, unique in the cluster
   * @param shard the shard whose copy it wants to carry, 0 for any
   */
  public record NodeSettings(String id, Set<Role> roles, int shard, String zone) {}

  /**
   * @param ephemeral nothing is kept on disk
   */
  public record DataSettings(Path dir, Fsync persistence, boolean ephemeral) {}

  /**
   * @param password what {@code AUTH} asks for; empty for none
   */
  public record RespSettings(String bind, int port, String password) {}

  /**
   * @param token what clients give as {@code Authorization: Bearer ...}; empty for none
   */
  public record HttpSettings(String bind, int port, String token) {}

  /**
   * How nodes find and reach each other, and the size of the cluster when it is created.
   *
   * @param advertise the address that others reach this node by; empty: {@link #bind}, or the
   *     machine's own address where that is a wildcard
   * @param members where to look for the cluster; empty with an empty {@link #dns}: nowhere
   * @param dns a name that resolves to all members' addresses
   */
  public record ClusterSettings(
      String name,
      int shards,
      int replicas,
      String bind,
      String advertise,
      int port,
      int eventBusPort,
      List<HostPort> members,
      String dns) {}

  /**
   * @param peers the Raft addresses of all rebalancers by node id; empty: this one alone
   * @param splitMegabytes a tablet that holds more is cut in two; 0 for never
   * @param splitOperations a tablet with more commands per second is cut in two; 0 for never
   */
  public record RebalancerSettings(
      Map<String, HostPort> peers, Automatic automatic, int splitMegabytes, int splitOperations) {}

  /** How this process talks to the system's network. */
  public record NetworkSettings(NetworkTransport transport) {}
}
