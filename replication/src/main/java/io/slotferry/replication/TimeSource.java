package io.slotferry.replication;

/** The two clocks that the replication cores know. A simulation brings its own. */
public interface TimeSource {
  /** Milliseconds since 1970; for expiry. May jump. */
  long wallMillis();

  /** Milliseconds since some fixed moment; for leases, timeouts and retries. Never goes back. */
  long monotonicMillis();

  /** The same moment in nanoseconds: what the loop has spent on something. */
  default long nanos() {
    return monotonicMillis() * 1_000_000;
  }

  /** The machine's clocks. */
  TimeSource SYSTEM =
      new TimeSource() {
        @Override
        public long wallMillis() {
          return System.currentTimeMillis();
        }

        @Override
        public long monotonicMillis() {
          return System.nanoTime() / 1_000_000;
        }

        @Override
        public long nanos() {
          return System.nanoTime();
        }
      };
}
