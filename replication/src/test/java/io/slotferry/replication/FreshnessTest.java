package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class FreshnessTest {
  private static final long MAP = 7;

  private final Freshness freshness = new Freshness();

  @Test
  void asksOnlyWhileSomebodyReads() {
    assertThat(freshness.isDue(0)).isFalse();
    assertThat(freshness.isWithin(1_000, MAP, 10)).isFalse();
    assertThat(freshness.isDue(10)).isTrue();
    assertThat(freshness.isDue(10 + Freshness.ASK_MILLIS - 1)).isFalse();
    assertThat(freshness.isDue(10 + Freshness.ASK_MILLIS)).isTrue();
    assertThat(freshness.isDue(10 + Freshness.WANTED_MILLIS)).isFalse();
  }

  @Test
  void isAsOldAsTheQuestionWhoseAnswerIsApplied() {
    freshness.answered(100, 5_000, MAP);
    freshness.applied(4_999);
    assertThat(freshness.isWithin(1_000, MAP, 110)).isFalse();
    freshness.applied(5_000);
    assertThat(freshness.isWithin(1_000, MAP, 1_100)).isTrue();
    assertThat(freshness.isWithin(1_000, MAP, 1_101)).isFalse();
  }

  @Test
  void oneThatIsAlwaysBehindGetsItsProofs() {
    freshness.answered(100, 5_000, MAP);
    freshness.answered(200, 6_000, MAP);
    freshness.applied(5_500);
    assertThat(freshness.isWithin(100, MAP, 200)).isTrue();
    assertThat(freshness.isWithin(100, MAP, 201)).isFalse();
  }

  @Test
  void anotherMapProvesNothing() {
    freshness.answered(100, 0, MAP);
    freshness.applied(0);
    assertThat(freshness.isWithin(1_000, MAP + 1, 110)).isFalse();
    freshness.answered(120, 9_000, MAP);
    freshness.answered(130, 0, MAP + 1);
    freshness.applied(0);
    assertThat(freshness.isWithin(1_000, MAP + 1, 140)).isTrue();
    freshness.startOver();
    assertThat(freshness.isWithin(1_000, MAP + 1, 140)).isFalse();
  }
}
