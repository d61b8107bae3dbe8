package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import io.slotferry.topology.Shard;
import io.slotferry.topology.message.Addresses;
import io.slotferry.topology.message.CopyReport;
import io.slotferry.topology.message.HeartbeatAnswer;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import io.slotferry.topology.message.MapAnswer;
import io.slotferry.topology.message.MapDelta;
import io.slotferry.topology.message.MapRequest;
import io.slotferry.topology.message.MessageCodec;
import io.slotferry.topology.message.NodeReport;
import io.slotferry.topology.message.Stamp;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.VerticleBase;
import io.vertx.core.eventbus.DeliveryOptions;
import io.vertx.core.eventbus.Message;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.function.Predicate;

/**
 * A node that carries what the map gives it, holds nothing, and says all the right things: it
 * reports, follows the map by deltas, and asks for what it misses.
 */
final class FakeNode extends VerticleBase {
  private static final int HEARTBEAT_MILLIS = 50;
  private static final DeliveryOptions SHORTLY = new DeliveryOptions().setSendTimeout(500);

  private record Awaited(Predicate<FakeNode> condition, Promise<Void> met) {}

  private final Node node;
  private final long incarnation;
  private final List<Awaited> awaited = new ArrayList<>();
  ClusterMap map = ClusterMap.EMPTY;
  List<Lease> leases = List.of();
  int deltas;
  int images;
  int changesPulled;

  FakeNode(String id, Role role, long incarnation) {
    this.node = new Node(id, Set.of(role), "127.0.0.1", 0, 0, 0, "");
    this.incarnation = incarnation;
  }

  String id() {
    return node.id();
  }

  @Override
  public Future<?> start() {
    vertx.eventBus().<byte[]>consumer(Addresses.MAP_DELTA, message -> delta(message.body()));
    vertx.setPeriodic(HEARTBEAT_MILLIS, timer -> heartbeat());
    return Future.succeededFuture();
  }

  /** The condition is tried after each answer and delta. */
  Future<Void> when(Predicate<FakeNode> condition) {
    Promise<Void> met = Promise.promise();
    context.runOnContext(now -> {
      awaited.add(new Awaited(condition, met));
      tryAwaited();
    });
    return met.future();
  }

  void await(Predicate<FakeNode> condition) {
    TestPeer.get(when(condition));
  }

  private void tryAwaited() {
    awaited.removeIf(each -> each.condition().test(this) && each.met().tryComplete());
  }

  boolean hasLeaseOf(int shard) {
    Shard known = map.shard(shard);
    return known != null
        && leases.stream()
            .anyMatch(lease -> lease.shard() == shard && lease.epoch() == known.epoch());
  }

  private void heartbeat() {
    List<CopyReport> copies = new ArrayList<>();
    for (Shard shard : map.shards()) {
      if (shard.hasCopyOn(node.id())) {
        copies.add(copyOf(shard));
      }
    }
    NodeReport report = new NodeReport(node, incarnation, map.version(), Stamp.NONE, copies);
    request(Addresses.HEARTBEAT, MessageCodec.encode(report)).onSuccess(this::answered);
  }

  /** A leader takes every replica for in sync. */
  private CopyReport copyOf(Shard shard) {
    boolean leading = shard.epoch() > 0 && shard.leader().equals(node.id());
    Set<String> copies = new HashSet<>(shard.replicas());
    copies.add(shard.leader());
    boolean widen = leading && !shard.inSync().equals(copies);
    return new CopyReport(
        shard.id(),
        shard.epoch(),
        leading,
        "log-of-" + shard.id(),
        0,
        widen ? copies : Set.of(),
        widen ? shard.inSyncRevision() + 1 : 0,
        0,
        false);
  }

  private void answered(byte[] bytes) {
    HeartbeatAnswer answer = MessageCodec.decodeHeartbeatAnswer(bytes);
    leases = answer.leases();
    if (answer.mapVersion() > map.version()) {
      pull();
    }
    tryAwaited();
  }

  private void delta(byte[] body) {
    MapDelta delta = MessageCodec.decodeMapDelta(body);
    if (delta.version() == map.version() + 1) {
      apply(delta.change());
      deltas++;
    } else if (delta.version() > map.version()) {
      pull();
    }
    tryAwaited();
  }

  private void pull() {
    request(Addresses.MAP, MessageCodec.encode(new MapRequest(map.version())))
        .onSuccess(bytes -> {
          switch (MessageCodec.decodeMapAnswer(bytes)) {
            case MapAnswer.Image(byte[] image) -> {
              images++;
              map = MapCodec.decodeMap(image);
            }
            case MapAnswer.Changes(long from, List<byte[]> changes) -> {
              if (from == map.version()) {
                changes.forEach(this::apply);
                changesPulled += changes.size();
              }
            }
          }
          tryAwaited();
        });
  }

  private void apply(byte[] change) {
    map = ((Outcome.Accepted) map.apply(MapCodec.decodeChange(change))).map();
  }

  private Future<byte[]> request(String address, byte[] body) {
    return vertx.eventBus().<byte[]>request(address, body, SHORTLY).map(Message::body);
  }
}
