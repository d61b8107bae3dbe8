package io.slotferry.replication;

import io.slotferry.engine.Effect;
import io.slotferry.engine.EffectSink;
import io.slotferry.engine.Engine;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.OrderedKeys;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionState;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Move;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Shard;
import io.slotferry.topology.Tablet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Brings a leader's store in line with the cluster map: which partitions it has and shows, how
 * tablets are cut, and what is left over from a move or a dropped keyspace. All it changes in the
 * data are effects of the leader, so its replicas follow. Everything here may be done again: a new
 * leader finishes what the old one had begun.
 *
 * <p>Thread: the loop that owns the copy.
 */
final class Ownership {
  private static final int GARBAGE_PARTITIONS_PER_TICK = 64;
  private static final int NOTHING_SEEN = -1;
  private static final int ALL_SEEN = Integer.MAX_VALUE;
  private static final byte[] ALL = {};
  private static final Request FLUSH = Request.of(Effect.FLUSH);

  private final Engine engine;
  private final PartitionStore store;
  private final EffectSink effects;
  private ClusterMap map = ClusterMap.EMPTY;

  /** The map by which the partitions of a leader were arranged last. */
  private ClusterMap arranged = ClusterMap.EMPTY;

  private int shard;
  private int garbageSeen = ALL_SEEN;

  Ownership(Engine engine, EffectSink effects) {
    this.engine = engine;
    this.store = engine.store();
    this.effects = effects;
    store.arrangeTablets(this::arrange);
  }

  /** Is told that keys of one tablet have become another's. */
  @FunctionalInterface
  interface Inheritances {
    void inherited(int donor, int heir);
  }

  /** The copy no longer leads: the next leader begins with the whole map. */
  void end() {
    arranged = ClusterMap.EMPTY;
  }

  /** The map that holds from now on. Most of its changes leave all partitions where they are. */
  void mapIs(ClusterMap map, int shard, Inheritances inheritances) {
    this.map = map;
    this.shard = shard;
    garbageSeen = NOTHING_SEEN;
    if (!map.hasOwnersOf(arranged)) {
      arranged = map;
      arrange(inheritances);
    }
  }

  private void arrange(Inheritances inheritances) {
    for (int partition : map.partitionsOf(shard)) {
      if (partition < PartitionStore.SLOTS) {
        store.create(partition).become(PartitionState.OWNED);
      }
    }
    for (Keyspace keyspace : map.keyspaces()) {
      if (keyspace.partitioning() == Partitioning.RANGE) {
        // All or nothing: a new leader finds every tablet as it was, or as it is to be.
        engine.atomically(() -> cutTablets(keyspace, inheritances));
      }
    }
    for (Partition at = store.after(NOTHING_SEEN); at != null; at = store.after(at.id())) {
      if (map.shardOf(at.id()) != shard) {
        at.become(PartitionState.INCOMING);
      }
    }
  }

  /**
   * Whether a replica of {@code shard} has the partitions of all the keys of a read, and shows
   * them.
   */
  boolean shows(ClusterMap map, @Nullable Shard shard, ShardCall call, Request request) {
    int keys = KeyPositions.count(call.command, request);
    for (int i = 0; i < keys; i++) {
      int key = KeyPositions.position(call.command, request, i);
      int id =
          map.partitionOf(call.keyspace, request.buffer(), request.start(key), request.length(key));
      if (shard == null || id < 0 || map.shardOf(id) != shard.id()) {
        return false;
      }
      // A tablet that is not here is left to the leader: an empty one would look as if it had been
      // cut.
      Partition partition = id < PartitionStore.SLOTS ? store.create(id) : store.partition(id);
      if (partition == null) {
        return false;
      }
      partition.become(PartitionState.OWNED);
    }
    return keys > 0;
  }

  // ---- tablets

  /** For a copy that follows: it keeps the orders too, so that it has nothing to sort later. */
  void orderTablets(ClusterMap map) {
    this.map = map;
    for (Keyspace keyspace : map.keyspaces()) {
      for (Tablet tablet : keyspace.tablets()) {
        Partition partition = store.partition(tablet.partition());
        if (partition != null) {
          partition.orderBy(keyspace.number(), keyspace.order()::compare);
        }
      }
    }
  }

  private void arrange(Partition partition) {
    for (Keyspace keyspace : map.keyspaces()) {
      for (Tablet tablet : keyspace.tablets()) {
        if (tablet.partition() == partition.id()) {
          partition.orderBy(keyspace.number(), keyspace.order()::compare);
        }
      }
    }
  }

