package io.slotferry.server.importer;

import java.util.concurrent.atomic.AtomicLong;

/** How far an import is. Thread: one counts, any reads. */
public final class ImportProgress {
  /** What an import is at. */
  public enum Phase {
    /** Reads the file once, before anything is written. */
    CHECKING,
    /** The source writes its file. */
    WAITING,
    COPYING,
    FOLLOWING
  }

  volatile long totalBytes;
  private volatile Phase phase = Phase.WAITING;
  private volatile long phaseStartNanos = System.nanoTime();
  final AtomicLong bytes = new AtomicLong();
  final AtomicLong keys = new AtomicLong();
  final AtomicLong skipped = new AtomicLong();
  final AtomicLong expired = new AtomicLong();
  final AtomicLong moduleKeys = new AtomicLong();
  final AtomicLong libraries = new AtomicLong();
  final AtomicLong followed = new AtomicLong();

  void begin(Phase next) {
    bytes.set(0);
    phaseStartNanos = System.nanoTime();
    phase = next;
  }

  public Phase phase() {
    return phase;
  }

  /** How long it has been in this phase. */
  public long phaseNanos() {
    return Math.max(1, System.nanoTime() - phaseStartNanos);
  }

  /** Of the file; 0 while that is unknown. */
  public long totalBytes() {
    return totalBytes;
  }

  /** Bytes of the file that were read in this phase. */
  public long bytes() {
    return bytes.get();
  }

  /** Keys that were written. */
  public long keys() {
    return keys.get();
  }

  /** Keys that were there already, and stay. */
  public long skipped() {
    return skipped.get();
  }

  /** Keys that were left out because their time was over. */
  public long expired() {
    return expired.get();
  }

  /** Keys that were left out because only a module can read them. */
  public long moduleKeys() {
    return moduleKeys.get();
  }

  /** Libraries of functions that were loaded. */
  public long libraries() {
    return libraries.get();
  }

  /** Commands of the source's replication stream that were executed. */
  public long followed() {
    return followed.get();
  }
}
