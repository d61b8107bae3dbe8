package io.slotferry.gateway.pubsub;

import io.slotferry.protocol.GlobPattern;
import io.vertx.core.Future;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Publish and subscribe on one gateway loop: its own clients, and through its {@link Peers} those
 * of all other loops of all gateways. Each loop knows how many subscribers every other has of what,
 * so that a message goes only where it is heard, and PUBLISH counts the receivers of the whole
 * deployment without asking anybody.
 *
 * <p>Thread: the gateway loop.
 */
public final class PubSub {
  private final Topics topics = new Topics();
  private final PushMessage push = new PushMessage();
  private final Peers peers;
  private final Runnable keyEventsWanted;
  private int keyEventTopics;

  /**
   * @param name unique among the loops of all gateways
   * @param endTurnLater has {@link #endTurn} called at the end of this turn of the loop
   * @param keyEventsWanted called when {@link #hearsKeyEvents} changes
   */
  public PubSub(
      ContextInternal context, String name, Runnable endTurnLater, Runnable keyEventsWanted) {
    this.keyEventsWanted = keyEventsWanted;
    this.peers = new Peers(context, name, topics, this::deliver, endTurnLater);
  }

  public Future<Void> open() {
    return peers.open();
  }

  public Future<Void> close() {
    return peers.close();
  }

  /** Sends what this turn of the loop has for the peers, one message each. */
  public void endTurn() {
    peers.endTurn();
  }

  /** How many other loops are known. */
  public int peerCount() {
    return peers.count();
  }

  // ---- subscriptions

  /**
   * Subscribes a client, unless it is subscribed already.
   *
   * @return whether {@link #whenKnown} should be awaited before it is confirmed
   */
  public boolean subscribe(Subscriber subscriber, Subscriptions own, Space space, String name) {
    if (!own.add(space, name)) {
      return false;
    }
    Topic topic = topics.demand(space, name);
    topic.subscribers.add(subscriber);
    peers.changed(topic);
    if (topic.subscribers.size() == 1) {
      countKeyEventTopics(topic, 1);
    }
    return topic.subscribers.size() == 1 && peers.count() > 0;
  }

  public void unsubscribe(Subscriber subscriber, Subscriptions own, Space space, String name) {
    if (own.remove(space, name)) {
      Topic topic = topics.demand(space, name);
      topic.subscribers.remove(subscriber);
      peers.changed(topic);
      if (topic.subscribers.isEmpty()) {
        countKeyEventTopics(topic, -1);
      }
      topics.dropIfUnused(topic);
    }
  }

  private void countKeyEventTopics(Topic topic, int change) {
    if (topic.mayHearKeyEvents()) {
      keyEventTopics += change;
      keyEventsWanted.run();
    }
  }

  /** Whether a client of this loop may hear keyspace notifications. */
  public boolean hearsKeyEvents() {
    return keyEventTopics > 0;
  }

  /** Ends all subscriptions of a client, silently. */
  public void unsubscribeAll(Subscriber subscriber, Subscriptions own) {
    for (Space space : Space.values()) {
      for (String name : own.names(space)) {
        unsubscribe(subscriber, own, space, name);
      }
    }
  }

  /**
   * Runs {@code action} when all other loops know the subscriptions of this one: what any gateway
   * publishes from then on comes here. A peer that does not answer is not waited for long.
   */
  public void whenKnown(Runnable action) {
    peers.whenKnown(action);
  }

  // ---- messages

  /** Publishes to a channel; returns the number of receivers, on all gateways. */
  public int publish(Space space, byte[] channel, byte[] message) {
    peers.beginMessage();
    int receivers = 0;
    Topic exact = topics.find(space, text(channel));
    if (exact != null) {
      receivers += publish(exact, space, channel, message);
    }
    if (space == Space.CHANNEL) {
      for (Topic pattern : topics.all(Space.PATTERN)) {
        if (pattern.matches(channel)) {
          receivers += publish(pattern, space, channel, message);
        }
      }
    }
    return receivers;
  }

  private int publish(Topic topic, Space space, byte[] channel, byte[] message) {
    int receivers = deliver(topic, channel, message);
    for (var elsewhere : topic.elsewhere.entrySet()) {
      peers.send(elsewhere.getKey(), space, channel, message);
      receivers += elsewhere.getValue();
    }
    return receivers;
  }

  /** To the clients of this loop; returns their number. */
  public int deliver(Space space, byte[] channel, byte[] message) {
    int receivers = 0;
    Topic exact = topics.find(space, text(channel));
    if (exact != null) {
      receivers += deliver(exact, channel, message);
    }
    if (space == Space.CHANNEL) {
      for (Topic pattern : topics.all(Space.PATTERN)) {
        if (pattern.matches(channel)) {
          receivers += deliver(pattern, channel, message);
        }
      }
    }
    return receivers;
  }

  private int deliver(Topic topic, byte[] channel, byte[] message) {
    if (topic.subscribers.isEmpty()) {
      return 0;
    }
    push.encode(topic, channel, message);
    for (Subscriber subscriber : topic.subscribers) {
      push.sendTo(subscriber);
    }
    return topic.subscribers.size();
  }

  private static String text(byte[] name) {
    return new String(name, StandardCharsets.ISO_8859_1);
  }

  // ---- introspection, of the whole deployment

  /** The channels that have subscribers. */
  public List<String> channels(Space space, @Nullable GlobPattern pattern) {
    List<String> found = new ArrayList<>();
    for (Topic topic : topics.all(space)) {
      if (pattern == null || pattern.matches(topic.bytes, 0, topic.bytes.length)) {
        found.add(topic.name);
      }
    }
    return found;
  }

  public int subscriberCount(Space space, String name) {
    Topic topic = topics.find(space, name);
    return topic == null ? 0 : topic.count();
  }

  /** The number of different patterns. */
  public int patternCount() {
    return topics.all(Space.PATTERN).size();
  }
}
