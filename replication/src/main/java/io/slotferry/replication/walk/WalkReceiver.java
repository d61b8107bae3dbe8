package io.slotferry.replication.walk;

import io.slotferry.engine.Effect;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireReader;
import java.util.ArrayList;
import java.util.List;

/**
 * The receiver's side of a {@link PartitionWalk}: takes its chunks, and of the effects that come
 * between them applies those on keys that were sent, drops those on keys that are to come, and
 * holds those on keys that are on their way in parts until the last part is here.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class WalkReceiver {
  /** Where chunks and effects go. */
  public interface Target {
    /** The partition's first section comes: what effects or an earlier attempt left is void. */
    void begin(int partition);

    /** Some {@code keys} are about to come. */
    void expect(int partition, int keyspace, int keys);

    /** Takes one chunk of the partition. */
    void read(int partition, ChunkReader chunks, WireReader in);

    void apply(int keyspace, int partition, Request effect);
  }

  /** Room for fewer keys need not be made before they come. */
  private static final int EXPECTED_KEYS_MIN = 1_024;

  private final PartitionStore store;
  private final Target target;
  private final WalkPosition position = new WalkPosition();
  private final ChunkReader chunks = new ChunkReader();
  private final List<Held> held = new ArrayList<>();

  /** An effect that waits for the last part. */
  private record Held(int keyspace, Request effect) {
    Held swapped(int one, int other) {
      return keyspace == one
          ? new Held(other, effect)
          : keyspace == other ? new Held(one, effect) : this;
    }
  }

  /**
   * @param store where {@code target} puts the keys
   */
  public WalkReceiver(PartitionStore store, Target target) {
    this.store = store;
    this.target = target;
  }

  public WalkPosition position() {
    return position;
  }

  /** The sender goes on from here. */
  public void resume(int partition, int hash) {
    forgetParts();
    position.moveTo(partition, hash);
  }

  /** All is here that was to come. */
  public void end() {
    forgetParts();
    position.moveToEnd();
  }

  /** Takes a chunk's sections, and moves the position behind each. */
  public void readChunk(WireReader in) {
    while (in.remaining() > 0) {
      int partition = in.i32();
      int kind = in.u8();
      if (partition != position.partition() || kind != PartitionWalk.LATER) {
        forgetParts();
      }
      if (kind != PartitionWalk.LATER) {
        target.begin(partition);
      }
      if (kind == PartitionWalk.FIRST_COUNTED) {
        readCounts(partition, in);
      }
      boolean wasFreezing = position.isFreezing();
      target.read(partition, chunks, in);
      position.moveTo(partition, chunks.cursor(), chunks.frozen());
      if (wasFreezing && !position.isFreezing()) {
        applyHeld();
      }
    }
  }

  private void readCounts(int partition, WireReader in) {
    for (int tables = in.varint(); tables > 0; tables--) {
      int keyspace = in.varint();
      int keys = in.varint();
      if (keys >= EXPECTED_KEYS_MIN) {
        target.expect(partition, keyspace, keys);
      }
    }
  }

  /** Takes an effect of any key, valid only during the call. */
  public void effect(int keyspace, int partition, Request effect) {
    int hash = Effect.keyHash(effect);
    if (position.covers(partition, hash) || position.freezes(partition, hash)) {
      sentEffect(keyspace, partition, effect);
    }
  }

  /** Takes an effect on a key that was sent, at least in parts: the sender knows. */
  public void sentEffect(int keyspace, int partition, Request effect) {
    int hash = Effect.keyHash(effect);
    if (position.freezes(partition, hash)) {
      held.add(new Held(keyspace, effect.detached()));
    } else {
      if (hash == KeyHash.BEFORE_FIRST && partition == position.partition()) {
        aboutAllKeys(keyspace, effect);
      }
      target.apply(keyspace, partition, effect);
      if (Effect.heir(effect) >= 0) {
        gave(keyspace, partition, Effect.heir(effect));
      }
    }
  }

  /** Keys of a tablet are another's now. */
  private void gave(int keyspace, int donor, int heir) {
    // An heir's id is greater than its donor's, so the walk may still come to it.
    if (!position.covers(heir, KeyHash.BEFORE_FIRST)) {
      store.drop(heir);
    }
    Partition partition = store.partition(donor);
    boolean gaveFrozen =
        donor == position.partition()
            && position.isFreezing()
            && (partition == null || !partition.has(keyspace, position.frozen()));
    if (gaveFrozen) {
      emptied(keyspace);
    }
  }

  /** It is about the keys too that are on their way, and about what is held for them. */
  private void aboutAllKeys(int keyspace, Request effect) {
    if (!position.isFreezing()) {
      return;
    }
    int other = Effect.swapped(effect);
    if (other >= 0) {
      chunks.swapped(keyspace, other);
      held.replaceAll(each -> each.swapped(keyspace, other));
    } else if (effect.equalBytes(0, Effect.FLUSH)) {
      emptied(keyspace);
    }
  }

  private void emptied(int keyspace) {
    chunks.emptied(keyspace);
    held.removeIf(each -> each.keyspace == keyspace);
  }

  private void applyHeld() {
    List<Held> ready = List.copyOf(held);
    held.clear();
    for (Held each : ready) {
      target.apply(each.keyspace, position.partition(), each.effect);
    }
  }

  /** What was to follow does not come any more. */
  private void forgetParts() {
    if (position.isFreezing()) {
      Partition partition = store.partition(position.partition());
      if (partition != null) {
        partition.removeAll(position.frozen());
      }
      position.moveTo(position.partition(), position.hash());
    }
    chunks.forgetParts();
    held.clear();
  }
}
