package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import io.vertx.core.json.JsonObject;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import redis.clients.jedis.Jedis;

/** `./slotferry verify`, as a user has it. */
class VerifyTest {
  @Test
  void saysThatAHistoryIsRight() {
    try (Slotferry slotferry = Slotferry.up("--ephemeral")) {
      JsonObject verdict =
          new JsonObject(
              Slotferry.run(
                  "verify", "--json", "--for", "2s", "--wait", "1", "--url", slotferry.url()));
      assertThat(verdict.getBoolean("right")).isTrue();
      assertThat(verdict.getLong("confirmed")).isPositive();
      assertThat(verdict.getJsonArray("remarks")).isEmpty();
      try (Jedis redis = Load.connect(slotferry.respPort())) {
        assertThat(redis.dbSize()).as("what it wrote is removed").isZero();
      }
    }
  }

  /** A client that takes what others wrote looks like a server that loses it. */
  @Test
  void findsWhatIsLost() {
    try (Slotferry slotferry = Slotferry.up("--ephemeral");
        Jedis thief = Load.connect(slotferry.respPort())) {
      Slotferry verify =
          Slotferry.start(
              "verify", "--for", "4s", "--durability", "sync", "--url", slotferry.url());
      Await.until(
          "a list of the load",
          Duration.ofSeconds(60),
          () -> {
            Set<String> lists = thief.keys("verify:*:list:*");
            return !lists.isEmpty() && thief.lpop(lists.iterator().next()) != null;
          });
      assertThat(verify.awaitExit()).isEqualTo(1);
      assertThat(verify.output()).contains("1 lost", "lost: verify:", "The history is wrong.");
    }
  }
}
