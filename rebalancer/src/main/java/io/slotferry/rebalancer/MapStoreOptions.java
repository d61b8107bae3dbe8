package io.slotferry.rebalancer;

import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;

/**
 * Where the cluster map is kept, and by whom.
 *
 * @param cluster name of the cluster: peers with different ones never talk to each other, and a
 *     folder that was written under another is not read
 * @param peer this peer's id, a key of {@code peers}
 * @param peers id → {@code host:port} of all peers, this one included; the addresses may change
 *     from start to start, the ids may not. With one peer there is no network, and the address is
 *     not used.
 * @param bindHost address that this peer listens on
 * @param folder where the map is kept on disk; made if absent
 * @param snapshotEvery changes between two snapshots; the log before a snapshot is dropped
 */
public record MapStoreOptions(
    String cluster,
    String peer,
    Map<String, String> peers,
    String bindHost,
    Path folder,
    int snapshotEvery) {
  public static final int SNAPSHOT_EVERY_DEFAULT = 1_000;

  public MapStoreOptions {
    peers = Map.copyOf(peers);
    if (!peers.containsKey(peer)) {
      throw new IllegalArgumentException(peer + " is not among the peers " + peers.keySet());
    }
  }

  /** The only peer of an embedded cluster. */
  public static MapStoreOptions single(String cluster, String peer, Path folder) {
    return new MapStoreOptions(
        cluster, peer, Map.of(peer, "127.0.0.1:0"), "127.0.0.1", folder, SNAPSHOT_EVERY_DEFAULT);
  }

  /** The port of this peer's own address. */
  int port() {
    String address = Objects.requireNonNull(peers.get(peer));
    return Integer.parseInt(address.substring(address.lastIndexOf(':') + 1));
  }

  boolean alone() {
    return peers.size() == 1;
  }
}
