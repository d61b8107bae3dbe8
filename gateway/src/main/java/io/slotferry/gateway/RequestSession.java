package io.slotferry.gateway;

import io.slotferry.topology.Durability;
import org.jspecify.annotations.Nullable;

/**
 * What the commands of one caller in this process, such as those of an HTTP request, have in
 * common, as those of a connection have: their durability, who may answer reads, what they have
 * written to (for WAIT), what they watch, and the transaction between MULTI and EXEC. Thread: the
 * gateway loop that they go through.
 */
public final class RequestSession {
  final WrittenShards written = new WrittenShards();
  private final @Nullable Durability durability;
  private final int stalenessMillisMax;
  @Nullable Watches watches;
  @Nullable Transaction transaction;

  /**
   * @param durability null for the keyspace's default
   */
  public RequestSession(@Nullable Durability durability) {
    this(durability, 0);
  }

  /**
   * @param durability null for the keyspace's default
   * @param stalenessMillisMax how old the data may be that a replica answers reads from; 0: the
   *     leader answers them
   */
  public RequestSession(@Nullable Durability durability, int stalenessMillisMax) {
    this.durability = durability;
    this.stalenessMillisMax = stalenessMillisMax;
  }

  int stalenessMillisMax() {
    return stalenessMillisMax;
  }

  public @Nullable Durability durability() {
    return durability;
  }
}
