package io.slotferry.server.simulation;

import io.slotferry.gateway.MapSource;
import io.slotferry.gateway.SimulatedGateway;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/** A process with a real gateway: its loop's turns, its connections, its image of the map. */
final class GatewayProcess extends SimulatedProcess {
  private static final long NANOS_PER_MILLI = 1_000_000;
  private static final int PULL_RETRY_MILLIS = 300;

  private final SimulatedCluster cluster;
  private final List<SimulatedConnection> connections = new ArrayList<>();
  private Maps maps = new Maps();
  private @Nullable SimulatedGateway gateway;
  private long wakesAtMillis;

  GatewayProcess(String name, SimulatedCluster cluster) {
    super(name, cluster.timeline);
    this.cluster = cluster;
  }

  private SimulatedGateway newGateway() {
    return new SimulatedGateway(
        name,
        maps,
        () -> monotonicMillis() * NANOS_PER_MILLI,
        (node, frame) -> cluster.send(name, node, frame),
        timeline.random);
  }

  void start() {
    timeline.tell("%s starts", name);
    begin();
    maps = new Maps();
    gateway = newGateway();
    wakesAtMillis = Long.MAX_VALUE;
    maps.refresh(1);
  }

  /** That of its newest start. */
  SimulatedGateway gateway() {
    return Objects.requireNonNull(gateway);
  }

  void add(SimulatedConnection connection) {
    connections.add(connection);
  }

  void remove(SimulatedConnection connection) {
    connections.remove(connection);
  }

  @Override
  void die() {
    super.die();
    connections.forEach(SimulatedConnection::gatewayDied);
    connections.clear();
  }

  /** Each event is a turn of the loop. */
  @Override
  void acted() {
    long nanos = gateway().run();
    connections.forEach(SimulatedConnection::pump);
    if (nanos != Long.MAX_VALUE) {
      wakeIn(Math.ceilDiv(nanos, NANOS_PER_MILLI));
    }
  }

  private void wakeIn(long millis) {
    long atMillis = monotonicMillis() + millis;
    if (atMillis < wakesAtMillis) {
      wakesAtMillis = atMillis;
      later(
          millis,
          () -> {
            if (wakesAtMillis == atMillis) {
              wakesAtMillis = Long.MAX_VALUE;
            }
          });
    }
  }

  /** Takes a newer image. */
  void see(ClusterMap map) {
    maps.see(map);
  }

  /** The image of this process, which asks for newer ones as a node does. */
  private final class Maps implements MapSource {
    private final List<Runnable> listeners = new ArrayList<>();
    private ClusterMap current = ClusterMap.EMPTY;
    private long wanted;
    private boolean asked;

    @Override
    public ClusterMap current() {
      return current;
    }

    @Override
    public void refresh(long version) {
      wanted = Math.max(wanted, version);
      if (wanted <= current.version() || asked) {
        return;
      }
      asked = true;
      int now = life();
      cluster.pull(name, map -> act(now, () -> see(map)));
      later(
          PULL_RETRY_MILLIS,
          () -> {
            asked = false;
            refresh(wanted);
          });
    }

    void see(ClusterMap map) {
      if (map.version() > current.version()) {
        asked = false;
        current = map;
        listeners.forEach(Runnable::run);
      }
    }

    @Override
    public void addListener(Runnable listener) {
      listeners.add(listener);
    }

    @Override
    public void removeListener(Runnable listener) {
      listeners.remove(listener);
    }

    @Override
    public Future<Answer> propose(MapChange change) {
      return Future.failedFuture("clients of a simulation change no map");
    }
  }
}
