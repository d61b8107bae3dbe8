package io.slotferry.server.command;

import io.slotferry.server.command.cluster.AdminClient;
import io.slotferry.server.command.cluster.AdminException;
import io.slotferry.server.config.HostPort;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.ArrayList;
import java.util.List;
import picocli.CommandLine;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;

/** The options of commands that speak Redis' protocol with a cluster. */
final class RespOptions {
  @Option(
      names = "--resp",
      paramLabel = "HOST:PORT",
      description = "A gateway's port of Redis' protocol; may be repeated (as /v1/cluster says).")
  List<String> addresses = List.of();

  @Option(
      names = "--password",
      paramLabel = "TEXT",
      defaultValue = "${env:SLOTFERRY_RESP_PASSWORD:-}",
      description = "The server's resp.password, if it has one ($SLOTFERRY_RESP_PASSWORD).")
  String password = "";

  /** Complains of an address that is none. */
  void check(CommandLine line) {
    for (String address : addresses) {
      if (HostPort.parse(address) == null) {
        throw new ParameterException(line, "--resp must be HOST:PORT, was '" + address + "'");
      }
    }
  }

  /** Those that were given, else all that the cluster names. */
  List<HostPort> gateways(AdminClient client) throws AdminException, InterruptedException {
    List<HostPort> gateways = new ArrayList<>();
    for (String address : addresses) {
      HostPort gateway = HostPort.parse(address);
      if (gateway != null) {
        gateways.add(gateway);
      }
    }
    return gateways.isEmpty() ? gatewaysOf(client.get("/v1/cluster")) : gateways;
  }

  private static List<HostPort> gatewaysOf(JsonObject cluster) throws AdminException {
    List<HostPort> gateways = new ArrayList<>();
    JsonArray nodes = cluster.getJsonArray("nodes", new JsonArray());
    for (int i = 0; i < nodes.size(); i++) {
      JsonObject node = nodes.getJsonObject(i);
      int port = node.getInteger("respPort", 0);
      if (port > 0) {
        gateways.add(new HostPort(node.getString("host"), port));
      }
    }
    if (gateways.isEmpty()) {
      throw new AdminException(
          ExitStatus.NO_SERVER, "the cluster names no gateway: say with --resp where one is");
    }
    return gateways;
  }
}
