package io.slotferry.server.node;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.Node;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.Role;
import io.slotferry.topology.message.Addresses;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.MapAnswer;
import io.slotferry.topology.message.MapDelta;
import io.slotferry.topology.message.MessageCodec;
import io.vertx.core.Vertx;
import io.vertx.core.VertxOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** A follower on a local bus, and the test as its rebalancer. */
@Timeout(30)
class MapFollowerTest {
  private final Vertx vertx = Vertx.vertx(new VertxOptions().setEventLoopPoolSize(2));
  private final MapFollower follower = new MapFollower(vertx, vertx.getOrCreateContext());

  /** What the rebalancer has accepted; guarded by this. */
  private final List<byte[]> changes = new ArrayList<>();

  private ClusterMap truth = ClusterMap.EMPTY;

  /** Fewest changes behind that get the image instead. */
  private int imageFrom = Integer.MAX_VALUE;

  @BeforeEach
  void start() throws Exception {
    vertx
        .eventBus()
        .<byte[]>consumer(
            Addresses.MAP,
            request ->
                request.reply(
                    MessageCodec.encode(
                        newerThan(MessageCodec.decodeMapRequest(request.body()).haveVersion()))))
        .completion()
        .await(10, TimeUnit.SECONDS);
  }

  @AfterEach
  void stop() throws Exception {
    vertx.close().await(10, TimeUnit.SECONDS);
  }

  @Test
  void takesTheImageThatThereIsAndThenDeltas() throws Exception {
    imageFrom = 1;
    accept(3);
    startFollower();
    awaitVersion(3);

    publish(accept(1));
    awaitVersion(4);
    assertThat(MapCodec.encode(follower.current())).isEqualTo(MapCodec.encode(truth));
  }

  @Test
  void asksForWhatAGapHides() throws Exception {
    startFollower();
    publish(accept(1));
    awaitVersion(1);

    accept(2);
    publish(accept(1));
    awaitVersion(4);
    assertThat(MapCodec.encode(follower.current())).isEqualTo(MapCodec.encode(truth));
  }

  @Test
  void asksWhenSomebodyKnowsANewerVersion() throws Exception {
    startFollower();
    accept(5);
    follower.refresh(5);
    awaitVersion(5);
  }

  @ParameterizedTest
  @ValueSource(longs = {1, 2, 3, 4})
  void endsUpWithTheTruthHoweverDeltasAreLostRepeatedAndReordered(long seed) throws Exception {
    Random random = new Random(seed);
    imageFrom = 1 + random.nextInt(10);
    startFollower();
    List<MapDelta> held = new ArrayList<>();
    for (int i = 0; i < 200; i++) {
      MapDelta delta = accept(1);
      switch (random.nextInt(5)) {
        case 0 -> held.add(delta);
        case 1 -> {
          publish(delta);
          publish(delta);
        }
        case 2 -> {
          publish(delta);
          held.reversed().forEach(this::publish);
          held.clear();
        }
        case 3 -> publish(delta);
        default -> {
          // Lost.
        }
      }
    }
    publish(accept(1));
    awaitVersion(201);
    assertThat(MapCodec.encode(follower.current())).isEqualTo(MapCodec.encode(truth));
  }

  @Test
  void aProposalWaitsForARebalancerAndBringsItsVersion() throws Exception {
    startFollower();
    CompletableFuture<ChangeAnswer> answer =
        follower
            .propose(new MapChange.RemoveNode("gateway-1"))
            .toCompletionStage()
            .toCompletableFuture();
    vertx
        .eventBus()
        .<byte[]>consumer(
            Addresses.CHANGE,
            request -> {
              accept(1);
              request.reply(MessageCodec.encode(new ChangeAnswer.Accepted(truth.version())));
            });
    assertThat(answer.get(10, TimeUnit.SECONDS)).isEqualTo(new ChangeAnswer.Accepted(1));
    awaitVersion(1);
  }

  private synchronized MapAnswer newerThan(long version) {
    return changes.size() - version >= imageFrom
        ? new MapAnswer.Image(MapCodec.encode(truth))
        : new MapAnswer.Changes(version, changes.subList((int) version, changes.size()));
  }

  /** Accepts so many changes; gives the last one's delta. */
  private synchronized MapDelta accept(int count) {
    for (int i = 0; i < count; i++) {
      MapChange change =
          new MapChange.PutNode(
              new Node("gateway-1", Set.of(Role.GATEWAY), "h", changes.size() + 1, 0, 0, ""));
      truth = ((Outcome.Accepted) truth.apply(change)).map();
      changes.add(MapCodec.encode(change));
    }
    return new MapDelta(truth.version(), changes.getLast());
  }

  private void publish(MapDelta delta) {
    vertx.eventBus().publish(Addresses.MAP_DELTA, MessageCodec.encode(delta));
  }

  private void startFollower() throws Exception {
    follower.start().await(10, TimeUnit.SECONDS);
  }

  private void awaitVersion(long version) throws Exception {
    CompletableFuture<Void> reached = new CompletableFuture<>();
    Runnable check =
        () -> {
          if (follower.current().version() >= version) {
            reached.complete(null);
          }
        };
    follower.addListener(check);
    check.run();
    reached.get(10, TimeUnit.SECONDS);
    follower.removeListener(check);
    assertThat(follower.current().version()).isEqualTo(version);
  }
}
