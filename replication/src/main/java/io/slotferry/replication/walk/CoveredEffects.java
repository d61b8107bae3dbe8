package io.slotferry.replication.walk;

import io.slotferry.engine.Effect;
import io.slotferry.engine.Engine;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.protocol.Request;

/** The receiver's rule for effects that come while a {@link PartitionWalk} is under way. */
public final class CoveredEffects {
  private CoveredEffects() {}

  /** Repeats an effect on what has come already; the rest comes with a later chunk. */
  public static void apply(
      Engine engine, WalkPosition position, int keyspace, int partition, Request effect) {
    if (!position.covers(partition, Effect.keyHash(effect))) {
      return;
    }
    engine.apply(keyspace, partition, effect);
    // A heir's id is greater than its donor's, so the walk may still come to it.
    int heir = Effect.heir(effect);
    if (heir >= 0 && !position.covers(heir, KeyHash.BEFORE_FIRST)) {
      engine.store().drop(heir);
    }
  }
}
