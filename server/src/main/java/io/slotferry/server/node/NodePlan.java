package io.slotferry.server.node;

import io.slotferry.topology.Role;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A node that this machine's cluster has by the naming rule: {@code gateway-1}, {@code
 * rebalancer-1}, {@code shard-2}, {@code replica-2}, and {@code replica-2-3} for a third replica.
 *
 * @param number of the shard whose copy it wants; for other roles it only counts
 */
public record NodePlan(String id, Role role, int number) {
  private static final Pattern COPY_ID = Pattern.compile("(shard|replica)-([1-9]\\d{0,5})(-\\d)?");

  public static NodePlan gateway(int number) {
    return new NodePlan("gateway-" + number, Role.GATEWAY, number);
  }

  public static NodePlan rebalancer(int number) {
    return new NodePlan("rebalancer-" + number, Role.REBALANCER, number);
  }

  /** The nodes for the copies of one shard. */
  public static List<NodePlan> copies(int shard, int replicas) {
    List<NodePlan> nodes = new ArrayList<>();
    nodes.add(new NodePlan("shard-" + shard, Role.SHARD, shard));
    for (int i = 1; i <= replicas; i++) {
      String id = "replica-" + shard + (i == 1 ? "" : "-" + i);
      nodes.add(new NodePlan(id, Role.REPLICA, shard));
    }
    return nodes;
  }

  /** The node with this id, null when it is none that carries copies. */
  public static @Nullable NodePlan copy(String id) {
    Matcher matcher = COPY_ID.matcher(id);
    if (!matcher.matches()) {
      return null;
    }
    Role role = matcher.group(1).equals("shard") ? Role.SHARD : Role.REPLICA;
    return new NodePlan(id, role, Integer.parseInt(matcher.group(2)));
  }
}