  /**
   * Brings the tablets here to the boundaries of the map. One that is new was cut from the one to
   * its left, or is what became of several that are in the map no more, or both, one after another:
   * maps may have been skipped.
   */
  private void cutTablets(Keyspace keyspace, Inheritances inheritances) {
    List<Partition> merged = merged(keyspace);
    Partition left = null;
    for (Tablet tablet : keyspace.tablets()) {
      Partition known = store.partition(tablet.partition());
      if (tablet.shard() == shard) {
        Partition partition = store.create(tablet.partition());
        partition.orderBy(keyspace.number(), keyspace.order()::compare);
        partition.become(PartitionState.OWNED);
        if (known == null && left != null && hasKeysFrom(keyspace, left, tablet.from())) {
          give(keyspace, left, tablet.from(), partition, inheritances);
        }
        while (!merged.isEmpty()
            && firstTablet(keyspace, merged.getFirst()).partition() == tablet.partition()) {
          give(keyspace, merged.removeFirst(), ALL, partition, inheritances);
        }
        left = partition;
      } else if (known != null) {
        left = null;
      }
    }
  }

  /**
   * Tablets with keys that were merged with others, in key order. What is left of one that had gone
   * to another shard before it was merged there must not be taken for one: it goes at once, for its
   * range may come back.
   */
  private List<Partition> merged(Keyspace keyspace) {
    List<Partition> merged = new ArrayList<>();
    Partition at = store.after(keyspace.firstTablet() - 1);
    for (; at != null; at = store.after(at.id())) {
      KeyTable table = at.table(keyspace.number());
      if (table != null && table.size() > 0 && map.shardOf(at.id()) == ClusterMap.NO_SHARD) {
        at.orderBy(keyspace.number(), keyspace.order()::compare);
        if (firstTablet(keyspace, at).shard() == shard) {
          merged.add(at);
        } else {
          flush(at, keyspace.number());
        }
      }
    }
    merged.sort(Comparator.comparing(each -> firstKey(keyspace, each), keyspace.order()));
    return merged;
  }

  private static OrderedKeys keys(Keyspace keyspace, Partition partition) {
    KeyTable table = partition.table(keyspace.number());
    OrderedKeys keys = table == null ? null : table.ordered();
    if (keys == null) {
      throw new IllegalStateException("partition " + partition.id() + " has no order");
    }
    return keys;
  }

  private static byte[] firstKey(Keyspace keyspace, Partition partition) {
    OrderedKeys keys = keys(keyspace, partition);
    return keys.copyOfKey(keys.first());
  }

  private static Tablet firstTablet(Keyspace keyspace, Partition partition) {
    byte[] first = firstKey(keyspace, partition);
    return keyspace.tabletOf(first, 0, first.length);
  }

  private static boolean hasKeysFrom(Keyspace keyspace, Partition partition, byte[] from) {
    return keys(keyspace, partition).atOrAfter(from, 0, from.length, true) != OrderedKeys.NONE;
  }

  private void give(
      Keyspace keyspace, Partition donor, byte[] from, Partition heir, Inheritances inheritances) {
    Request give =
        Request.of(Effect.GIVE, from, decimal(keyspace.order().ordinal()), decimal(heir.id()));
    change(keyspace.number(), donor.id(), give);
    inheritances.inherited(donor.id(), heir.id());
  }

  private static byte[] decimal(long value) {
    return Long.toString(value).getBytes(StandardCharsets.US_ASCII);
  }

  private void change(int keyspace, int partition, Request effect) {
    effects.effect(keyspace, partition, effect);
    engine.apply(keyspace, partition, effect);
  }

  // ---- emptying

  /** Empties a partition that is about to be copied here. */
  void empty(int partition) {
    Partition known = store.partition(partition);
    if (known != null) {
      known.become(PartitionState.INCOMING);
      flush(known);
    }
  }

  private void flush(Partition partition) {
    for (int keyspace = 0; keyspace < partition.keyspaces(); keyspace++) {
      flush(partition, keyspace);
    }
  }

  private void flush(Partition partition, int keyspace) {
    KeyTable table = partition.table(keyspace);
    if (table != null && table.size() > 0) {
      change(keyspace, partition.id(), FLUSH);
    }
  }

  /**
   * Drops what the map says is not this shard's and not on its way here, and keys of keyspaces that
   * are no more; a few partitions at a time.
   */
  void dropGarbage() {
    for (int i = 0; i < GARBAGE_PARTITIONS_PER_TICK && garbageSeen != ALL_SEEN; i++) {
      Partition next = store.after(garbageSeen);
      garbageSeen = next == null ? ALL_SEEN : next.id();
      if (next != null) {
        dropGarbage(next);
      }
    }
  }

  private void dropGarbage(Partition partition) {
    if (map.shardOf(partition.id()) == shard) {
      for (int keyspace = 0; keyspace < partition.keyspaces(); keyspace++) {
        if (map.keyspace(keyspace) == null) {
          flush(partition, keyspace);
        }
      }
    } else if (!isComing(map.moveOf(partition.id()))) {
      flush(partition);
      store.drop(partition.id());
    }
  }

  private boolean isComing(@Nullable Move move) {
    return move != null && move.to() == shard;
  }
}
