package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Node;
import io.slotferry.topology.Role;
import io.slotferry.topology.Slots;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;

/**
 * CLUSTER as cluster-aware clients want it: the gateways are the masters, and share the slots among
 * them. Any gateway serves any key, so that the shares only spread the clients, and nobody is ever
 * redirected.
 */
final class ClusterCommands {
  private static final String REFUSED =
      "ERR the cluster is changed through the rebalancer: see 'slotferry cluster'";

  private static final String NO_INTEGER = "ERR value is not an integer or out of range";

  /** Redis' cluster bus port is this much above the client port; nobody listens there. */
  private static final int BUS_PORT_OFFSET = 10_000;

  static final GatewayCommand TABLE = table();

  private ClusterCommands() {}

  private static Subcommands table() {
    Subcommands table =
        new Subcommands(Command.CLUSTER)
            .add(
                "COUNT-FAILURE-REPORTS <node-id>",
                "Return the number of failure reports for <node-id>.",
                3,
                (session, request, reply) ->
                    ofNode(session, request, reply, () -> reply.integer(0)))
            .add(
                "COUNTKEYSINSLOT <slot>",
                "Return the number of keys in <slot>.",
                3,
                ClusterCommands::countKeysInSlot)
            .add(
                "GETKEYSINSLOT <slot> <count>",
                "Return key names stored by the cluster in a slot.",
                4,
                ClusterCommands::getKeysInSlot)
            .add("INFO", "Return information about the cluster.", 2, ClusterCommands::info)
            .add("KEYSLOT <key>", "Return the hash slot for <key>.", 3, ClusterCommands::keySlot)
            .add(
                "LINKS",
                "Return information about the links between the nodes: there are none.",
                2,
                ClusterCommands::links)
            .add("MYID", "Return the node id.", 2, ClusterCommands::myId)
            .add("MYSHARDID", "Return the node's shard id.", 2, ClusterCommands::myId)
            .add("NODES", "Return cluster configuration seen by node.", 2, ClusterCommands::nodes)
            .add(
                "REPLICAS <node-id>",
                "Return the replicas of <node-id>: gateways have none.",
                3,
                ClusterCommands::replicas)
            .add(
                "SLAVES <node-id>",
                "Return the replicas of <node-id>: gateways have none.",
                3,
                ClusterCommands::replicas)
            .add(
                "SHARDS",
                "Return information about slot range mappings and the nodes.",
                2,
                ClusterCommands::shards)
            .add(
                "SLOTS",
                "Return information about slots range mappings.",
                2,
                ClusterCommands::slots);
    for (String change :
        List.of(
            "ADDSLOTS",
            "ADDSLOTSRANGE",
            "BUMPEPOCH",
            "DELSLOTS",
            "DELSLOTSRANGE",
            "FAILOVER",
            "FLUSHSLOTS",
            "FORGET",
            "MEET",
            "REPLICATE",
            "RESET",
            "SAVECONFIG",
            "SET-CONFIG-EPOCH",
            "SETSLOT")) {
      table.add(
          change,
          "Refused: the rebalancer does this.",
          -2,
          (session, request, reply) -> {
            reply.error(REFUSED);
            return true;
          });
    }
    return table;
  }

  /** A gateway and its share of the slots, first and last. */
  private record Share(String id, String host, int port, int first, int last) {}

  private static List<Share> shares(Session session) {
    ClusterMap map = session.loop.router().map();
    List<Node> gateways = new ArrayList<>();
    for (Node node : map.nodes()) {
      if (node.roles().contains(Role.GATEWAY) && node.respPort() > 0) {
        gateways.add(node);
      }
    }
    if (gateways.isEmpty()) {
      GatewayOptions options = session.gateway.options();
      Set<Role> roles = Set.of(Role.GATEWAY);
      int port = session.gateway.respPort();
      gateways.add(new Node(options.nodeId(), roles, options.bind(), port, 0, 0, ""));
    }
    List<Share> shares = new ArrayList<>();
    int count = gateways.size();
    for (int i = 0; i < count; i++) {
      Node node = gateways.get(i);
      int first = Slots.COUNT * i / count;
      int last = Slots.COUNT * (i + 1) / count - 1;
      shares.add(new Share(node.id(), node.host(), node.respPort(), first, last));
    }
    return shares;
  }

  /** A name of 40 hexadecimal digits, as Redis' nodes have, for a node id. */
  static String nodeHash(String nodeId) {
    try {
      MessageDigest sha1 = MessageDigest.getInstance("SHA-1");
      return HexFormat.of().formatHex(sha1.digest(nodeId.getBytes(StandardCharsets.UTF_8)));
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java platform has SHA-1", e);
    }
  }

