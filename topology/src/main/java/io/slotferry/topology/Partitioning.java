package io.slotferry.topology;

/** How a keyspace's keys are spread. Codes are persisted: append only. */
public enum Partitioning {
  HASH,
  RANGE
}
