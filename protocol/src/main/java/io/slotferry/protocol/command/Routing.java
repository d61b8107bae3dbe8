package io.slotferry.protocol.command;

/**
 * Where the gateway sends a command, and how it merges the replies if it went to several shards.
 */
public enum Routing {
  /** The gateway answers itself; no shard is asked. */
  GATEWAY,
  /** To the one shard that owns all its keys, else {@code -CROSSSLOT}. */
  ONE_SLOT,
  /** To the only shard; refused when there are several, which could not do it at once: SWAPDB. */
  ONE_SHARD,
  /** To the one shard that owns all keys of all commands in it: a transaction. */
  BATCH,
  /**
   * As {@link #ONE_SLOT}, but the number of keys is argument 2; a shard that lacks the script gets
   * it and is asked again: EVAL, FCALL.
   */
  SCRIPT_CALL,
  /** Each key to its shard (one argument a key); integer replies are added up: DEL, EXISTS, … */
  SPLIT_SUM,
  /** Each key to its shard; array replies are woven together in the order of the keys: MGET. */
  SPLIT_ARRAY,
  /** Each key-value pair to its shard; {@code +OK} when all said so: MSET. */
  SPLIT_OK,
  /** To every shard; integers added up: DBSIZE. */
  ALL_SUM,
  /** To every shard; the first one's reply when none has failed: FLUSHALL, FLUSHDB, BGSAVE. */
  ALL_OK,
  /** To every shard; arrays joined: KEYS. */
  ALL_JOIN,
  /** To every shard; the smallest integer, of arrays in each place: WAIT, WAITAOF, LASTSAVE. */
  ALL_MIN,
  /** To shards in a random order until one has a key: RANDOMKEY. */
  ANY_KEY,
  /** Shard after shard, the cursor telling which: SCAN. */
  CURSOR,
  /** Tablet after tablet in key order: KEYRANGE. */
  ORDERED,
  /** To a key's shard, or to one shard after the other, as the subcommand says: DEBUG. */
  BY_SUBCOMMAND
}
