package io.slotferry.replication;

import io.slotferry.engine.Effect;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntPredicate;

/**
 * The keys that clients WATCH on a leading copy. A watcher is here only as long as nothing that it
 * watches has changed: whatever touches one of its keys drops it, with all its keys, and EXEC then
 * does not find it. So do the end of the leadership and a partition that goes elsewhere; all doubt
 * ends in EXEC's nil. A gateway names each of its clients' WATCHes up to the next EXEC or UNWATCH
 * by a fresh random number.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class WatchTable {
  /** Of all watchers together; beyond it WATCH is refused. */
  static final int KEYS_MAX = 1 << 20;

  /** One client between WATCH and EXEC: its keys by partition, and whether each was there. */
  private static final class Watcher {
    final long id;
    final LaterReply via;
    final Map<Integer, Map<KeyName, Boolean>> keys = new HashMap<>();

    Watcher(long id, LaterReply via) {
      this.id = id;
      this.via = via;
    }
  }

  /** Asked whether a key is there now. */
  @FunctionalInterface
  interface Keys {
    boolean isThere(int partition, KeyName key);
  }

  private final Keys data;
  private final Map<Long, Watcher> watchers = new HashMap<>();
  private final Map<Integer, Map<KeyName, Set<Watcher>>> partitions = new HashMap<>();
  private final KeyName name = new KeyName();
  private int keys;

  WatchTable(Keys data) {
    this.data = data;
  }

  boolean isEmpty() {
    return keys == 0;
  }

  int size() {
    return keys;
  }

  /**
   * @param via what the watcher's gateway is answered through
   * @param exists whether the key is there now
   * @return false when the table is full
   */
  boolean watch(long id, LaterReply via, int partition, KeyName key, boolean exists) {
    Watcher watcher = watchers.computeIfAbsent(id, fresh -> new Watcher(id, via));
    Map<KeyName, Boolean> ofPartition =
        watcher.keys.computeIfAbsent(partition, fresh -> new HashMap<>());
    if (ofPartition.containsKey(key)) {
      return true;
    }
    if (keys == KEYS_MAX) {
      forget(id);
      return false;
    }
    KeyName kept = key.copy();
    ofPartition.put(kept, exists);
    partitions
        .computeIfAbsent(partition, fresh -> new HashMap<>())
        .computeIfAbsent(kept, fresh -> new HashSet<>())
        .add(watcher);
    keys++;
    return true;
  }

  /** Whether the watcher watches the key, which then has not changed since. */
  boolean isWatching(long id, int partition, KeyName key) {
    Watcher watcher = watchers.get(id);
    Map<KeyName, Boolean> ofPartition = watcher == null ? null : watcher.keys.get(partition);
    return ofPartition != null && ofPartition.containsKey(key);
  }

  /** The watcher watches nothing any more, or something that it watches has changed. */
  void forget(long id) {
    Watcher watcher = watchers.remove(id);
    if (watcher != null) {
      watcher.keys.forEach((partition, ofPartition) ->
          ofPartition.keySet().forEach(key -> forget(watcher, partition, key)));
    }
  }

  private void forget(Watcher watcher, int partition, KeyName key) {
    keys--;
    Map<KeyName, Set<Watcher>> ofPartition = partitions.get(partition);
    Set<Watcher> ofKey = ofPartition == null ? null : ofPartition.get(key);
    if (ofPartition == null || ofKey == null) {
      throw new IllegalStateException("a watched key is not in the table");
    }
    ofKey.remove(watcher);
    if (ofKey.isEmpty()) {
      ofPartition.remove(key);
    }
    if (ofPartition.isEmpty()) {
      partitions.remove(partition);
    }
  }

  private void forgetAll(Iterable<Watcher> changed) {
    for (Watcher watcher : changed) {
      forget(watcher.id);
    }
  }

  /**
   * An effect was logged, and has been done. One that names no key is about all keys of the
   * keyspace, and of the one that it has changed places with.
   */
  void changed(int keyspace, int partition, Request effect) {
    Map<KeyName, Set<Watcher>> ofPartition = partitions.get(partition);
    if (ofPartition == null) {
      return;
    }
    if (effect.count() > 1) {
      name.of(keyspace, effect.buffer(), effect.start(1), effect.length(1));
      Set<Watcher> ofKey = ofPartition.get(name);
      if (ofKey != null) {
        forgetAll(affected(partition, name, ofKey));
      }
    } else {
      int other = Effect.swapped(effect);
      List<Watcher> affected = new ArrayList<>();
      ofPartition.forEach((key, ofKey) -> {
        if (key.keyspace() == keyspace || key.keyspace() == other) {
          affected.addAll(affected(partition, key, ofKey));
        }
      });
      forgetAll(affected);
    }
  }

  /** A key that was not there, and is not now, has not changed: it may have expired only now. */
  private List<Watcher> affected(int partition, KeyName key, Set<Watcher> ofKey) {
    boolean isThere = data.isThere(partition, key);
    return ofKey.stream()
        .filter(watcher ->
            isThere || watcher.keys.getOrDefault(partition, Map.of()).getOrDefault(key, false))
        .toList();
  }

  /** Partitions have gone elsewhere. */
  void keepOnly(IntPredicate isHere) {
    for (Integer partition : List.copyOf(partitions.keySet())) {
      Map<KeyName, Set<Watcher>> ofPartition = partitions.get(partition);
      if (ofPartition != null && !isHere.test(partition)) {
        Set<Watcher> all = new HashSet<>();
        ofPartition.values().forEach(all::addAll);
        forgetAll(all);
      }
    }
  }

  /** A gateway is gone, or its link is. */
  void forgetVia(LaterReply via) {
    for (Watcher watcher : List.copyOf(watchers.values())) {
      if (watcher.via.equals(via)) {
        forget(watcher.id);
      }
    }
  }

  void clear() {
    watchers.clear();
    partitions.clear();
    keys = 0;
  }
}
