package io.slotferry.gateway;

/**
 * What a gateway does per second: {@code INFO}'s {@code instantaneous_*}, means of the newest
 * {@link #SAMPLES} samples.
 *
 * <p>Thread: any.
 */
final class Rates {
  /** Between two samples, milliseconds. */
  static final int SAMPLE_MILLIS = 100;

  static final int SAMPLES = 16;

  private static final double NANOS_PER_SECOND = 1e9;
  private static final double BYTES_PER_KILOBYTE = 1024;

  /** What one counter has gained per second, sample by sample. */
  private static final class Rate {
    private final double[] perSecond = new double[SAMPLES];
    private long last;

    void sample(int at, long count, double seconds) {
      // A counter that was reset begins anew.
      perSecond[at] = Math.max(0, count - last) / seconds;
      last = count;
    }

    double mean() {
      double sum = 0;
      for (double each : perSecond) {
        sum += each;
      }
      return sum / SAMPLES;
    }
  }

  private final GatewayCounters counters;
  private final Rate commands = new Rate();
  private final Rate input = new Rate();
  private final Rate output = new Rate();
  private int samples;
  private long lastNanos;

  Rates(GatewayCounters counters) {
    this.counters = counters;
  }

  /** Is to be called every {@link #SAMPLE_MILLIS}; {@code nanos} is a clock that only measures. */
  synchronized void sample(long nanos) {
    double seconds = (nanos - lastNanos) / NANOS_PER_SECOND;
    lastNanos = nanos;
    // The first one only says where the counters stand.
    double span = samples == 0 ? Double.POSITIVE_INFINITY : seconds;
    int at = samples++ % SAMPLES;
    commands.sample(at, counters.commands(), span);
    input.sample(at, counters.inputBytes(), span);
    output.sample(at, counters.outputBytes(), span);
  }

  synchronized long commandsPerSecond() {
    return Math.round(commands.mean());
  }

  synchronized double inputKilobytesPerSecond() {
    return input.mean() / BYTES_PER_KILOBYTE;
  }

  synchronized double outputKilobytesPerSecond() {
    return output.mean() / BYTES_PER_KILOBYTE;
  }
}
