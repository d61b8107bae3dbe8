package io.slotferry.protocol.command;

/** Properties of a command, one bit each, with Redis' names (see {@code COMMAND INFO}). */
public final class CommandFlags {
  /** May change data: needs a lease, and its effects go to the replication log. */
  public static final int WRITE = 1;

  public static final int READONLY = 1 << 1;

  /** May grow memory: refused when {@code maxmemory} is reached. */
  public static final int DENYOOM = 1 << 2;

  public static final int ADMIN = 1 << 3;

  /** Constant or logarithmic time. */
  public static final int FAST = 1 << 4;

  /** May be sent before authentication. */
  public static final int NO_AUTH = 1 << 5;

  public static final int NOSCRIPT = 1 << 6;

  public static final int LOADING = 1 << 7;

  public static final int STALE = 1 << 8;

  public static final int BLOCKING = 1 << 9;

  /** The keys' positions depend on the arguments ({@link KeyPositions}). */
  public static final int MOVABLE_KEYS = 1 << 10;

  /** About channels, not about data. */
  public static final int PUB_SUB = 1 << 11;

  /** Not in a transaction. */
  public static final int NO_MULTI = 1 << 12;

  /** The shard's copy executes it, not its engine: it concerns more than the data. */
  public static final int OF_COPY = 1 << 30;

  /** Writes or not, as what it runs decides; counts as a write wherever that matters. */
  public static final int MAY_WRITE = 1 << 29;

  /** What a shard does for it is said by a subcommand. */
  public static final int CONTAINER = 1 << 28;

  /** Tells others something though it writes no data, or writes what is no news to its user. */
  public static final int MAY_REPLICATE = 1 << 27;

  /** Names keyspaces by their numbers. */
  public static final int NAMES_KEYSPACE = 1 << 26;

  private static final String[] NAMES = {
    "write",
    "readonly",
    "denyoom",
    "admin",
    "fast",
    "no_auth",
    "noscript",
    "loading",
    "stale",
    "blocking",
    "movablekeys",
    "pubsub",
    "no_multi"
  };

  private CommandFlags() {}

  /** Redis' names of the set bits, in bit order. */
  public static String[] names(int flags) {
    String[] names = new String[Integer.bitCount(flags & (1 << NAMES.length) - 1)];
    int at = 0;
    for (int bit = 0; bit < NAMES.length; bit++) {
      if ((flags & 1 << bit) != 0) {
        names[at++] = NAMES[bit];
      }
    }
    return names;
  }
}
