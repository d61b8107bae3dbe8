package io.slotferry.server.config;

/** What the rebalancer keeps even by itself. */
public enum Automatic {
  NONE,
  SLOTS,
  BYTES,
  LOAD
}
