package io.slotferry.replication;

import io.slotferry.engine.Engine;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.ValueType;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A key in tables of keys that somebody waits for or watches. One that is used to look things up is
 * a view, pointed at one key after the other; one that is kept is a {@link #copy}.
 */
final class KeyName {
  private int keyspace;
  private byte[] buffer = new byte[0];
  private int start;
  private int length;
  private int hash;

  /** Points this view at a key. */
  KeyName of(int keyspace, byte[] buffer, int start, int length) {
    this.keyspace = keyspace;
    this.buffer = buffer;
    this.start = start;
    this.length = length;
    this.hash = KeyHash.hash(buffer, start, length) * 31 + keyspace;
    return this;
  }

  KeyName copy() {
    return new KeyName().of(keyspace, Arrays.copyOfRange(buffer, start, start + length), 0, length);
  }

  int keyspace() {
    return keyspace;
  }

  /** The type of the key's value in that partition; null when there is none, or it has expired. */
  @Nullable ValueType typeIn(Engine engine, int partition, long nowMillis) {
    return engine.typeOf(keyspace, partition, buffer, start, length, nowMillis);
  }

  @Override
  public boolean equals(Object other) {
    return other instanceof KeyName key
        && key.hash == hash
        && key.keyspace == keyspace
        && Arrays.equals(
            buffer, start, start + length, key.buffer, key.start, key.start + key.length);
  }

  @Override
  public int hashCode() {
    return hash;
  }
}
