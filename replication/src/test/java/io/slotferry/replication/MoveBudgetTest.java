package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class MoveBudgetTest {
  private static final int CHUNK_BYTES = 32 << 10;

  private final Clock time = new Clock();
  private final MoveBudget budget = new MoveBudget(time);

  private static final class Clock implements TimeSource {
    private long nanos = 1_000_000_000;

    @Override
    public long wallMillis() {
      return monotonicMillis();
    }

    @Override
    public long monotonicMillis() {
      return nanos / 1_000_000;
    }

    @Override
    public long nanos() {
      return nanos;
    }
  }

  @Test
  void chunksKeepToTheBandwidthAndEffectsArePaidBack() {
    budget.use(1 << 20, 1_000);
    long sent = 0;
    for (int millis = 0; millis < 10_000; millis++) {
      time.nanos += 1_000_000;
      while (budget.allows()) {
        budget.sent(CHUNK_BYTES);
        sent += CHUNK_BYTES;
      }
      budget.endTurn();
      if (millis % 1_000 == 0) {
        budget.sent(512 << 10);
        sent += 512 << 10;
      }
    }
    assertThat(sent).isBetween(9L << 20, (10L << 20) + (600 << 10));
  }

  @Test
  void aTurnIsBoundedAndTheLoopIsFreeForAsLongAfterIt() {
    budget.use(0, 1_000);
    int cut = 0;
    for (; budget.allows(); cut++) {
      time.nanos += 300_000;
    }
    budget.endTurn();
    assertThat(cut).isEqualTo(4);
    assertThat(budget.allows()).isFalse();
    time.nanos += 1_199_999;
    assertThat(budget.allows()).isFalse();
    time.nanos += 1;
    assertThat(budget.allows()).isTrue();
  }

  @Test
  void aLateLoopGetsTimeToCatchUp() {
    budget.use(0, 1_000);
    budget.late(MoveBudget.LATE_NANOS_MIN);
    assertThat(budget.allows()).isTrue();
    budget.endTurn();

    budget.late(3_000_000);
    assertThat(budget.allows()).isFalse();
    time.nanos += 3_000_000;
    assertThat(budget.allows()).isTrue();
    budget.endTurn();

    budget.late(Long.MAX_VALUE);
    time.nanos += MoveBudget.REST_NANOS_MAX - 1;
    assertThat(budget.allows()).isFalse();
    time.nanos += 1;
    assertThat(budget.allows()).isTrue();
  }

  @Test
  void aChunkHoldsAsManyKeysAsTheTurnHasTimeFor() {
    budget.use(0, 1_000);
    assertThat(budget.chunkKeysMax()).isEqualTo(MoveBudget.CHUNK_KEYS_MIN);

    cut(250_000);
    assertThat(budget.chunkKeysMax()).isEqualTo(MoveBudget.CHUNK_KEYS_MIN * 2);
    cut(1_000_000);
    assertThat(budget.chunkKeysMax()).isEqualTo(MoveBudget.CHUNK_KEYS_MIN * 2);
    cut(1_000_001);
    cut(1_000_001);
    assertThat(budget.chunkKeysMax()).isEqualTo(MoveBudget.CHUNK_KEYS_MIN);
    for (int chunk = 0; chunk < 100; chunk++) {
      cut(0);
    }
    assertThat(budget.chunkKeysMax()).isEqualTo(MoveBudget.CHUNK_KEYS_MAX);
  }

  private void cut(long nanos) {
    time.nanos += 10_000_000;
    assertThat(budget.allows()).isTrue();
    time.nanos += nanos;
    budget.cut();
    budget.endTurn();
  }
}
