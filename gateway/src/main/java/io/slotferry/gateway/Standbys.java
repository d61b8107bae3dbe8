package io.slotferry.gateway;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Shard;
import java.util.HashMap;
import java.util.Map;

/**
 * The links of one gateway loop to the copies in other processes that do not lead, but may lead
 * next. Nothing goes over them but signs of life: so the event bus knows the copies' addresses, and
 * is connected with them in both directions, before a leader dies. To look up an address just after
 * that took it up to three seconds, for then its registry is being repaired.
 *
 * <p>Thread: the gateway loop.
 */
final class Standbys {
  /** A link that has broken, as its copy was started anew, is opened again after so long. */
  static final long LOOK_MILLIS = 2_000;

  private final GatewayLoop loop;
  private final LocalCopies copies;
  private final Map<String, RemoteShardLink> links = new HashMap<>();
  private ClusterMap map = ClusterMap.EMPTY;
  private boolean looks;
  private boolean closed;

  Standbys(GatewayLoop loop, LocalCopies copies) {
    this.loop = loop;
    this.copies = copies;
  }

  /** Who leads, and where the other copies are, may be otherwise now. */
  void useMap(ClusterMap newer) {
    map = newer;
    links
        .entrySet()
        .removeIf(each -> {
          RemoteShardLink link = each.getValue();
          boolean stays = isStandby(each.getKey(), link);
          if (!stays) {
            link.retire();
          }
          return !stays;
        });
    open();
    if (!looks) {
      looks = true;
      loop.schedule(this::look, LOOK_MILLIS);
    }
  }

  private boolean isStandby(String node, RemoteShardLink link) {
    Shard shard = map.shardOn(node);
    return shard != null && !shard.leader().equals(node) && link.isOf(shard);
  }

  private void look() {
    if (!closed) {
      open();
      loop.schedule(this::look, LOOK_MILLIS);
    }
  }

  private void open() {
    for (Shard shard : map.shards()) {
      for (String replica : shard.replicas()) {
        RemoteShardLink link = links.get(replica);
        boolean isMissing = link == null || link.isClosed();
        if (isMissing && shard.epoch() > 0 && copies.find(shard.id(), replica) == null) {
          links.put(replica, RemoteShardLink.toReplica(loop, shard, replica));
        }
      }
    }
  }

  void close() {
    closed = true;
    links.values().forEach(RemoteShardLink::close);
    links.clear();
  }
}
