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
  private Future<?> allStarts = Future.succeededFuture();
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
    synchronized (this) {
      allStarts = Future.join(starts);
    }
    return Future.all(starts).onSuccess(_ -> beat()).mapEmpty();
  }

  private synchronized void beat() {
    if (!stopped) {
      heartbeat = heartbeats.get();
      heartbeat.start();
    }
  }

  /** Never fails: there is nothing to be done about it. */
  Future<Void> stop() {
    Future<?> step;
    synchronized (this) {
      stopped = true;
      if (heartbeat != null) {
        heartbeat.stop();
      }
      // What is half started cannot be stopped.
      step = allStarts;
    }
    for (NodeService service : services.reversed()) {
      step = step.eventually(service::stop);
    }
    return step.transform(_ -> Future.succeededFuture());
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
