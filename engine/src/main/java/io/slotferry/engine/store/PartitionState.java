package io.slotferry.engine.store;

/** Whose a partition is while it moves. */
public enum PartitionState {
  /** This copy's own. */
  OWNED,
  /** Being copied here from another shard, which still owns it: nothing of it is shown. */
  INCOMING,
  /** About to be handed over: it still shows its keys, but commands on it wait. */
  FROZEN
}
