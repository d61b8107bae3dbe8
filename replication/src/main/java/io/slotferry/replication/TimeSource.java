package io.slotferry.replication;

/** The two clocks that the replication cores know. A simulation brings its own. */
public interface TimeSource {
  /** Milliseconds since 1970; for expiry. May jump. */
  long wallMillis();

  /** Milliseconds since some fixed moment; for leases, timeouts and retries. Never goes back. */
  long monotonicMillis();

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
      };
}
