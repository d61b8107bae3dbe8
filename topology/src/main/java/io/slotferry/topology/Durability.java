package io.slotferry.topology;

/** When a write is answered. Codes are persisted: append only. */
public enum Durability {
  /** As soon as the leader has applied it. */
  ASYNC,
  /** When every member of the in-sync set has acknowledged it. */
  SYNC
}
