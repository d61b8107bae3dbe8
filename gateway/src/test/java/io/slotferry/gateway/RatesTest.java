package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class RatesTest {
  private static final long SAMPLE_NANOS = Rates.SAMPLE_MILLIS * 1_000_000L;

  private final GatewayCounters counters = new GatewayCounters();
  private final Rates rates = new Rates(counters);
  private long nanos = 5;

  private void sample(int times, long commandsEach) {
    for (int i = 0; i < times; i++) {
      counters.addCommands(commandsEach);
      counters.addInputBytes(commandsEach * 1024);
      counters.addOutputBytes(commandsEach * 512);
      nanos += SAMPLE_NANOS;
      rates.sample(nanos);
    }
  }

  @Test
  void areTheMeanOfTheNewestSamples() {
    counters.addCommands(1_000_000);
    sample(1, 0);
    assertThat(rates.commandsPerSecond()).isZero();
    sample(Rates.SAMPLES, 10);
    assertThat(rates.commandsPerSecond()).isEqualTo(100);
    assertThat(rates.inputKilobytesPerSecond()).isEqualTo(100);
    assertThat(rates.outputKilobytesPerSecond()).isEqualTo(50);
    sample(Rates.SAMPLES / 2, 0);
    assertThat(rates.commandsPerSecond()).isEqualTo(50);
    sample(Rates.SAMPLES / 2, 0);
    assertThat(rates.commandsPerSecond()).isZero();
  }

  @Test
  void areNeverNegative() {
    sample(Rates.SAMPLES + 1, 10);
    counters.reset();
    sample(Rates.SAMPLES, 0);
    assertThat(rates.commandsPerSecond()).isZero();
  }
}
