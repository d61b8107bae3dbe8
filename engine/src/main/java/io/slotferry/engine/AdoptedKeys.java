package io.slotferry.engine;

import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/** Makes effects of the keys of a partition that moves here. */
final class AdoptedKeys implements ChunkReader.Listener {
  private static final Request NO_COMMAND = new Request();

  private final int partition;
  private final Effect effect;
  private final WireWriter encoded = new WireWriter();

  AdoptedKeys(int partition, EffectSink effects) {
    this.partition = partition;
    this.effect = new Effect(effects);
  }

  @Override
  public void took(int keyspace, byte[] key, Value value, long expiryMillis) {
    encoded.clear();
    value.encode(encoded);
    begin(keyspace, Effect.PUT, key, value.type(), expiryMillis)
        .bytes(encoded.bytes(), 0, encoded.size())
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
