package io.slotferry.gateway;

import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentMap;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * All connections of a gateway, by id. Changed when one opens or closes, read by {@code CLIENT
 * LIST}; never on the data path. Thread: any.
 */
final class Clients {
  private final GatewayCounters counters;
  private final ConcurrentMap<Long, RespConnection> connections = new ConcurrentHashMap<>();
  private final AtomicLong nextId = new AtomicLong();

  Clients(GatewayCounters counters) {
    this.counters = counters;
  }

  long nextId() {
    return nextId.incrementAndGet();
  }

  int size() {
    return connections.size();
  }

  void add(RespConnection connection) {
    connections.put(connection.id, connection);
    counters.addAccepted();
  }

  void remove(RespConnection connection) {
    if (connections.remove(connection.id) != null) {
      counters.addClosed();
    }
  }

  @Nullable RespConnection get(long id) {
    return connections.get(id);
  }

  /** Connections of this type, see {@link Session#type}. */
  long count(String type) {
    return connections.values().stream().filter(client -> client.type().equals(type)).count();
  }

  /** In the order in which they came. */
  void forEach(Consumer<RespConnection> action) {
    connections.values().stream().sorted((a, b) -> Long.compare(a.id, b.id)).forEach(action);
  }
}
