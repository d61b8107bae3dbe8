package io.slotferry.rebalancer;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Node;
import io.slotferry.topology.Role;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.MapAnswer;
import io.slotferry.topology.message.MapDelta;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.function.Function;
import java.util.function.Predicate;

/** A store on a context of its own, for a test's thread that waits for what happens to it. */
final class TestPeer implements MapStore.Listener {
  static final int WAIT_SECONDS_MAX = 30;

  private static final int RETRY_MILLIS = 20;

  private record Awaited(Predicate<TestPeer> condition, Promise<Void> met) {}

  private final Context context;
  private final MapStoreOptions options;
  private final List<MapDelta> deltas = new ArrayList<>();
  private final List<Awaited> awaited = new ArrayList<>();
  private MapStore store;
  private Throwable failure;

  TestPeer(Vertx vertx, MapStoreOptions options) {
    this.context = vertx.getOrCreateContext();
    this.options = options;
    vertx.setPeriodic(RETRY_MILLIS, timer -> context.runOnContext(now -> tryAwaited()));
    this.store = get(onContext(() -> Future.succeededFuture(new MapStore(vertx, options, this))));
  }

  static TestPeer started(Vertx vertx, MapStoreOptions options) {
    TestPeer peer = new TestPeer(vertx, options);
    peer.start();
    return peer;
  }

  void start() {
    get(onContext(store::start));
  }

  String id() {
    return options.peer();
  }

  void close() {
    get(onContext(store::close));
  }

  ChangeAnswer propose(MapChange change) {
    return get(onContext(() -> store.propose(change)));
  }

  Future<ChangeAnswer> proposing(MapChange change) {
    return onContext(() -> store.propose(change));
  }

  long accepted(MapChange change) {
    ChangeAnswer answer = propose(change);
    assertThat(answer).isInstanceOf(ChangeAnswer.Accepted.class);
    return ((ChangeAnswer.Accepted) answer).version();
  }

  Future<Void> confirming() {
    return onContext(store::confirmLeadership);
  }

  ClusterMap map() {
    return read(MapStore::current);
  }

  MapAnswer since(long version) {
    return read(store -> store.since(version));
  }

  boolean leading() {
    return read(MapStore::leading);
  }

  boolean leaderKnown() {
    return read(MapStore::leaderKnown);
  }

  List<MapDelta> deltas() {
    return read(store -> List.copyOf(deltas));
  }

  private <T> T read(Function<MapStore, T> reading) {
    return get(onContext(() -> Future.succeededFuture(reading.apply(store))));
  }

  void awaitLeading() {
    await(peer -> peer.store.leading());
  }

  void awaitNotLeading() {
    await(peer -> !peer.store.leading());
  }

  void awaitVersion(long version) {
    await(peer -> peer.store.current().version() >= version);
  }

  Throwable awaitFailure() {
    await(peer -> peer.failure != null);
    return failure;
  }

  /** The condition is tried on the context, after each event and now and then. */
  private void await(Predicate<TestPeer> condition) {
    get(leadingOrSoon(condition));
  }

  Future<Void> leadingSoon() {
    return leadingOrSoon(peer -> peer.store.leading());
  }

  private Future<Void> leadingOrSoon(Predicate<TestPeer> condition) {
    return onContext(() -> {
      Promise<Void> met = Promise.promise();
      awaited.add(new Awaited(condition, met));
      tryAwaited();
      return met.future();
    });
  }

  private void tryAwaited() {
    awaited.removeIf(each -> each.condition().test(this) && each.met().tryComplete());
  }

  @Override
  public void leadershipReady() {
    tryAwaited();
  }

  @Override
  public void leadershipLost() {
    tryAwaited();
  }

  @Override
  public void applied(MapDelta delta) {
    deltas.add(delta);
    tryAwaited();
  }

  @Override
  public void failed(Throwable cause) {
    failure = cause;
    tryAwaited();
  }

  private interface Step<T> {
    Future<T> take();
  }

  private <T> Future<T> onContext(Step<T> step) {
    Promise<T> done = Promise.promise();
    context.runOnContext(now -> step.take().onComplete(done));
    return done.future();
  }

  static <T> T get(Future<T> future) {
    try {
      return future.await(WAIT_SECONDS_MAX, TimeUnit.SECONDS);
    } catch (TimeoutException e) {
      throw new AssertionError("nothing happened for " + WAIT_SECONDS_MAX + " seconds", e);
    }
  }

  /** A change that is always accepted. */
  static MapChange node(String id) {
    return new MapChange.PutNode(new Node(id, Set.of(Role.SHARD), "host-of-" + id, 0, 0, 0, ""));
  }
}
