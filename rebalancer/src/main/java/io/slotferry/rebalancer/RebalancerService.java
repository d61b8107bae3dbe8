package io.slotferry.rebalancer;

import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.message.Addresses;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.LoadCodec;
import io.slotferry.topology.message.MapDelta;
import io.slotferry.topology.message.MapRequest;
import io.slotferry.topology.message.MessageCodec;
import io.slotferry.topology.message.NodeReport;
import io.slotferry.topology.message.PlanRequest;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The rebalancer on the event bus: the edge between {@link ControlLoop}, which decides, {@link
 * MapStore}, which remembers, and the nodes.
 *
 * <pre>
 *   store: leadership ready ─→ confirmed by the peers ─→ serving: consumers at {@link Addresses}
 *                                                           │
 *   nodes' heartbeats ─→ ControlLoop ─→ changes, one by one │─→ MapStore ─→ deltas published
 *   changes that others ask for ────────────────────────────┘
 * </pre>
 *
 * <p>Every rebalancer of a cluster runs one; the one that leads serves. Belongs to its deployment's
 * event loop, except {@link #ready} and {@link #leading}.
 */
public final class RebalancerService extends VerticleBase implements MapStore.Listener {
  /** Failure code of a request whose bytes say nothing. */
  static final int MALFORMED = 400;

  /** What follows from a change is decided so long after it, with all that came meanwhile. */
  private static final long DECIDE_MILLIS = 10;

  private static final Logger LOG = LoggerFactory.getLogger(RebalancerService.class);

  private final MapStoreOptions options;
  private final ControlLoop control;
  private final Consumer<Throwable> failed;
  private final List<MessageConsumer<byte[]>> consumers = new ArrayList<>();

  /** Made at the start, on the context that it belongs to. */
  @SuppressWarnings("NullAway.Init")
  private volatile MapStore store;

  /** Counts the leaderships, so that what an earlier one asked for is not taken for the current. */
  private int leadership;

  private volatile boolean serving;
  private boolean confirming;
  private boolean deciding;

  /**
   * @param failed told when the service cannot go on, on its event loop: the process should end
   */
  public RebalancerService(
      MapStoreOptions options, ControlSettings settings, Consumer<Throwable> failed) {
    this.options = options;
    this.control = new ControlLoop(settings);
    this.failed = failed;
  }

  @Override
  public Future<?> start() {
    store = new MapStore(vertx, options, this);
    vertx.setPeriodic(ControlSettings.TICK_MILLIS, timer -> tick());
    return store.start();
  }

  @Override
  public Future<?> stop() {
    return store.close();
  }

  /** True while some rebalancer leads, as far as this one knows. Any thread. */
  public boolean ready() {
    MapStore current = store;
    return current != null && current.leaderKnown();
  }

  /** True while this one serves the cluster. Any thread. */
  public boolean leading() {
    return serving;
  }

  @Override
  public void leadershipReady() {
    leadership++;
    tick();
  }

  @Override
  public void leadershipLost() {
    if (serving) {
      serving = false;
      control.lostLeadership();
      consumers.forEach(MessageConsumer::unregister);
      consumers.clear();
      LOG.info("{} no longer leads the rebalancers", options.peer());
    }
  }

  @Override
  public void applied(MapDelta delta) {
    control.mapChanged(store.current());
    if (store.leading()) {
      vertx.eventBus().publish(Addresses.MAP_DELTA, MessageCodec.encode(delta));
    }
    // A move that has ended makes room for the next: nothing moves until that has begun.
    decideSoon();
  }

  @Override
  public void failed(Throwable cause) {
    LOG.error("the rebalancer cannot go on", cause);
    leadershipLost();
    failed.accept(cause);
  }

  private void tick() {
    if (store.leading()) {
      confirm();
    }
    if (serving) {
      decide();
    }
  }

  /**
   * Serving begins with the first confirmation: a process that was stopped may read of a leadership
   * that others have replaced long ago.
   */
  private void confirm() {
    if (confirming) {
      return;
    }
    confirming = true;
    int asked = leadership;
    long askedMillis = nowMillis();
    store
        .confirmLeadership()
        .onComplete(confirmed -> {
          confirming = false;
          if (confirmed.succeeded() && store.leading() && asked == leadership) {
            serve(askedMillis);
          }
        });
  }

  private void serve(long confirmedMillis) {
    if (serving) {
      control.leadershipConfirmed(confirmedMillis);
      return;
    }
    serving = true;
    control.mapChanged(store.current());
    control.becameLeader(ThreadLocalRandom.current().nextLong(), confirmedMillis);
    consume(Addresses.CHANGE, this::change);
    consume(Addresses.HEARTBEAT, this::heartbeat);
    consume(Addresses.MAP, this::map);
    consume(Addresses.PLAN, this::plan);
    consumers.add(vertx.eventBus().<byte[]>consumer(Addresses.LOAD, this::load));
    LOG.info(
        "{} leads the rebalancers, at map version {}", options.peer(), store.current().version());
  }

  /** Once for all that happens until then: moves often end together. */
  private void decideSoon() {
    if (serving && !deciding) {
      deciding = true;
      vertx.setTimer(
          DECIDE_MILLIS,
          _ -> {
            deciding = false;
            if (serving) {
              decide();
            }
          });
    }
  }

  private void decide() {
    List<MapChange> changes = control.tick(nowMillis(), System.currentTimeMillis());
    if (!changes.isEmpty()) {
      proposeFrom(changes, 0, leadership, true);
    }
  }

  /**
   * One after the other: Ratis does not keep the order of what is under way at once. When all have
   * been accepted, what follows from them is decided at once.
   */
  private void proposeFrom(
      List<MapChange> changes, int index, int proposedIn, boolean allAccepted) {
    if (!serving || proposedIn != leadership) {
      return;
    }
    if (index == changes.size()) {
      if (allAccepted) {
        decide();
      }
      return;
    }
    MapChange change = changes.get(index);
    store
        .propose(change)
        .onSuccess(answer -> {
          if (serving && proposedIn == leadership) {
            control.answered(change, answer);
          }
          boolean accepted = answer instanceof ChangeAnswer.Accepted;
          if (!accepted) {
            LOG.info("{} became {}", change, answer);
          } else if (change instanceof MapChange.Promote promote && promote.expectedEpoch() > 0) {
            LOG.info("promoted shard={} node={}", promote.shard(), promote.node());
          }
          proposeFrom(changes, index + 1, proposedIn, allAccepted && accepted);
        });
  }

  private void consume(String address, Function<byte[], Future<byte[]>> answering) {
    consumers.add(
        vertx.eventBus().<byte[]>consumer(address, message -> answer(message, answering)));
  }

  private static void answer(Message<byte[]> message, Function<byte[], Future<byte[]>> answering) {
    try {
      answering.apply(message.body()).onSuccess(message::reply);
    } catch (IllegalArgumentException e) {
      LOG.warn("malformed request to {}: {}", message.address(), e.getMessage());
      message.fail(MALFORMED, e.getMessage());
    }
  }

  /** Leaders are this service's own business: only it knows which leases are out. */
  private Future<byte[]> change(byte[] request) {
    MapChange change = MapCodec.decodeChange(request);
    Future<ChangeAnswer> answer =
        change instanceof MapChange.Promote
            ? Future.succeededFuture(new ChangeAnswer.Refused("only the rebalancer promotes"))
            : store.propose(change);
    return answer.map(MessageCodec::encode);
  }

  private Future<byte[]> heartbeat(byte[] request) {
    NodeReport report = MessageCodec.decodeReport(request);
    byte[] answer = MessageCodec.encode(control.heartbeat(report, nowMillis()));
    // Nobody serves a shard that was handed over until its successor is promoted, and for a new
    // node a shard may be waiting.
    if (report.copies().stream().anyMatch(copy -> copy.handover() != 0)
        || store.current().node(report.node().id()) == null) {
      decide();
    }
    return Future.succeededFuture(answer);
  }

  private void load(Message<byte[]> message) {
    try {
      control.load(LoadCodec.decodeLoadReport(message.body()));
    } catch (IllegalArgumentException e) {
      LOG.warn("malformed report to {}: {}", message.address(), e.getMessage());
    }
  }

  private Future<byte[]> plan(byte[] request) {
    PlanRequest asked = LoadCodec.decodePlanRequest(request);
    return Future.succeededFuture(LoadCodec.encode(control.plan(asked.objective())));
  }

  private Future<byte[]> map(byte[] request) {
    MapRequest asked = MessageCodec.decodeMapRequest(request);
    return Future.succeededFuture(MessageCodec.encode(store.since(asked.haveVersion())));
  }

  private static long nowMillis() {
    return TimeUnit.NANOSECONDS.toMillis(System.nanoTime());
  }
}