  private static boolean info(Session session, Request request, ReplyWriter reply) {
    ClusterMap map = session.loop.router().map();
    int gateways = shares(session).size();
    boolean served = !map.shards().isEmpty();
    int slots = served ? Slots.COUNT : 0;
    reply.verbatim(
        "txt",
        String.join(
            "\r\n",
            "cluster_enabled:1",
            "cluster_state:" + (served ? "ok" : "fail"),
            "cluster_slots_assigned:" + slots,
            "cluster_slots_ok:" + slots,
            "cluster_slots_pfail:0",
            "cluster_slots_fail:0",
            "cluster_known_nodes:" + gateways,
            "cluster_size:" + gateways,
            "cluster_current_epoch:" + map.version(),
            "cluster_my_epoch:" + map.version(),
            ""));
    return true;
  }

  private static boolean keySlot(Session session, Request request, ReplyWriter reply) {
    reply.integer(Slots.slotOf(request.buffer(), request.start(2), request.length(2)));
    return true;
  }

  private static boolean myId(Session session, Request request, ReplyWriter reply) {
    reply.bulk(nodeHash(session.gateway.options().nodeId()));
    return true;
  }

  private static boolean links(Session session, Request request, ReplyWriter reply) {
    reply.emptyArray();
    return true;
  }

  private static boolean replicas(Session session, Request request, ReplyWriter reply) {
    return ofNode(session, request, reply, reply::emptyArray);
  }

  /** Answers a question about the gateway that is named, if there is one. */
  private static boolean ofNode(
      Session session, Request request, ReplyWriter reply, Runnable answer) {
    String id = request.text(2);
    if (shares(session).stream().anyMatch(share -> nodeHash(share.id()).equals(id))) {
      answer.run();
    } else {
      reply.error("ERR Unknown node " + id);
    }
    return true;
  }

  private static boolean nodes(Session session, Request request, ReplyWriter reply) {
    String self = session.gateway.options().nodeId();
    StringBuilder text = new StringBuilder();
    for (Share share : shares(session)) {
      text.append(nodeHash(share.id())).append(' ');
      text.append(share.host()).append(':').append(share.port());
      text.append('@').append(share.port() + BUS_PORT_OFFSET);
      text.append(share.id().equals(self) ? " myself,master" : " master");
      text.append(" - 0 0 ").append(session.loop.router().map().version());
      text.append(" connected ").append(share.first()).append('-').append(share.last());
      text.append('\n');
    }
    reply.verbatim("txt", text.toString());
    return true;
  }

  private static boolean slots(Session session, Request request, ReplyWriter reply) {
    List<Share> shares = shares(session);
    reply.array(shares.size());
    for (Share share : shares) {
      reply.array(3);
      reply.integer(share.first());
      reply.integer(share.last());
      reply.array(4);
      reply.bulk(share.host());
      reply.integer(share.port());
      reply.bulk(nodeHash(share.id()));
      reply.emptyArray();
    }
    return true;
  }

  private static boolean shards(Session session, Request request, ReplyWriter reply) {
    List<Share> shares = shares(session);
    reply.array(shares.size());
    for (Share share : shares) {
      reply.map(2);
      reply.bulk("slots");
      reply.array(2);
      reply.integer(share.first());
      reply.integer(share.last());
      reply.bulk("nodes");
      reply.array(1);
      node(share, reply);
    }
    return true;
  }

  private static void node(Share share, ReplyWriter reply) {
    reply.map(7);
    reply.bulk("id");
    reply.bulk(nodeHash(share.id()));
    reply.bulk("port");
    reply.integer(share.port());
    reply.bulk("ip");
    reply.bulk(share.host());
    reply.bulk("endpoint");
    reply.bulk(share.host());
    reply.bulk("role");
    reply.bulk("master");
    reply.bulk("replication-offset");
    reply.integer(0);
    reply.bulk("health");
    reply.bulk("online");
  }

  private static boolean countKeysInSlot(Session session, Request request, ReplyWriter reply) {
    if (!areLongs(request)) {
      reply.error(NO_INTEGER);
      return true;
    }
    long slot = ConnectionCommands.toLong(request, 2);
    if (!isSlot(slot)) {
      reply.error("ERR Invalid slot");
      return true;
    }
    return new SlotSizeWalk(session.loop.router(), session, (int) slot).start(reply);
  }

  private static boolean getKeysInSlot(Session session, Request request, ReplyWriter reply) {
    if (!areLongs(request)) {
      reply.error(NO_INTEGER);
      return true;
    }
    long slot = ConnectionCommands.toLong(request, 2);
    long count = ConnectionCommands.toLong(request, 3);
    if (!isSlot(slot) || count < 0) {
      reply.error("ERR Invalid slot or number of keys");
      return true;
    }
    return new SlotKeysWalk(session.loop.router(), session, (int) slot, count).start(reply);
  }

  /** Whether all arguments of the subcommand are integers. */
  private static boolean areLongs(Request request) {
    for (int i = 2; i < request.count(); i++) {
      if (!ConnectionCommands.isLong(request, i)) {
        return false;
      }
    }
    return true;
  }

  private static boolean isSlot(long slot) {
    return slot >= 0 && slot < Slots.COUNT;
  }
}
