package io.slotferry.server.node;

import io.slotferry.topology.Node;
import io.slotferry.topology.message.Addresses;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.MessageCodec;
import io.slotferry.topology.message.NodeReport;
import io.slotferry.topology.message.Stamp;
import io.vertx.core.Context;
import io.vertx.core.Vertx;
import io.vertx.core.eventbus.DeliveryOptions;
import java.util.List;
import java.util.function.Supplier;

/**
 * Tells the rebalancer, again and again, that a node lives and what its copies are at; the answers
 * bring leases, and the news that there is a newer map.
 *
 * <p>Thread: the context of the node.
 */
final class Heartbeat {
  static final long INTERVAL_MILLIS = 300;

  /** A copy that hands over is looked at this often, until it has. */
  private static final long HANDOVER_POLL_MILLIS = 5;

  /** A slow answer must not hold up the next heartbeats; so few of them are under way at most. */
  private static final long ANSWER_TIMEOUT_MILLIS = 3 * INTERVAL_MILLIS;

  /** Of a node that carries no copy. */
  static final LeaseHolder NO_LEASES =
      new LeaseHolder() {
        @Override
        public boolean isUrgent() {
          return false;
        }

        @Override
        public boolean isHandingOver() {
          return false;
        }

        @Override
        public void granted(Lease lease, long sentMillis) {
          // Nobody has asked for one.
        }
      };

  private final Vertx vertx;
  private final Context context;
  private final Node node;
  private final long incarnation;
  private final MapFollower map;
  private final Supplier<List<CopyReport>> copies;
  private final LeaseHolder leases;
  private long timer;
  private final Runnable mapListener = this::mapChanged;
  private Stamp heard = Stamp.NONE;
  private boolean stopped;

  /** Takes the leases that answers bring. */
  interface LeaseHolder {
    /**
     * Whether the rebalancer is to hear of the copy at once: it was promoted and has no lease, or
     * it has handed over, so that nobody serves its shard.
     */
    boolean isUrgent();

    /** Whether it is about to hand over. */
    boolean isHandingOver();

    /**
     * @param sentMillis when the heartbeat was sent, by this process' monotonic clock: the lease
     *     runs from then on
     */
    void granted(Lease lease, long sentMillis);
  }

  Heartbeat(
      Vertx vertx,
      Context context,
      Node node,
      long incarnation,
      MapFollower map,
      Supplier<List<CopyReport>> copies,
      LeaseHolder leases) {
    this.vertx = vertx;
    this.context = context;
    this.node = node;
    this.incarnation = incarnation;
    this.map = map;
    this.copies = copies;
    this.leases = leases;
  }

  /** May be called on any thread. */
  void start() {
    context.runOnContext(_ -> {
      if (!stopped) {
        timer = vertx.setPeriodic(0, INTERVAL_MILLIS, _ -> beat());
        map.addListener(mapListener);
      }
    });
  }

  private void mapChanged() {
    context.runOnContext(_ -> beatIfUrgent());
  }

  private void beatIfUrgent() {
    if (stopped) {
      return;
    }
    if (leases.isUrgent()) {
      beat();
    } else if (leases.isHandingOver()) {
      vertx.setTimer(HANDOVER_POLL_MILLIS, _ -> beatIfUrgent());
    }
  }

  /** May be called on any thread. */
  void stop() {
    context.runOnContext(_ -> {
      stopped = true;
      vertx.cancelTimer(timer);
      map.removeListener(mapListener);
    });
  }

  private void beat() {
    long sentMillis = System.nanoTime() / 1_000_000;
    NodeReport report =
        new NodeReport(node, incarnation, map.current().version(), heard, copies.get());
    vertx
        .eventBus()
        .<byte[]>request(
            Addresses.HEARTBEAT,
            MessageCodec.encode(report),
            new DeliveryOptions().setSendTimeout(ANSWER_TIMEOUT_MILLIS))
        // Without an answer there is nothing to do but to go on; leases run out by themselves.
        .onSuccess(
            message -> answered(MessageCodec.decodeHeartbeatAnswer(message.body()), sentMillis));
  }

  private void answered(HeartbeatAnswer answer, long sentMillis) {
    heard = answer.stamp();
    map.refresh(answer.mapVersion());
    for (Lease lease : answer.leases()) {
      leases.granted(lease, sentMillis);
    }
  }
}
