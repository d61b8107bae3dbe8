package io.slotferry.engine;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.AccessClock;
import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.Request;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Keeps a leader's data within {@code maxmemory}: of some keys picked by chance, the one that its
 * policy can do without best goes, again and again, until there is room. What goes is a DEL for the
 * replicas, which remove nothing by themselves.
 */
final class Eviction {
  /** Keys that one call removes at most; the next command, or the next tick, goes on. */
  private static final int KEYS_PER_CALL_MAX = 64;

  /** Keys that are looked at to find one that expires. */
  private static final int LOOKED_AT_MAX = 256;

  private final PartitionStore store;
  private final EngineSettings settings;
  private final AccessClock clock;
  private final RandomGenerator random;
  private final Effect effect;
  private final KeyNotices notices;
  private final Request noRequest = new Request();

  // The key that is to go.
  private @Nullable KeyTable chosenTable;
  private int chosenPartition;
  private int chosenKeyspace;
  private int chosenEntry;
  private long chosenWorth;

  Eviction(
      PartitionStore store,
      EngineSettings settings,
      AccessClock clock,
      RandomGenerator random,
      EffectSink effects,
      KeyNotices notices) {
    this.store = store;
    this.settings = settings;
    this.clock = clock;
    this.random = random;
    this.effect = new Effect(effects);
    this.notices = notices;
  }

  /** False when there is no room, and none can be made. */
  boolean makeRoom(long nowMillis) {
    EvictionPolicy policy = settings.evictionPolicy();
    long max = settings.memoryBytesMax();
    store.memory().release();
    int left = KEYS_PER_CALL_MAX;
    while (store.totals().usedBytes() > max) {
      if (!policy.evicts() || !choose(policy, nowMillis)) {
        return false;
      }
      removeChosen();
      if (--left == 0) {
        return true;
      }
    }
    return true;
  }

  private boolean choose(EvictionPolicy policy, long nowMillis) {
    chosenTable = null;
    for (int i = 0; i < settings.evictionSamples(); i++) {
      sample(policy, nowMillis);
    }
    return chosenTable != null;
  }

  private void sample(EvictionPolicy policy, long nowMillis) {
    long candidates = policy.onlyExpiring() ? store.totals().expiring() : store.totals().keys();
    Partition partition = candidates == 0 ? null : partition(policy);
    if (partition == null) {
      return;
    }
    int keyspaces = partition.keyspaces();
    int first = random.nextInt(keyspaces);
    for (int i = 0; i < keyspaces; i++) {
      int keyspace = (first + i) % keyspaces;
      KeyTable table = partition.table(keyspace);
      if (table != null && candidates(table, policy) > 0) {
        offer(policy, partition.id(), keyspace, table, nowMillis);
        return;
      }
    }
  }

  /** A serving partition with candidates, the first from a place of chance on; null for none. */
  private @Nullable Partition partition(EvictionPolicy policy) {
    int start = store.placeByChance(random);
    Partition at = store.serving(start);
    while (at != null && !hasCandidates(at, policy)) {
      at = store.serving(at.id());
    }
    if (at == null) {
      at = store.serving(-1);
      while (at != null && at.id() <= start && !hasCandidates(at, policy)) {
        at = store.serving(at.id());
      }
    }
    return at != null && hasCandidates(at, policy) ? at : null;
  }

  private static boolean hasCandidates(Partition partition, EvictionPolicy policy) {
    for (int keyspace = 0; keyspace < partition.keyspaces(); keyspace++) {
      KeyTable table = partition.table(keyspace);
      if (table != null && candidates(table, policy) > 0) {
        return true;
      }
    }
    return false;
  }

  private static int candidates(KeyTable table, EvictionPolicy policy) {
    return policy.onlyExpiring() ? table.expiring() : table.size();
  }

  private void offer(
      EvictionPolicy policy, int partition, int keyspace, KeyTable table, long nowMillis) {
    int at = table.seek(random.nextInt());
    at = at >= 0 ? at : table.first();
    for (int looked = 0;
        policy.onlyExpiring() && store.memory().expiry(table.entryAt(at)) == EntryMemory.NO_EXPIRY;
        looked++) {
      if (looked == LOOKED_AT_MAX) {
        return;
      }
      at = table.next(at);
      at = at >= 0 ? at : table.first();
    }
    long worth = worth(policy, table, at, nowMillis);
    if (chosenTable == null || worth < chosenWorth) {
      chosenTable = table;
      chosenPartition = partition;
      chosenKeyspace = keyspace;
      chosenEntry = table.entryAt(at);
      chosenWorth = worth;
    }
  }

  /** What is worth least goes first. */
  private long worth(EvictionPolicy policy, KeyTable table, int index, long nowMillis) {
    int used = table.clockAt(index);
    return switch (policy.order()) {
      case RECENCY ->
          used == AccessClock.UNKNOWN ? 0 : nowMillis - clock.idleMillis(used, nowMillis);
      case FREQUENCY -> used == AccessClock.UNKNOWN ? 0 : clock.frequency(used, nowMillis);
      case EXPIRY -> store.memory().expiry(table.entryAt(index));
      case CHANCE -> 0;
    };
  }

  private void removeChosen() {
    KeyTable table = chosenTable;
    int entry = chosenEntry;
    if (table == null) {
      throw new IllegalStateException("no key was chosen");
    }
    EntryMemory memory = store.memory();
    byte[] key = memory.keyBuffer(entry);
    int start = memory.keyStart(entry);
    int length = memory.keyLength(entry);
    // What was looked at after it may have changed its index: a tablet may have been cut.
    table.remove(table.find(KeyHash.hash(key, start, length), key, start, length));
    store.totals().evicted();
    effect
        .begin(chosenKeyspace, chosenPartition, noRequest, false)
        .bytes(Effect.DEL)
        .bytes(key, start, length)
        .emit();
    if (notices.isOn()) {
      notices.evicted(chosenKeyspace, key, start, length);
    }
  }
}
