package io.slotferry.engine;

import io.slotferry.engine.store.AccessClock;
import java.util.Locale;

/** The values of {@code maxmemory-policy}: which keys go when there is no room. */
public enum EvictionPolicy {
  NOEVICTION(false, Order.CHANCE),
  ALLKEYS_LRU(false, Order.RECENCY),
  ALLKEYS_LFU(false, Order.FREQUENCY),
  ALLKEYS_RANDOM(false, Order.CHANCE),
  VOLATILE_LRU(true, Order.RECENCY),
  VOLATILE_LFU(true, Order.FREQUENCY),
  VOLATILE_RANDOM(true, Order.CHANCE),
  VOLATILE_TTL(true, Order.EXPIRY);

  /** By what one key goes rather than another. */
  enum Order {
    CHANCE,
    RECENCY,
    FREQUENCY,
    EXPIRY
  }

  private final boolean onlyExpiring;
  private final Order order;

  EvictionPolicy(boolean onlyExpiring, Order order) {
    this.onlyExpiring = onlyExpiring;
    this.order = order;
  }

  /** Of Redis' name: {@code allkeys-lru}. */
  static EvictionPolicy of(String name) {
    return valueOf(name.toUpperCase(Locale.ROOT).replace('-', '_'));
  }

  boolean evicts() {
    return this != NOEVICTION;
  }

  /** Whether only keys with an expiry go. */
  boolean onlyExpiring() {
    return onlyExpiring;
  }

  Order order() {
    return order;
  }

  /** What has to be kept of the uses of keys. */
  AccessClock.Kind uses() {
    return switch (order) {
      case RECENCY -> AccessClock.Kind.RECENCY;
      case FREQUENCY -> AccessClock.Kind.FREQUENCY;
      case CHANCE, EXPIRY -> AccessClock.Kind.NOTHING;
    };
  }
}
