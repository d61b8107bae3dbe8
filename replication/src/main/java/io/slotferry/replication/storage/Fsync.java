package io.slotferry.replication.storage;

/** When the log is forced to the disk: Redis' {@code appendfsync}. */
public enum Fsync {
  /** After every write of the log; what has been acknowledged then survives a power cut. */
  ALWAYS,
  /** Each second: a power cut loses about the last second. */
  EVERYSEC,
  /** When the operating system sees fit, or a few megabytes have come together. */
  NO
}
