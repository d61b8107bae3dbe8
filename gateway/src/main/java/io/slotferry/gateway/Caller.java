package io.slotferry.gateway;

import io.slotferry.protocol.access.AclUser;
import org.jspecify.annotations.Nullable;

/**
 * Who gives a command to the {@link Router}. Most commands are answered in place; only for one that
 * is not does the router ask for a {@link #later target}, so that nothing is allocated before.
 */
interface Caller {
  int keyspace();

  /** 2 or 3. */
  int respVersion();

  /** Where the answer is to go; asked at most once for each call that is not answered in place. */
  ReplyTarget later();

  /** The call that its command has become, which is not answered in place. */
  default void becomes(Call call) {}

  /** How its calls are routed when a shard refused them. */
  Rerouting rerouting();

  /** What it has written to, for WAIT. */
  WrittenShards written();

  /** Whether its replies may tell only of what is safe: durability sync. */
  boolean sync();

  /**
   * How old the data may be that its reads are answered from, milliseconds: a replica may answer
   * them. 0: the leader does.
   */
  default int stalenessMillisMax() {
    return 0;
  }

  /** The client's id, if it does not want to hear of what it changes itself; else 0. */
  long markedClient();

  /** Whether what it does leaves the keys' last use as it is: CLIENT NO-TOUCH. */
  default boolean noTouch() {
    return false;
  }

  /** The client; null for a caller that is none, or whose client is not known. */
  default @Nullable Session session() {
    return null;
  }

  /** What its client is about to read, if that is tracked; else null. */
  default @Nullable TrackedRead trackedRead() {
    return null;
  }

  /** Its user, if that one may not do everything; else null. */
  default @Nullable AclUser restrictedUser() {
    return null;
  }

  /** The number of the call that it is, or is a part of; 0 for one that is no call yet. */
  default long number() {
    return 0;
  }

  /**
   * Since when it waits to be taken, {@link GatewayLoop#nowMillis} clock; 0 when it has not waited.
   */
  long waitingSinceMillis();
}
