package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** SLOWLOG, LATENCY and what INFO counts. */
class StatisticsTest {
  private final TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP);
  private final RespClient client = cluster.client();

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void commandsThatTookLongAreLogged() {
    client.ask("CONFIG", "SET", "slowlog-log-slower-than", "0", "slowlog-max-len", "3");
    client.ask("CLIENT", "SETNAME", "ada");
    client.ask("SET", "k", "x".repeat(200));
    assertThat(client.ask("SLOWLOG", "GET", "1"))
        .contains("[SET, k, " + "x".repeat(128) + "... (72 more bytes)], 127.0.0.1:")
        .contains(", ada]");
    client.ask("AUTH", "secret");
    assertThat(client.ask("SLOWLOG", "GET", "1")).contains("[AUTH, (redacted)]");
    assertThat(client.ask("SLOWLOG", "LEN")).isEqualTo("(3)");
    client.ask("CONFIG", "SET", "slowlog-log-slower-than", "-1");
    assertThat(client.ask("SLOWLOG", "RESET")).isEqualTo("OK");
    client.ask("SET", "k", "1");
    assertThat(client.ask("SLOWLOG", "GET")).isEqualTo("[]");
    assertThat(client.ask("SLOWLOG", "GET", "-2")).startsWith("-ERR count should be");
  }

  @Test
  void commandsAndErrorsAreCounted() {
    client.ask("GET", "a");
    client.ask("GET", "a");
    client.ask("GET");
    client.ask("CONFIG", "GET", "hz");
    client.ask("CLUSTER", "RESET");
    client.ask("NOPE");
    assertThat(client.ask("INFO", "commandstats"))
        .containsPattern(
            "cmdstat_get:calls=2,usec=\\d+,usec_per_call=[0-9.]+,rejected_calls=1,failed_calls=0")
        .contains("cmdstat_config|get:calls=1,")
        .containsPattern("cmdstat_cluster[|]reset:calls=1,.*failed_calls=1");
    assertThat(client.ask("INFO", "errorstats")).contains("errorstat_ERR:count=3");
    assertThat(client.ask("INFO", "latencystats"))
        .containsPattern("latency_percentiles_usec_get:p50=[0-9.]+,p99=[0-9.]+,p99.9=[0-9.]+");
    assertThat(client.ask("INFO")).doesNotContain("# Commandstats").contains("# Errorstats");
    assertThat(client.ask("INFO", "all")).contains("# Commandstats");
    assertThat(client.ask("INFO", "stats")).contains("keyspace_hits:7");
    assertThat(client.ask("CONFIG", "RESETSTAT")).isEqualTo("OK");
    assertThat(client.ask("INFO", "commandstats")).doesNotContain("cmdstat_get");
    assertThat(client.ask("INFO", "stats")).contains("keyspace_hits:0");
  }

  @Test
  void commandsOfScriptsAreCountedAndShown() {
    assertThat(client.ask("EVAL", "count", "0")).isEqualTo("-OOM it ends so");
    assertThat(client.ask("INFO", "commandstats"))
        .containsPattern("cmdstat_get:calls=3,.*rejected_calls=2,failed_calls=1")
        .contains("cmdstat_xgroup|help:calls=1,")
        .containsPattern("cmdstat_eval:calls=1,.*failed_calls=1");
    assertThat(client.ask("INFO", "errorstats"))
        .contains("errorstat_ERR:count=3")
        .contains("errorstat_OOM:count=1");
    RespClient monitor = cluster.client();
    assertThat(monitor.ask("MONITOR")).isEqualTo("OK");
    client.ask("EVAL", "shown", "0");
    assertThat(monitor.readText()).contains("\"EVAL\" \"shown\"");
    assertThat(monitor.readText()).contains(" [7 lua] \"GET\" \"k\"");
  }

  @Test
  void whatIsAnsweredLaterIsTimedToo() {
    client.ask("CONFIG", "SET", "slowlog-log-slower-than", "5000");
    client.ask("DEBUG", "SLEEP", "0.02");
    assertThat(client.ask("SLOWLOG", "GET", "1")).contains("[DEBUG, SLEEP, 0.02]");
    assertThat(client.ask("INFO", "latencystats"))
        .contains("latency_percentiles_usec_debug:")
        .contains("latency_percentiles_usec_config|set:");
  }

  @Test
  void aWaitIsCountedWhenItIsOver() {
    RespClient waiting = cluster.client();
    String id = waiting.ask("CLIENT", "ID").replaceAll("[()]", "");
    client.ask("CONFIG", "SET", "slowlog-log-slower-than", "0");
    waiting.send("BLPOP", "empty", "0");
    cluster.until(() -> cluster.shard(1).waiting.size() == 1);
    assertThat(client.ask("CLIENT", "UNBLOCK", id, "ERROR")).isEqualTo("(1)");
    assertThat(waiting.readText()).isEqualTo("-UNBLOCKED");
    assertThat(client.ask("INFO", "commandstats"))
        .containsPattern("cmdstat_blpop:calls=1,.*failed_calls=1");
    assertThat(client.ask("SLOWLOG", "GET")).contains("[BLPOP, empty, 0]");
  }

  @Test
  void commandsOfATransactionAreCountedEachOnItsOwn() {
    client.ask("CONFIG", "SET", "slowlog-log-slower-than", "5000");
    client.ask("MULTI");
    client.ask("SET", "a", "1");
    client.ask("DEBUG", "SLEEP", "0.02");
    client.ask("AUTH", "secret");
    client.ask("EXEC");
    assertThat(client.ask("SLOWLOG", "GET"))
        .contains("[DEBUG, SLEEP, 0.02]")
        .doesNotContain("EXEC");
    assertThat(client.ask("INFO", "commandstats"))
        .contains("cmdstat_set:calls=1,")
        .containsPattern("cmdstat_auth:calls=1,.*failed_calls=1")
        .containsPattern("cmdstat_exec:calls=1,.*failed_calls=0");
    assertThat(client.ask("INFO", "errorstats")).contains("errorstat_ERR:count=1\r");
  }

  @Test
  void percentilesAreKeptOnlyWhileTheyAreWanted() {
    client.ask("CONFIG", "SET", "latency-tracking", "no");
    client.ask("CONFIG", "RESETSTAT");
    client.ask("SET", "a", "1");
    client.ask("CONFIG", "SET", "latency-tracking", "yes");
    assertThat(client.ask("INFO", "latencystats")).doesNotContain("usec_set");
  }

  @Test
  void durationsAreDistributed() {
    client.ask("SET", "a", "1");
    client.ask("SET", "a", "2");
    assertThat(client.ask("LATENCY", "HISTOGRAM", "set"))
        .startsWith("[set, [calls, (2), histogram_usec, [(");
    assertThat(client.ask("LATENCY", "HISTOGRAM", "nope")).isEqualTo("[]");
    Durations durations = new Durations();
    for (int micros = 1; micros <= 1000; micros++) {
      durations.add(micros * 1_000L, 1);
    }
    assertThat(durations.percentile(50)).isBetween(500_000L, 570_000L);
    assertThat(durations.percentile(100)).isBetween(1_000_000L, 1_150_000L);
    assertThat(durations.byPowerOfTwoMicros()).containsEntry(2L, 1L).containsEntry(2048L, 1000L);
  }

  @Test
  void latenciesAreKeptByEvent() {
    Latencies latencies = cluster.gateway.latencies();
    latencies.add("command", 20, 100);
    latencies.add("command", 10, 100);
    latencies.add("command", 15, 101);
    assertThat(client.ask("LATENCY", "LATEST")).isEqualTo("[[command, (101), (15), (20)]]");
    assertThat(client.ask("LATENCY", "HISTORY", "command"))
        .isEqualTo("[[(100), (20)], [(101), (15)]]");
    assertThat(client.ask("LATENCY", "GRAPH", "command"))
        .startsWith("command - high 20 ms, low 15");
    assertThat(client.ask("LATENCY", "DOCTOR")).contains("Latency monitoring is disabled");
    assertThat(client.ask("LATENCY", "RESET", "command", "nope")).isEqualTo("(1)");
    assertThat(client.ask("LATENCY", "LATEST")).isEqualTo("[]");
  }
}
