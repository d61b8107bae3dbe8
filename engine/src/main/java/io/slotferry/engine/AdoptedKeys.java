package io.slotferry.engine;

import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireReader;

/**
 * Makes effects of the keys of a partition that moves here: what a value takes in the chunk it
 * takes in the log too, as it is.
 */
final class AdoptedKeys implements ChunkReader.Listener {
  private static final Request NO_COMMAND = new Request();

  private final Effect effect;
  private int partition;

  AdoptedKeys(EffectSink effects) {
    this.effect = new Effect(effects);
  }

  /** The keys that come now are this partition's. */
  AdoptedKeys of(int partition) {
    this.partition = partition;
    return this;
  }

  @Override
  public void took(int keyspace, byte[] key, ValueType type, long expiryMillis, WireReader value) {
    begin(keyspace, Effect.PUT, key, type, expiryMillis)
        .bytes(value.buffer(), value.position(), value.remaining())
        .emit();
  }

  @Override
  public void tookPart(
      int keyspace, byte[] key, ValueType type, long expiryMillis, boolean first, WireReader part) {
    begin(keyspace, Effect.PART, key, type, expiryMillis)
        .decimal(first ? 1 : 0)
        .bytes(part.buffer(), part.position(), part.remaining())
        .emit();
  }

  private Effect begin(int keyspace, byte[] name, byte[] key, ValueType type, long expiryMillis) {
    return effect
        .begin(keyspace, partition, NO_COMMAND, false)
        .bytes(name)
        .bytes(key)
        .decimal(expiryMillis)
        .decimal(type.code());
  }
}
