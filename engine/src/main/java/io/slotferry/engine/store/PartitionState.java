package io.slotferry.engine.store;

/** Whose a partition is while it moves. */
public enum PartitionState {
  /** This copy's own. */
  OWNED,
  /** Being copied here from another shard, which still owns it, or left over: it is not shown. */
  INCOMING
}
