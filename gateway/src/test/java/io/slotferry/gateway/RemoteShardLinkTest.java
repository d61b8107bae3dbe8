package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.frame.FrameLink;
import java.io.ByteArrayOutputStream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** Links over an event bus that loses messages, to copies that die. */
class RemoteShardLinkTest {
  private final TestGateway cluster = new TestGateway(1, Placement.BUS);
  private final BusCopy copy = cluster.busCopies.getFirst();
  private final FakeShard shard = cluster.shard(1);

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void commandsOfATurnTravelTogether() {
    RespClient client = cluster.client();
    client.ask("PING");
    client.ask("SET", "k", "1");
    int before = cluster.onLoop(() -> copy.framesOfCommands);
    ByteArrayOutputStream pipeline = new ByteArrayOutputStream();
    for (int i = 0; i < 200; i++) {
      pipeline.writeBytes(RespClient.encode("INCR", "k"));
    }
    client.write(pipeline.toByteArray());
    for (int i = 0; i < 200; i++) {
      assertThat(client.readText()).isEqualTo("(" + (i + 2) + ")");
    }
    int frames = cluster.<Integer>onLoop(() -> copy.framesOfCommands) - before;
    assertThat(frames).isBetween(1, 20);
  }

  @Test
  void lostFramesAreSentAgain() {
    RespClient client = cluster.client();
    assertThat(client.ask("SET", "k", "0")).isEqualTo("OK");
    for (int i = 1; i <= 5; i++) {
      cluster.onLoop(() -> copy.toDrop = 1);
      assertThat(client.ask("INCR", "k")).isEqualTo("(" + i + ")");
    }
    assertThat(cluster.<Integer>onLoop(() -> copy.dropped)).isPositive();
  }

  @Test
  void aCopyThatForgotTheLinkLeavesWritesUncertainAndReadsRepeated() {
    RespClient client = cluster.client();
    RespClient reader = cluster.client();
    client.send("SET", "late", "1");
    cluster.until(() -> shard.lateCount() == 1);
    reader.send("GET", "late");
    cluster.until(() -> shard.lateCount() == 2);
    cluster.onLoop(copy::restart);
    // The next command reaches an end that does not know the link's earlier payloads.
    RespClient other = cluster.client();
    other.send("GET", "k");
    assertThat(client.readText())
        .isEqualTo("-UNCERTAIN the write may or may not have been executed");
    assertThat(other.readText()).isEqualTo("nil");
    cluster.until(() -> shard.lateCount() == 3);
    cluster.onLoop(() -> shard.release(3));
    assertThat(reader.readText()).isEqualTo("1");
  }

  @Test
  void aDeadLeadersCallsEndSoonAfterItsSuccessorIsNamed() {
    RespClient client = cluster.client();
    assertThat(client.ask("SET", "k", "1")).isEqualTo("OK");
    RespClient reader = cluster.client();
    cluster.onLoop(() -> copy.dead = true);
    client.send("INCR", "k");
    reader.send("GET", "k");
    cluster.until(() -> cluster.gateway.counters().commands() == 3);
    long start = System.nanoTime();
    cluster.maps.promote(1);
    cluster.onLoop(() -> copy.dead = false);
    assertThat(reader.readText()).isIn("1", "2");
    assertThat(client.readText())
        .isIn("(2)", "-UNCERTAIN the write may or may not have been executed");
    assertThat((System.nanoTime() - start) / 1_000_000).isLessThan(FrameLink.LINK_DEAD_MILLIS);
  }

  /** What was not sent is executed by the successor: late, but once, and no error. */
  @Test
  void nothingMoreIsSentToALeaderThatIsMute() {
    RespClient first = cluster.client();
    assertThat(first.ask("SET", "k", "1")).isEqualTo("OK");
    cluster.onLoop(() -> copy.dead = true);
    first.send("INCR", "k");
    cluster.until(() -> cluster.gateway.counters().commands() == 2);
    long sent = System.nanoTime();
    cluster.until(() -> System.nanoTime() - sent > 2_000_000 * RemoteShardLink.MUTE_MILLIS);
    RespClient[] later = new RespClient[20];
    for (int i = 0; i < later.length; i++) {
      later[i] = cluster.client();
      later[i].send("INCR", "counter");
    }
    cluster.until(() -> cluster.gateway.counters().reroutes() >= later.length);
    cluster.maps.promote(1);
    cluster.onLoop(() -> copy.dead = false);
    assertThat(first.readText())
        .isIn("(2)", "-UNCERTAIN the write may or may not have been executed");
    for (RespClient each : later) {
      assertThat(each.readText()).startsWith("(");
    }
    assertThat(first.ask("GET", "counter")).isEqualTo("20");
  }

  /**
   * A second command finds no room, as others were refused, while the first is still under way; the
   * first is refused after that.
   */
  @Test
  void whatIsRefusedLateGoesBeforeWhatCameBehindIt() {
    RespClient other = cluster.client();
    RespClient client = cluster.client();
    assertThat(other.ask("GET", "k")).isEqualTo("nil");
    cluster.onLoop(() -> {
      shard.refusesNext = 1;
      return copy.keepsFrames = true;
    });
    other.send("GET", "other");
    cluster.until(() -> copy.keptFrames() == 1);
    client.send("SET", "k", "first");
    cluster.until(() -> copy.keptFrames() == 2);
    cluster.onLoop(copy::letGo);
    cluster.until(() -> cluster.gateway.counters().reroutes() > 0);
    client.send("SET", "k", "second");
    cluster.until(() -> cluster.gateway.counters().commands() == 4);
    cluster.onLoop(() -> {
      copy.keepsFrames = false;
      return copy.letGo();
    });
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(client.readText()).isEqualTo("OK");
    assertThat(other.readText()).isEqualTo("nil");
    assertThat(client.ask("GET", "k")).isEqualTo("second");
  }

  @Test
  void commandsForALeaderThatIsNotThereYetWaitUnsent() {
    cluster.onLoop(() -> copy.dead = true);
    cluster.maps.promote(1);
    RespClient client = cluster.client();
    client.send("SET", "k", "1");
    cluster.until(() -> cluster.gateway.counters().reroutes() > 1);
    cluster.onLoop(() -> copy.dead = false);
    assertThat(client.readText()).isEqualTo("OK");
  }
}
