package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.List;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.Pipeline;
import redis.clients.jedis.Response;

/**
 * Keys {@code key:0} to {@code key:N-1}, whose values tell what they are the values of.
 *
 * @param valueBytes the size of a value, at least
 */
record Stored(int keys, int valueBytes) {
  private static final int WAIT_MILLIS_MAX = 10_000;
  private static final int PIPELINE = 100;

  /** Returns when a replica has confirmed them all. */
  void write(Jedis redis) {
    for (int from = 0; from < keys; from += PIPELINE) {
      Pipeline pipeline = redis.pipelined();
      for (int i = from; i < Math.min(keys, from + PIPELINE); i++) {
        pipeline.set("key:" + i, value(i));
      }
      assertThat(pipeline.syncAndReturnAll()).containsOnly("OK");
    }
    assertThat(redis.waitReplicas(1, WAIT_MILLIS_MAX)).isEqualTo(1);
  }

  void assertThatAllAreThere(Jedis redis) {
    for (int from = 0; from < keys; from += PIPELINE) {
      Pipeline pipeline = redis.pipelined();
      List<Response<String>> values = new ArrayList<>();
      for (int i = from; i < Math.min(keys, from + PIPELINE); i++) {
        values.add(pipeline.get("key:" + i));
      }
      pipeline.sync();
      for (int i = 0; i < values.size(); i++) {
        assertThat(values.get(i).get()).as("key:%d", from + i).isEqualTo(value(from + i));
      }
    }
  }

  private String value(int key) {
    String unit = "value:" + key + ";";
    return unit.repeat(Math.ceilDiv(valueBytes, unit.length()));
  }
}
