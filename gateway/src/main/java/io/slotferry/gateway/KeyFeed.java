package io.slotferry.gateway;

import io.slotferry.gateway.pubsub.PubSub;
import io.slotferry.gateway.pubsub.Space;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.shard.KeyEventRecord;
import io.slotferry.protocol.shard.KeyEvents;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Slots;
import java.nio.charset.StandardCharsets;
import java.util.List;

/**
 * What the shards tell this loop of their keys. It asks for what its clients want only: changes of
 * keys while one caches, the classes of {@code notify-keyspace-events} while one is subscribed to
 * something that may hear them. What comes goes to the {@link Tracking} and to the subscribers of
 * this loop; every other loop has a feed of its own.
 *
 * <p>The wish travels in front of the commands, so that whatever a client reads after it began to
 * track is watched. A way to a shard that ends may have lost events, and so may a partition that
 * has moved: all that clients have cached is then declared invalid.
 *
 * <p>Thread: the gateway loop.
 */
final class KeyFeed implements KeyEventRecord.Reader {
  private final GatewayLoop loop;
  private final Tracking tracking;
  private int classes;
  private int watched;

  KeyFeed(GatewayLoop loop) {
    this.loop = loop;
    this.tracking = new Tracking(loop);
  }

  Tracking tracking() {
    return tracking;
  }

  /** The classes that shards are asked for; see {@link KeyEvents}. */
  int watched() {
    return watched;
  }

  /** Who tracks, who is subscribed, or a setting may have changed. */
  void update() {
    classes = KeyEvents.parse(loop.settings().text("notify-keyspace-events"));
    int wanted = tracking.isOn() ? KeyEvents.MODIFIED : 0;
    if (loop.pubSub().hearsKeyEvents()) {
      wanted |= classes & ~(KeyEvents.KEYSPACE | KeyEvents.KEYEVENT);
    }
    if (wanted != watched) {
      watched = wanted;
      loop.router().watch();
    }
    tracking.forgetSome();
  }

  // ---- what happens

  /** {@link KeyEventRecord Records} in {@code bytes[offset, offset + length)} have come. */
  void happened(byte[] bytes, int offset, int length) {
    KeyEventRecord.readAll(new WireReader(bytes, offset, length), this);
  }

  @Override
  public void modified(byte[] key, long client) {
    tracking.modified(new String(key, StandardCharsets.ISO_8859_1), client);
  }

  @Override
  public void flushed() {
    tracking.flushLater();
  }

  @Override
  public void event(int keyspace, byte[] name, byte[] key) {
    PubSub pubSub = loop.pubSub();
    if ((classes & KeyEvents.KEYSPACE) != 0) {
      pubSub.deliver(Space.CHANNEL, channel("__keyspace@", keyspace, key), name);
    }
    if ((classes & KeyEvents.KEYEVENT) != 0) {
      pubSub.deliver(Space.CHANNEL, channel("__keyevent@", keyspace, name), key);
    }
  }

  private static byte[] channel(String prefix, int keyspace, byte[] name) {
    byte[] head = (prefix + keyspace + "__:").getBytes(StandardCharsets.US_ASCII);
    byte[] channel = new byte[head.length + name.length];
    System.arraycopy(head, 0, channel, 0, head.length);
    System.arraycopy(name, 0, channel, head.length, name.length);
    return channel;
  }

  @Override
  public void lost() {
    if (tracking.isOn()) {
      tracking.flushLater();
    }
  }

  /** The map is about to change: what moves may have been written by its new owner unheard. */
  void mapChanges(ClusterMap old, ClusterMap newer) {
    if (tracking.isOn() && !sameOwners(old, newer)) {
      tracking.flushLater();
    }
  }

  private static boolean sameOwners(ClusterMap old, ClusterMap newer) {
    for (int slot = 0; slot < Slots.COUNT; slot++) {
      if (old.shardOf(slot) != newer.shardOf(slot)) {
        return false;
      }
    }
    return List.copyOf(old.keyspaces()).equals(List.copyOf(newer.keyspaces()));
  }

  void endTurn() {
    tracking.endTurn();
  }
}
