package io.slotferry.gateway;

import io.slotferry.topology.Durability;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one caller in this process, such as those of an HTTP request, have in
 * common: their durability, and what they have written to, so that a WAIT among them knows. Thread:
 * the gateway loop that they go through.
 */
public final class RequestSession {
  private final @Nullable Durability durability;
  final WrittenShards written = new WrittenShards();

  /**
   * @param durability null for the keyspace's default
   */
  public RequestSession(@Nullable Durability durability) {
    this.durability = durability;
  }

  public @Nullable Durability durability() {
    return durability;
  }
}
