package io.slotferry.topology;

import java.util.Set;

/**
 * A process (or, in an embedded cluster, a part of one) with a stable id.
 *
 * @param host where clients reach it; meaningful for gateways
 * @param respPort TCP port of RESP, 0 when it has none
 * @param httpPort TCP port of HTTP, 0 when it has none
 * @param preferredShard the shard whose copy it wants to carry, 0 for any
 * @param zone what it would fail together with (a rack, a data centre); empty where nobody has said
 */
public record Node(
    String id,
    Set<Role> roles,
    String host,
    int respPort,
    int httpPort,
    int preferredShard,
    String zone) {
  public Node {
    roles = Set.copyOf(roles);
  }
}
