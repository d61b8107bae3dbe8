package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class WrittenShardsTest {
  private final WrittenShards written = new WrittenShards();

  @Test
  void aNewLeaderMayLackWhatWasWrittenToItsShardBefore() {
    written.wrote(1, 10);
    written.wrote(2, 10);
    assertThat(written.mayBeLost(1, 5)).isFalse();
    assertThat(written.mayBeLost(1, 11)).isTrue();
    assertThat(written.mayBeLost(2, 5)).isFalse();
    assertThat(written.mayBeLost(3, 20)).as("never written").isFalse();
  }

  @Test
  void askingAgainDoesNotMakeItSafe() {
    written.wrote(1, 10);
    assertThat(written.mayBeLost(1, 11)).isTrue();
    assertThat(written.mayBeLost(1, 11)).isTrue();
    written.wrote(2, 12);
    assertThat(written.mayBeLost(1, 11)).isTrue();
    written.wrote(1, 12);
    assertThat(written.mayBeLost(1, 11)).isFalse();
    assertThat(written.mayBeLost(1, 13)).isTrue();
  }

  @Test
  void theFirstWriteCounts() {
    written.wrote(1, 10);
    written.wrote(1, 12);
    assertThat(written.mayBeLost(1, 11)).isTrue();
  }
}
