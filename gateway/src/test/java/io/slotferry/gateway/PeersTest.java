package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** Publish and subscribe between gateways. */
class PeersTest {
  private final TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP);
  private final List<Gateway> gateways = new ArrayList<>();

  @BeforeEach
  void open() {
    gateways.add(cluster.gateway);
    for (int i = 2; i <= 3; i++) {
      gateways.add(cluster.open(new GatewayOptions("gateway-" + i, "127.0.0.1", 0)));
    }
    for (Gateway gateway : gateways) {
      cluster.until(() -> gateway.peerCount() == 2);
    }
  }

  @AfterEach
  void close() {
    cluster.close();
  }

  private RespClient at(int gateway) {
    return cluster.client(gateways.get(gateway - 1));
  }

  @Test
  void whatIsConfirmedHearsAllThatIsPublishedLaterAnywhere() {
    for (int round = 0; round < 50; round++) {
      RespClient subscriber = at(2);
      subscriber.ask("SUBSCRIBE", "news" + round);
      assertThat(at(1).ask("PUBLISH", "news" + round, "x")).isEqualTo("(1)");
      assertThat(subscriber.readText()).isEqualTo("[message, news" + round + ", x]");
      subscriber.close();
    }
  }

  @Test
  void receiversAreCountedOnAllGatewaysAndEachHearsOnce() {
    List<RespClient> subscribers = new ArrayList<>();
    for (int gateway = 1; gateway <= 3; gateway++) {
      RespClient subscriber = at(gateway);
      subscriber.ask("SUBSCRIBE", "news");
      subscriber.ask("PSUBSCRIBE", "n*");
      subscribers.add(subscriber);
    }
    RespClient publisher = at(1);
    assertThat(publisher.ask("PUBLISH", "news", "x")).isEqualTo("(6)");
    assertThat(publisher.ask("PUBLISH", "nothing", "y")).isEqualTo("(3)");
    for (RespClient subscriber : subscribers) {
      assertThat(subscriber.readText()).isEqualTo("[message, news, x]");
      assertThat(subscriber.readText()).isEqualTo("[pmessage, n*, news, x]");
      assertThat(subscriber.readText()).isEqualTo("[pmessage, n*, nothing, y]");
    }
    assertThat(publisher.ask("PUBSUB", "NUMSUB", "news")).isEqualTo("[news, (3)]");
    assertThat(publisher.ask("PUBSUB", "CHANNELS")).isEqualTo("[news]");
    assertThat(publisher.ask("PUBSUB", "NUMPAT")).isEqualTo("(1)");
  }

  @Test
  void messagesOfOnePublisherStayInOrder() {
    RespClient subscriber = at(3);
    subscriber.ask("SSUBSCRIBE", "news");
    RespClient publisher = at(2);
    for (int i = 0; i < 5000; i++) {
      publisher.send("SPUBLISH", "news", "m" + i);
    }
    for (int i = 0; i < 5000; i++) {
      assertThat(publisher.readText()).isEqualTo("(1)");
      assertThat(subscriber.readText()).isEqualTo("[smessage, news, m" + i + "]");
    }
  }

  @Test
  void aClosedSubscriberIsNotCountedAnyMore() {
    RespClient subscriber = at(2);
    subscriber.ask("SUBSCRIBE", "news");
    subscriber.close();
    RespClient publisher = at(1);
    cluster.until(() -> gateways.get(1).counters().connections() == 0);
    // Somebody else's confirmation says that all before it is known.
    at(2).ask("SUBSCRIBE", "other");
    assertThat(publisher.ask("PUBLISH", "news", "x")).isEqualTo("(0)");
  }
}
