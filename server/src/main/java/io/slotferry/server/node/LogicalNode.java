package io.slotferry.server.node;

import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** A node of the cluster: what it does by its roles, and the heartbeat that says so. */
final class LogicalNode {
  private final List<NodeService> services;
  private final Supplier<Heartbeat> heartbeats;
  private @Nullable Heartbeat heartbeat;
  private boolean stopped;

  /**
   * @param services in the order of their start; they stop the other way round
   * @param heartbeats makes the heartbeat once the services have started
   */
  LogicalNode(List<NodeService> services, Supplier<Heartbeat> heartbeats) {
    this.services = List.copyOf(services);
    this.heartbeats = heartbeats;
  }

  /** Starts all its services side by side, and joins the cluster. */
  Future<Void> start() {
    List<Future<Void>> starts = new ArrayList<>();
    for (NodeService service : services) {
      starts.add(service.start());
    }
    return Future.all(starts).onSuccess(_ -> beat()).mapEmpty();
  }

  private synchronized void beat() {
    if (!stopped) {
      heartbeat = heartbeats.get();
      heartbeat.start();
    }
  }

  Future<Void> stop() {
    synchronized (this) {
      stopped = true;
      if (heartbeat != null) {
        heartbeat.stop();
      }
    }
    Future<Void> done = Future.succeededFuture();
    for (NodeService service : services.reversed()) {
      done = done.eventually(service::stop);
    }
    return done;
  }

  /** Why it does not do its work, null when it does. */
  @Nullable String unreadyReason() {
    for (NodeService service : services) {
      String reason = service.unreadyReason();
      if (reason != null) {
        return reason;
      }
    }
    return null;
  }
}
