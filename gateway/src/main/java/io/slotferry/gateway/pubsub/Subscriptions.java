package io.slotferry.gateway.pubsub;

import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * What one client is subscribed to. Thread: its gateway loop; others may read the counts, and see
 * older ones.
 */
public final class Subscriptions {
  private final Map<Space, Set<String>> names = new EnumMap<>(Space.class);

  public Subscriptions() {
    for (Space space : Space.values()) {
      names.put(space, new LinkedHashSet<>());
    }
  }

  private Set<String> in(Space space) {
    return names.getOrDefault(space, Set.of());
  }

  /** False when it was subscribed before. */
  boolean add(Space space, String name) {
    return in(space).add(name);
  }

  /** False when it was not subscribed. */
  boolean remove(Space space, String name) {
    return in(space).remove(name);
  }

  /** A copy, in the order in which they were subscribed to. */
  public List<String> names(Space space) {
    return List.copyOf(in(space));
  }

  public int count(Space space) {
    return in(space).size();
  }

  public int count() {
    int count = 0;
    for (Space space : Space.values()) {
      count += count(space);
    }
    return count;
  }

  /** The count in a confirmation: channels and patterns are counted together. */
  public int confirmedCount(Space space) {
    return space == Space.SHARD_CHANNEL
        ? count(space)
        : count(Space.CHANNEL) + count(Space.PATTERN);
  }

  public boolean isEmpty() {
    return in(Space.CHANNEL).isEmpty()
        && in(Space.PATTERN).isEmpty()
        && in(Space.SHARD_CHANNEL).isEmpty();
  }
}
