package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.ClusterMap;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ThreadLocalRandom;
import org.jspecify.annotations.Nullable;

/**
 * What a session has WATCHed since its last EXEC or UNWATCH, under a random number by which the
 * shards know it. The shards tell at EXEC whether any of it has changed.
 *
 * <p>Thread: the session's gateway loop.
 */
final class Watches {
  private static final byte[] WATCH = ascii(Command.WATCH_KEYS.lowerName());
  private static final byte[] UNWATCH = ascii(Command.FORGET_WATCHER.lowerName());

  /** Keys of one WATCH: the request that says so to a shard. */
  record Watched(int keyspace, Request request) {}

  private final byte[] watcher = ascii(Long.toString(ThreadLocalRandom.current().nextLong()));
  private final List<Watched> watched = new ArrayList<>();
  private final Set<Key> keys = new HashSet<>();

  private record Key(int keyspace, ByteBuffer name) {}

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /**
   * What a client's {@code WATCH key …} is to a shard; null when there is nothing to say. A key
   * that is watched already is left out: the shard may have seen it change, and would watch it
   * anew.
   */
  @Nullable Request requestOf(int keyspace, Request watch) {
    List<byte[]> arguments = new ArrayList<>(List.of(WATCH, watcher));
    for (int i = 1; i < watch.count(); i++) {
      byte[] name = watch.copy(i);
      if (!keys.contains(new Key(keyspace, ByteBuffer.wrap(name)))) {
        arguments.add(name);
      }
    }
    return arguments.size() == Command.WATCH_KEYS.firstKey()
        ? null
        : Request.of(arguments.toArray(byte[][]::new));
  }

  void add(int keyspace, Request request) {
    watched.add(new Watched(keyspace, request));
    for (int i = Command.WATCH_KEYS.firstKey(); i < request.count(); i++) {
      keys.add(new Key(keyspace, ByteBuffer.wrap(request.copy(i))));
    }
  }

  /** How many keys it watches. */
  int size() {
    return keys.size();
  }

  List<Watched> watched() {
    return watched;
  }

  /** Tells the shards that own the keys now; one that has lost a key has forgotten it. */
  void forget(Router router) {
    ClusterMap map = router.map();
    Set<Integer> shards = new HashSet<>();
    for (Watched each : watched) {
      Request request = each.request;
      for (int key = Command.WATCH_KEYS.firstKey(); key < request.count(); key++) {
        int partition =
            map.partitionOf(
                each.keyspace, request.buffer(), request.start(key), request.length(key));
        shards.add(map.shardOf(partition));
      }
    }
    watched.clear();
    keys.clear();
    Request unwatch = Request.of(UNWATCH, watcher);
    for (int shard : shards) {
      if (shard != ClusterMap.NO_SHARD) {
        router.tell(shard, Command.FORGET_WATCHER, unwatch);
      }
    }
  }
}
