package io.slotferry.gateway;

import org.jspecify.annotations.Nullable;

/**
 * How a gateway is set up.
 *
 * @param nodeId the gateway's node id; names its event-bus addresses
 * @param bind address to listen on
 * @param respPort TCP port of RESP, 0 for any free one
 * @param requirePass the password that {@code AUTH} wants, null for none
 * @param clientsMax connections at most, over all loops
 */
public record GatewayOptions(
    String nodeId, String bind, int respPort, @Nullable String requirePass, int clientsMax) {
  /** Redis' default of {@code maxclients}. */
  public static final int CLIENTS_MAX_DEFAULT = 10_000;

  public GatewayOptions(String nodeId, String bind, int respPort) {
    this(nodeId, bind, respPort, null, CLIENTS_MAX_DEFAULT);
  }
}
