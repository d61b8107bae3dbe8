package io.slotferry.system;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.Test;

/** `./slotferry demo`, without a terminal. */
class DemoTest {
  private static final long DEMO_SECONDS_MAX = 600;
  private static final Duration PATIENCE = Duration.ofMinutes(2);

  @Test
  void showsEverythingAndLosesNothing() {
    Slotferry demo = Slotferry.start("demo", "--pace", "1");
    assertThat(demo.awaitExit(DEMO_SECONDS_MAX)).as(demo.output()).isZero();
    assertThat(demo.output())
        .containsSubsequence(
            "the cluster listens on 127.0.0.1:",
            "add a shard        shard 4 joined with ",
            "drain a shard      shard 2 gave ",
            "kill a leader      kill -9 of ",
            "split a hot range  from verify:",
            "hash slots:",
            "The history is right: nothing that was acknowledged is lost.",
            "key range:",
            "The history is right: nothing that was acknowledged is lost.");
  }

  @Test
  void leavesNoProcessBehindWhenItIsInterrupted() {
    Slotferry demo = Slotferry.start("demo");
    Await.until("its processes", PATIENCE, () -> demo.descendants().size() >= 3);
    List<ProcessHandle> processes = demo.descendants();
    demo.stop();
    Await.until(
        "the end of its processes",
        PATIENCE,
        () -> processes.stream().noneMatch(ProcessHandle::isAlive));
  }
}
