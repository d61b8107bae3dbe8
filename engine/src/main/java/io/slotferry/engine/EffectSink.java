package io.slotferry.engine;

import io.slotferry.protocol.Request;

/**
 * Takes the effects of writes, in order: resolved, deterministic commands (absolute expiry, no
 * randomness), each about exactly one key, so that an effect belongs to one partition and a
 * partition's effects can be told from the others'. The leader's replication log is one.
 *
 * <p>Thread: the loop that executes the command.
 */
public interface EffectSink {
  /** {@code effect} is valid only during the call. */
  void effect(int keyspace, int partition, Request effect);

  /** The effects up to {@link #endGroup} are repeated elsewhere all together, or none of them. */
  default void beginGroup() {}

  default void endGroup() {}
}
