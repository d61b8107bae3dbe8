package io.slotferry.protocol.shard;

import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/**
 * What goes with a {@link io.slotferry.protocol.Request} to a shard: who asks, for which partition.
 * Mutable and reused by its gateway loop; a shard that has to keep a call copies the fields.
 */
public final class ShardCall {
  /** {@link #partition} of a command that goes to all of a shard's partitions (DBSIZE, SCAN, …). */
  public static final int ALL_PARTITIONS = -1;

  public Command command = Command.PING;

  /** Number of the keyspace ({@code SELECT n}). */
  public int keyspace;

  /** Partition of the command's keys: a slot, a tablet's id, or {@link #ALL_PARTITIONS}. */
  public int partition;

  /**
   * What {@link ShardExecutor#expect} has told of the command's first key, 0 when it was not asked.
   */
  public int keyHash;

  /** The protocol version that the reply is written in: 2 or 3. */
  public int respVersion = 2;

  /** Version of the cluster map that the gateway routed by. */
  public long mapVersion;

  /** The client's id at its gateway, if it wants to be told from others in key events; else 0. */
  public long client;

  /** Whether the reply may tell only of what all of the in-sync set has: durability sync. */
  public boolean sync;

  /** Whether it leaves no trace in the keys' last use: CLIENT NO-TOUCH. */
  public boolean noTouch;

  /** How old the data may be that a replica answers from, milliseconds; 0: the leader answers. */
  public int stalenessMillisMax;

  /** Whether a script is to report its commands: for MONITOR, or a client that tracks its reads. */
  public boolean monitored;

  /** Whose script or transaction it is, if that user may not do everything; else null. */
  public @Nullable AclUser user;

  /** The caller's own number for this call, returned with a later reply. */
  public long ticket;

  /** A copy for those who keep a call beyond the turn that brought it; without the key's hash. */
  public ShardCall copy() {
    ShardCall copy = new ShardCall();
    copy.command = command;
    copy.keyspace = keyspace;
    copy.partition = partition;
    copy.respVersion = respVersion;
    copy.mapVersion = mapVersion;
    copy.client = client;
    copy.sync = sync;
    copy.noTouch = noTouch;
    copy.monitored = monitored;
    copy.stalenessMillisMax = stalenessMillisMax;
    copy.user = user;
    copy.ticket = ticket;
    return copy;
  }
}
