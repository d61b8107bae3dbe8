package io.slotferry.server.demo;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.server.demo.LoadMeter.Sample;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.junit.jupiter.api.Test;

class PictureTest {
  private static final JsonObject CLUSTER =
      new JsonObject(
          """
          {"shards": [
             {"id": 1, "leader": "shard-1", "epoch": 2, "slots": 16384},
             {"id": 4, "leader": "replica-4", "epoch": 10, "slots": 0}],
           "keyspaces": [
             {"name": "0"},
             {"name": "events", "tablets": [
               {"from": null, "to": "m", "shard": 1}, {"from": "m", "to": null, "shard": 4}]}],
           "operations": [
             {"kind": "ADD_SHARD", "state": "DONE", "done": 7, "total": 7},
             {"kind": "ADD_SHARD", "state": "WAITING_FOR_NODE", "done": 0, "total": 0},
             {"kind": "REMOVE_SHARD", "state": "RUNNING", "done": 12, "total": 40}]}
          """);

  @Test
  void drawsShardsRangesOperationsAndTheLoad() {
    List<Sample> last =
        List.of(
            new Sample(0.5, 1_000, 2_000, 9_000, 0, 0), new Sample(0.5, 500, 1_000, 1_000, 0, 3));
    List<String> lines =
        new Picture(false).lines("add a shard", CLUSTER, last, last.getFirst().and(last.getLast()));
    assertThat(lines)
        .containsExactly(
            "add a shard",
            "",
            "SHARD  LEADER      EPOCH   SLOTS",
            "    1  shard-1         2   16384  " + "#".repeat(40),
            "    4  replica-4      10       0  ",
            "    1  range of 'events' from its start",
            "    4  range of 'events' from m",
            "       add shard: its node starts",
            "       remove shard: 12 of 40 partitions",
            "",
            "op/s      1,000     @=",
            "p99         1.0 ms  @=",
            "1,500 operations, 0 errors, 3 writes of unknown fate");
  }

  @Test
  void drawsWhatIsNotKnownYet() {
    assertThat(new Picture(true).lines("load", new JsonObject(), List.of(), Sample.NONE))
        .contains("op/s          0     ", "0 operations, 0 errors, 0 writes of unknown fate");
  }
}
