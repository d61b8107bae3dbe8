package io.slotferry.server.verify;

import io.slotferry.protocol.Reply;
import io.slotferry.server.client.RespClient;
import io.slotferry.server.config.HostPort;
import io.slotferry.topology.Durability;
import java.io.IOException;
import java.util.concurrent.atomic.AtomicInteger;

/** Makes the connections of a load, to one gateway after the other. Thread: any. */
final class Connector {
  private static final int REPLY_MILLIS_MAX = 20_000;

  private final VerifyOptions options;
  private final AtomicInteger connections = new AtomicInteger();
  private final AtomicInteger sessions = new AtomicInteger();

  Connector(VerifyOptions options) {
    this.options = options;
  }

  /** A connection that is ready for use. */
  RespClient connect() throws IOException {
    int gateway = Math.floorMod(connections.getAndIncrement(), options.gateways().size());
    HostPort address = options.gateways().get(gateway);
    RespClient connection = RespClient.connect(address, REPLY_MILLIS_MAX);
    try {
      if (!options.password().isEmpty()) {
        demand(connection, "AUTH", options.password());
      }
      if (options.keyspace() != 0) {
        demand(connection, "SELECT", Integer.toString(options.keyspace()));
      }
      if (options.durability() == Durability.SYNC) {
        demand(connection, "CLIENT", "DURABILITY", "SYNC");
      }
      return connection;
    } catch (IOException e) {
      connection.close();
      throw e;
    }
  }

  private static void demand(RespClient connection, String... command) throws IOException {
    if (connection.call(command) instanceof Reply.SimpleError(String message)) {
      throw new IOException(command[0] + " was answered with: " + message);
    }
  }

  /** A number from 1 that no other session has. */
  int nextSession() {
    return sessions.incrementAndGet();
  }
}
