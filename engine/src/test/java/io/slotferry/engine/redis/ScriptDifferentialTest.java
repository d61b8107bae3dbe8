package io.slotferry.engine.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import io.slotferry.protocol.Request;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.TreeMap;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/**
 * The scripts of {@code scripts.lua}, one after the other, here and in a real Redis: replies must
 * be equal byte for byte.
 */
class ScriptDifferentialTest {
  private static RedisServer redis;

  @BeforeAll
  static void start() throws IOException {
    redis = RedisServer.start();
  }

  @AfterAll
  static void stop() throws IOException {
    if (redis != null) {
      redis.close();
    }
  }

  @ParameterizedTest(name = "RESP{0}")
  @ValueSource(ints = {2, 3})
  void answersAsRedisDoes(int respVersion) throws IOException {
    EngineFixture engine = new EngineFixture();
    engine.call.respVersion = respVersion;
    redis.reply(List.of("HELLO", "" + respVersion));
    redis.reply(List.of("FLUSHALL"));
    TreeMap<String, String> different = new TreeMap<>();
    for (String script : scripts()) {
      String expected = text(redis.reply(List.of("EVAL", script, "1", "k", "argument")));
      Request request =
          Request.of(bytes("EVAL"), bytes(script), bytes("1"), bytes("k"), bytes("argument"));
      String reply = text(engine.replyBytes(request));
      if (!reply.equals(expected)) {
        different.put(script, "\n  Redis: " + expected + "\n  here:  " + reply + "\n");
      }
    }
    assertThat(different).isEmpty();
  }

  private static List<String> scripts() throws IOException {
    try (InputStream in = ScriptDifferentialTest.class.getResourceAsStream("scripts.lua")) {
      String all = new String(in.readAllBytes(), StandardCharsets.ISO_8859_1);
      return List.of(all.split("\n--\n"));
    }
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  private static String text(byte[] reply) {
    return new String(reply, StandardCharsets.ISO_8859_1).replace("\r\n", " ");
  }
}
