package io.slotferry.gateway.pubsub;

import io.slotferry.protocol.GlobPattern;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * A channel or pattern that somebody is subscribed to: the clients of this loop, and how many each
 * other loop has. Thread: its gateway loop.
 */
final class Topic {
  private static final String KEY_EVENTS = "__key";
  private static final Map<Peer, Integer> NOBODY = Map.of();

  final Space space;
  final String name;
  final byte[] bytes;
  final Set<Subscriber> subscribers = new LinkedHashSet<>();

  /** By peer, the number of its subscribers; never 0. */
  Map<Peer, Integer> elsewhere = NOBODY;

  private final @Nullable GlobPattern pattern;

  Topic(Space space, String name) {
    this.space = space;
    this.name = name;
    this.bytes = name.getBytes(StandardCharsets.ISO_8859_1);
    this.pattern = space == Space.PATTERN ? GlobPattern.ofText(name) : null;
  }

  /** Whether this pattern's subscribers get what is published to {@code channel}. */
  boolean matches(byte[] channel) {
    return pattern != null && pattern.matches(channel, 0, channel.length);
  }

  /** Whether keyspace notifications, which all begin the same way, can come here. */
  boolean mayHearKeyEvents() {
    return switch (space) {
      case CHANNEL -> name.startsWith(KEY_EVENTS);
      case PATTERN -> {
        int literal = 0;
        while (literal < name.length() && "*?[\\".indexOf(name.charAt(literal)) < 0) {
          literal++;
        }
        String start = name.substring(0, literal);
        yield start.startsWith(KEY_EVENTS) || KEY_EVENTS.startsWith(start);
      }
      case SHARD_CHANNEL -> false;
    };
  }

  void peerHas(Peer peer, int count) {
    if (count > 0) {
      if (elsewhere.isEmpty()) {
        elsewhere = new HashMap<>();
      }
      elsewhere.put(peer, count);
    } else if (!elsewhere.isEmpty()) {
      elsewhere.remove(peer);
    }
  }

  boolean isUnused() {
    return subscribers.isEmpty() && elsewhere.isEmpty();
  }

  /** Subscribers of the whole deployment. */
  int count() {
    int count = subscribers.size();
    for (int more : elsewhere.values()) {
      count += more;
    }
    return count;
  }
}
