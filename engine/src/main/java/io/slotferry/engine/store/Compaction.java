package io.slotferry.engine.store;

import io.slotferry.engine.hash.KeyHash;
import org.jspecify.annotations.Nullable;

/**
 * Moves entries together when much of the memory between them is free: a walk round all tables, a
 * bounded number of keys a time, which gives entries another place that stand in runs which {@link
 * Slabs#evacuate} has chosen.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class Compaction {
  /** What a step copies: of large values, far fewer keys than it could look at. */
  private static final int MOVED_BYTES_PER_STEP_MAX = 1 << 20;

  private final PartitionStore store;

  // Where the walk stands.
  private int partition;
  private int keyspace;
  private int hash;

  Compaction(PartitionStore store) {
    this.store = store;
  }

  /** Looks at up to {@code looks} keys, if it is worthwhile. */
  void carryOn(int looks) {
    Slabs slabs = store.memory().slabs();
    // While a tablet's keys go to another one, they are in the table of one and the order of both.
    if (store.inheriting() || (!slabs.isEvacuating() && !slabs.isSparse())) {
      return;
    }
    Partition at = store.partition(partition);
    if (!slabs.isEvacuating()) {
      slabs.evacuate();
      at = enter(store.after(-1));
    } else if (at == null) {
      at = enter(store.after(partition));
    }
    store.memory().moveUpTo(MOVED_BYTES_PER_STEP_MAX);
    int left = looks;
    while (at != null && left > 0 && store.memory().mayMoveMore()) {
      KeyTable table = at.table(keyspace);
      if (table != null) {
        hash = table.moveEntries(hash, left);
        left -= Math.min(left, table.size());
      }
      if (table == null || hash == KeyHash.BEFORE_FIRST) {
        left--;
        keyspace++;
        hash = KeyHash.BEFORE_FIRST;
        if (keyspace >= at.keyspaces()) {
          at = enter(store.after(at.id()));
        }
      }
    }
    if (at == null) {
      store.memory().release();
      slabs.endEvacuation();
    }
  }

  private @Nullable Partition enter(@Nullable Partition next) {
    partition = next == null ? -1 : next.id();
    keyspace = 0;
    hash = KeyHash.BEFORE_FIRST;
    return next;
  }
}
