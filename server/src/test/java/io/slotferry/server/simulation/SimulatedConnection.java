package io.slotferry.server.simulation;

import io.slotferry.gateway.SimulatedGateway;
import java.util.ArrayDeque;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * A client's TCP connection to one start of a gateway: what is sent arrives in order and once, but
 * late while there is no way, and never when one end is gone.
 */
final class SimulatedConnection {
  private static final int RESEND_MILLIS = 50;

  private final SimulatedCluster cluster;
  private final GatewayProcess gateway;
  private final int life;
  private final Way toGateway;
  private final Way toClient;
  private SimulatedGateway.@Nullable Connection accepted;
  private boolean closed;

  SimulatedConnection(SimulatedCluster cluster, SimulatedClient client, GatewayProcess gateway) {
    this.cluster = cluster;
    this.gateway = gateway;
    this.life = gateway.life();
    this.toGateway =
        new Way(client.name, gateway.name, bytes -> gateway.act(life, () -> serve(bytes)));
    this.toClient = new Way(gateway.name, client.name, client::received);
    gateway.add(this);
  }

  /** One direction of it. */
  private final class Way {
    private final String from;
    private final String to;
    private final Consumer<byte[]> receiver;
    private final ArrayDeque<byte[]> underWay = new ArrayDeque<>();

    Way(String from, String to, Consumer<byte[]> receiver) {
      this.from = from;
      this.to = to;
      this.receiver = receiver;
    }

    void send(byte[] bytes) {
      underWay.add(bytes);
      if (underWay.size() == 1) {
        arriveIn(cluster.network.delayMillis());
      }
    }

    private void arriveIn(long millis) {
      cluster.timeline.after(millis, this::arrive);
    }

    private void arrive() {
      if (closed) {
        return;
      }
      if (!cluster.network.reaches(from, to)) {
        arriveIn(RESEND_MILLIS);
        return;
      }
      receiver.accept(underWay.remove());
      if (!underWay.isEmpty()) {
        arriveIn(cluster.network.delayMillis());
      }
    }
  }

  // ---- the client's end

  void send(byte[] bytes) {
    toGateway.send(bytes);
  }

  void close() {
    closed = true;
    gateway.act(
        life,
        () -> {
          gateway.remove(this);
          if (accepted != null) {
            accepted.close();
          }
        });
  }

  // ---- the gateway's end

  private void serve(byte[] bytes) {
    if (accepted == null) {
      accepted = gateway.gateway().connect();
    }
    accepted.receive(bytes);
  }

  /** Sends what the gateway has for the client. */
  void pump() {
    if (accepted != null) {
      byte[] bytes = accepted.take();
      if (bytes.length > 0) {
        toClient.send(bytes);
      }
      Invariants.require(accepted.isOpen(), "%s closes a connection by itself", gateway.name);
    }
  }

  /** The gateway has died: that is the last that the client hears of it. */
  void gatewayDied() {
    toClient.send(SimulatedClient.END);
  }
}
