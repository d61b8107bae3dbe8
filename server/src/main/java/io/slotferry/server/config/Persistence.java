package io.slotferry.server.config;

/** When the replication log is forced to disk. */
public enum Persistence {
  ALWAYS,
  EVERYSEC,
  NO
}
