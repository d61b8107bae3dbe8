package io.slotferry.topology;

/** What a node does. Codes are persisted: append only. */
public enum Role {
  GATEWAY,
  /** Carries shard copies that usually lead. */
  SHARD,
  /** Carries shard copies that usually follow. */
  REPLICA,
  REBALANCER
}
