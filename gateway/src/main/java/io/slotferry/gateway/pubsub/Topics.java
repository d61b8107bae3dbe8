package io.slotferry.gateway.pubsub;

import java.util.Collection;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All topics that one loop knows to have subscribers, anywhere. Thread: its gateway loop. */
final class Topics {
  private final Map<Space, Map<String, Topic>> spaces = new EnumMap<>(Space.class);

  Topics() {
    for (Space space : Space.values()) {
      spaces.put(space, new LinkedHashMap<>());
    }
  }

  private Map<String, Topic> in(Space space) {
    return spaces.getOrDefault(space, Map.of());
  }

  @Nullable Topic find(Space space, String name) {
    return in(space).get(name);
  }

  /** The topic, made when there is none. */
  Topic demand(Space space, String name) {
    return in(space).computeIfAbsent(name, missing -> new Topic(space, name));
  }

  void dropIfUnused(Topic topic) {
    if (topic.isUnused()) {
      in(topic.space).remove(topic.name);
    }
  }

  Collection<Topic> all(Space space) {
    return in(space).values();
  }

  /** A peer has gone, with its subscribers. */
  void forget(Peer peer) {
    for (Space space : Space.values()) {
      for (Topic topic : List.copyOf(all(space))) {
        topic.peerHas(peer, 0);
        dropIfUnused(topic);
      }
    }
  }
}
