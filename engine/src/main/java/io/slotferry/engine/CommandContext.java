package io.slotferry.engine;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.AccessClock;
import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.EntryView;
import io.slotferry.engine.store.KeyEntry;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.ShardCall;
import java.util.List;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * What a handler works with: the arguments, the keys, the reply and the effects of one command.
 *
 * <p>Arguments are parsed first; the first error is latched and has then been written as the reply,
 * so that a handler asks {@link #failed} once, before it changes anything. The same holds for a key
 * of the wrong type.
 *
 * <p>A key whose time has come is removed when a command of the leader meets it, with an effect. A
 * follower that repeats effects lets it stand until that effect arrives.
 *
 * <p>One instance per engine, reused for every command. Thread: the loop that owns the shard copy.
 */
public final class CommandContext {
  /** The expiry of a key that never expires. */
  public static final long NO_EXPIRY = EntryMemory.NO_EXPIRY;

  public static final String WRONG_TYPE =
      "WRONGTYPE Operation against a key holding the wrong kind of value";
  public static final String NOT_AN_INTEGER = "ERR value is not an integer or out of range";
  public static final String NOT_A_FLOAT = "ERR value is not a valid float";

  private static final int NO_ARGUMENT = -1;
  private static final int EXPIRED_FIELDS_PER_EFFECT = 256;
  private static final int LONG_DIGITS_MAX = 20;

  /** Redis keeps 24 bits of a second. */
  private static final int LRU_MASK = (1 << 24) - 1;

  private final Engine engine;
  private final PartitionStore store;
  private final EntryMemory memory;
  private final KeyLocator locator;
  private final EffectSink sink;
  private final KeyNotices notices;
  private final RandomGenerator random;
  private final Effect effect;
  private final byte[] digits = new byte[LONG_DIGITS_MAX];
  private final EntryView view = new EntryView();
  private final EntryView peekView = new EntryView();

  private final AccessClock accessClock;
  private final WireWriter scratch = new WireWriter();

  // The command.
  private ShardCall call = new ShardCall();
  private Request request = new Request();
  private ReplyWriter reply = new ReplyWriter(0);
  private int replyStart;
  private int keyspace;
  private long nowMillis;
  private boolean leading;
  private boolean failed;
  private boolean waits;
  private @Nullable ValueType awaited;
  private @Nullable Request again;

  // The key that was looked up last: handlers look up, change and report the same key in turn.
  private int located = NO_ARGUMENT;

  /** The key that was counted last as a hit or a miss, or did not have to be. */
  private int counted = NO_ARGUMENT;

  private int hash;
  private @Nullable Partition partition;
  private @Nullable KeyTable table;
  private int index;

  /** The hash of that key, if it stands packed in the entry, or may. */
  private @Nullable HashValue packedHash;

  /** The key that was looked up last is new, and no effect has said so yet. */
  private boolean created;

  /** The effect that is emitted is about a key whose time has come. */
  private boolean expiring;

  CommandContext(
      Engine engine,
      KeyLocator locator,
      EffectSink sink,
      KeyObservation observation,
      RandomGenerator random) {
    this.engine = engine;
    this.store = engine.store();
    this.memory = store.memory();
    this.locator = locator;
    this.sink = sink;
    this.random = random;
    this.accessClock = engine.accessClock();
    this.notices = new KeyNotices(observation);
    this.effect = new Effect(this::emit);
  }

  /**
   * @param leading whether this copy decides: it lets keys expire and emits effects; otherwise it
   *     only repeats effects, all of them on {@code call}'s partition
   */
  void begin(ShardCall call, Request request, ReplyWriter reply, long nowMillis, boolean leading) {
    this.call = call;
    this.request = request;
    this.reply = reply;
    this.replyStart = reply.size();
    this.keyspace = call.keyspace;
    this.nowMillis = nowMillis;
    this.leading = leading;
    failed = false;
    waits = false;
    created = false;
    located = NO_ARGUMENT;
    counted = NO_ARGUMENT;
    packedHash = null;
    if (leading && notices.isOn()) {
      notices.begin(call.command, request);
    }
  }

  /** The command is at its end. */
  void end() {
    if (notices.isOn()) {
      notices.end();
    }
  }

  // ---- arguments

  public Request request() {
    return request;
  }

  /** Who asks, and for which partition. */
  public ShardCall call() {
    return call;
  }

  /** The number of arguments, the command's name included. */
  public int count() {
    return request.count();
  }

  /** Whether the option at {@code argument} is {@code WORD} (upper-case), ASCII case ignored. */
  public boolean is(int argument, String word) {
    return request.is(argument, word);
  }

  /** A 64-bit integer; else latches "ERR value is not an integer or out of range", returns 0. */
  public long integer(int argument) {
    return integer(argument, Long.MIN_VALUE, Long.MAX_VALUE, NOT_AN_INTEGER);
  }

  /** An integer in {@code [min, max]}; else latches {@code error}. */
  public long integer(int argument, long min, long max, String error) {
    byte[] buffer = request.buffer();
    int start = request.start(argument);
    int length = request.length(argument);
    if (Decimal.isLong(buffer, start, length)) {
      long value = Decimal.toLong(buffer, start, length);
      if (value >= min && value <= max) {
        return value;
      }
    }
    fail(error);
    return 0;
  }

  /** A double (inf allowed, NaN not); else latches "ERR value is not a valid float". */
  public double number(int argument) {
    return number(argument, NOT_A_FLOAT);
  }

  /** A double (inf allowed, NaN not); else latches {@code error}. */
  public double number(int argument, String error) {
    double value =
        Decimal.toDouble(request.buffer(), request.start(argument), request.length(argument));
    if (Double.isNaN(value)) {
      fail(error);
      return 0;
    }
    return value;
  }

  /** Latches {@code error} ("ERR …"), unless another was latched before. */
  public void fail(String error) {
    if (!failed) {
      failed = true;
      reply.truncate(replyStart);
      reply.error(error);
    }
  }

  /** What is written so far is no part of the reply, and stands before it whatever comes. */
  public void beginReply() {
    replyStart = reply.size();
  }

  /** Latches "ERR syntax error". */
  public void syntaxError() {
    fail("ERR syntax error");
  }

  /** Latches what Redis says of a wrong number of arguments. */
  public void wrongArity() {
    fail("ERR wrong number of arguments for '" + call.command.lowerName() + "' command");
  }

  /** Whether an error was latched; its reply is then written already. */
  public boolean failed() {
    return failed;
  }

  // ---- the clock, chance, the reply, the data as a whole

  /** Wall clock of this command, milliseconds since 1970; the same for all of it. */
  public long nowMillis() {
    return nowMillis;
  }

  /** A source of chance for SPOP and its like; never used in what an effect repeats. */
  public RandomGenerator random() {
    return random;
  }

  public ReplyWriter reply() {
    return reply;
  }

  /** How the uses of keys are kept. */
  public AccessClock accessClock() {
    return accessClock;
  }

  /** Whether scripts may run DEBUG. */
  public void allowDebugInScripts(boolean allowed) {
    engine.scripts().allowDebug(allowed);
  }

  /** Whether keys and fields expire that nobody asks for. */
  public void expireActively(boolean active) {
    engine.expireActively(active);
  }

  /** Memory to put bytes together in, whatever is in it; anybody else may take it next. */
  public WireWriter scratch() {
    return scratch;
  }

  public EngineSettings settings() {
    return engine.settings();
  }

  /** All partitions, for the commands that go over them. */
  public PartitionStore store() {
    return store;
  }

  /** The keyspace that keys are looked up in. */
  public int keyspace() {
    return keyspace;
  }

  /** Looks up keys in another keyspace from now on, for the rest of the command. */
  public void useKeyspace(int keyspace) {
    this.keyspace = keyspace;
    located = NO_ARGUMENT;
  }

  /**
   * Partition of the key at {@code keyArgument} in a keyspace; -1 when there is no such keyspace.
   */
  public int partitionOf(int keyspace, int keyArgument) {
    return locator.partitionOf(
        keyspace, request.buffer(), request.start(keyArgument), request.length(keyArgument));
  }

  // ---- keys; keyArgument is the position of a key among the arguments

  private void locate(int keyArgument) {
    if (keyArgument == located) {
      return;
    }
    pack();
    packedHash = null;
    byte[] buffer = request.buffer();
    int start = request.start(keyArgument);
    int length = request.length(keyArgument);
    boolean named = isNamedByCall(keyArgument);
    Partition found = partition(named ? call.partition : partitionOf(keyspace, keyArgument));
    located = keyArgument;
    hash =
        named && leading && call.keyHash != KeyHash.BEFORE_FIRST
            ? call.keyHash
            : KeyHash.hash(buffer, start, length);
    partition = found;
    table = found.table(keyspace);
    index = table == null ? -1 : table.find(hash, buffer, start, length);
    if (leading
        && table != null
        && index >= 0
        && memory.isExpired(table.entryAt(index), nowMillis)) {
      removeLocated(table);
      expiring = true;
      store.totals().expired();
      beginEffect(keyArgument, Effect.DEL).emit();
      expiring = false;
    } else if (leading && keyArgument != counted) {
      countRead(keyArgument);
    }
  }

  /** Counts a hit or a miss; a key that is looked up again, because it was removed, is none. */
  private void countRead(int keyArgument) {
    counted = keyArgument;
    if (ReadKeys.contain(call.command, request, keyArgument)) {
      store.totals().read(index >= 0);
    }
  }

  /** Removes a key of the partition whose time has come, for commands that go over all keys. */
  public void expire(Partition in, int entry) {
    KeyTable from = in.table(keyspace);
    byte[] buffer = memory.keyBuffer(entry);
    int start = memory.keyStart(entry);
    int length = memory.keyLength(entry);
    int at =
        from == null ? -1 : from.find(KeyHash.hash(buffer, start, length), buffer, start, length);
    if (from == null || at < 0) {
      return;
    }
    from.remove(at);
    located = NO_ARGUMENT;
    store.totals().expired();
    expiring = true;
    effect.begin(keyspace, in.id(), request, !leading);
    effect.bytes(Effect.DEL).bytes(buffer, start, length).emit();
    expiring = false;
  }

  /** Whether the call says what partition the key is in. */
  private boolean isNamedByCall(int keyArgument) {
    return !leading
        || (keyArgument == call.command.firstKey()
            && keyspace == call.keyspace
            && call.partition != ShardCall.ALL_PARTITIONS);
  }

  private Partition partition(int id) {
    Partition found = store.partition(id);
    if (found == null) {
      throw new IllegalStateException("partition " + id + " is not here");
    }
    return found;
  }

  /** Its entry, or {@link EntryMemory#NONE}. */
  private int entry(int keyArgument) {
    locate(keyArgument);
    return table == null || index < 0 ? missing(keyArgument) : table.entryAt(index);
  }

  private int missing(int keyArgument) {
    if (notices.isOn() && leading) {
      notices.missed(keyspace, keyArgument);
    }
    return EntryMemory.NONE;
  }

  /**
   * The live value, or null when there is none. A string, or a small hash, comes as a view, valid
   * until the next look-up by {@code find} and until the key is written by a method of this class.
   */
  public @Nullable Value find(int keyArgument) {
    int entry = entry(keyArgument);
    if (entry == EntryMemory.NONE) {
      return null;
    }
    use();
    return valueOf(entry);
  }

  /** The same for those who only look at the key from outside: that is no use of it. */
  public @Nullable Value inspect(int keyArgument) {
    int entry = entry(keyArgument);
    return entry == EntryMemory.NONE ? null : valueOf(entry);
  }

  private Value valueOf(int entry) {
    if (packedHash != null) {
      return packedHash;
    }
    Value value = view.of(memory, entry);
    packedHash = value instanceof HashValue hash && memory.isPacked(entry) ? hash : null;
    return value;
  }

  /** The located key is used now. */
  private void use() {
    if (leading && table != null && index >= 0 && mayTouch()) {
      table.usedAt(nowMillis);
      if (accessClock.kind() != AccessClock.Kind.NOTHING) {
        table.clockIs(index, accessClock.used(table.clockAt(index), nowMillis));
      }
    }
  }

  private boolean mayTouch() {
    return !call.noTouch || call.command == Command.TOUCH;
  }

  /** What is known of the last use of the key, which exists. */
  public int clock(int keyArgument) {
    locate(keyArgument);
    return table == null || index < 0 ? AccessClock.UNKNOWN : table.clockAt(index);
  }

  public void clockIs(int keyArgument, int clock) {
    locate(keyArgument);
    if (table != null && index >= 0) {
      table.clockIs(index, clock);
    }
  }

  /** How long the key, which exists, was not used; if keys' uses are not kept, its table's. */
  public long idleMillis(int keyArgument) {
    locate(keyArgument);
    return table == null || index < 0 ? 0 : idleMillis(table, index);
  }

  /** The same of a key that was found in a table. */
  public long idleMillis(KeyTable table, int index) {
    int clock = table.clockAt(index);
    if (clock != AccessClock.UNKNOWN) {
      return accessClock.idleMillis(clock, nowMillis);
    }
    return table.usedMillis() > 0 ? Math.max(0, nowMillis - table.usedMillis()) : 0;
  }

  /** What Redis would keep of the uses of a key: a counter, or the second of the last one. */
  public int lru(KeyTable table, int index) {
    return accessClock.kind() == AccessClock.Kind.FREQUENCY
        ? table.clockAt(index)
        : accessClock.ofIdle(idleMillis(table, index), nowMillis) & LRU_MASK;
  }

  /** The live value if it is of this type; of another type, latches WRONGTYPE and returns null. */
  public <V extends Value> @Nullable V find(int keyArgument, Class<V> type) {
    Value value = find(keyArgument);
    if (value == null) {
      return null;
    }
    if (type.isInstance(value)) {
      return type.cast(value);
    }
    fail(WRONG_TYPE);
    return null;
  }

  /** The live hash, without the fields whose time has come; otherwise as {@link #find}. */
  public @Nullable HashValue findHash(int keyArgument) {
    HashValue hash = find(keyArgument, HashValue.class);
    while (hash != null && leading && hash.nextExpiry() <= nowMillis) {
      List<byte[]> expired = hash.takeExpired(nowMillis, EXPIRED_FIELDS_PER_EFFECT);
      if (expired.isEmpty()) {
        break;
      }
      Effect begun = beginEffect(keyArgument, Effect.HDEL);
      expired.forEach(begun::bytes);
      begun.emit();
      if (hash.size() == 0) {
        remove(keyArgument);
        hash = null;
      }
    }
    return hash;
  }

  /**
   * The live value of a key that is no argument of the command, to be read only; null also when the
   * key's time has come. It is valid until the next call. Latches an error when the key's partition
   * is not here.
   */
  public @Nullable Value peek(byte[] key) {
    Partition found = store.partition(locator.partitionOf(keyspace, key, 0, key.length));
    if (found == null || !found.isServing()) {
      fail("TRYAGAIN Multiple keys request during rehashing of slot");
      return null;
    }
    KeyTable table = found.table(keyspace);
    int entry =
        table == null
            ? EntryMemory.NONE
            : table.peek(KeyHash.hash(key, 0, key.length), key, 0, key.length);
    return entry == EntryMemory.NONE || memory.isExpired(entry, nowMillis)
        ? null
        : peekView.of(memory, entry);
  }

  /** The string at the key was changed in place: see {@link EntryMemory#markRaw}. */
  public void markRaw(int keyArgument) {
    int entry = entry(keyArgument);
    if (entry != EntryMemory.NONE && memory.isPacked(entry)) {
      memory.markRaw(entry);
    }
  }

  /** Redis' name of the encoding that the key's value would have there; null without the key. */
  public @Nullable String encoding(int keyArgument) {
    int entry = entry(keyArgument);
    if (entry == EntryMemory.NONE) {
      return null;
    }
    return memory.isRaw(entry) ? "raw" : valueOf(entry).encoding();
  }

  /** The memory the key and its value take, bytes (an estimate); -1 when there is no such key. */
  public long bytesOf(int keyArgument) {
    int entry = entry(keyArgument);
    return entry == EntryMemory.NONE ? -1 : memory.bytes(entry);
  }

  public boolean exists(int keyArgument) {
    return entry(keyArgument) != EntryMemory.NONE;
  }

  /** When the (live) key expires, milliseconds since 1970, or {@link #NO_EXPIRY}. */
  public long expiry(int keyArgument) {
    int entry = entry(keyArgument);
    return entry == EntryMemory.NONE ? NO_EXPIRY : memory.expiry(entry);
  }

  /**
   * Binds the key to {@code value}, replacing what it held, its expiry included. A string is
   * copied; any other value is the key's own from now on.
   */
  public void put(int keyArgument, Value value, long expiryMillis) {
    if (value instanceof StringValue string && !string.isLasting()) {
      putString(keyArgument, string.buffer(), string.start(), string.length(), expiryMillis);
      return;
    }
    locate(keyArgument);
    int entry =
        memory.add(
            request.buffer(),
            request.start(keyArgument),
            request.length(keyArgument),
            value,
            expiryMillis);
    bind(entry);
    if (value instanceof HashValue hash && hash.isCompact()) {
      show(hash, entry);
    }
  }

  /** Binds the key to a string, replacing what it held, its expiry included. */
  public void putString(int keyArgument, byte[] source, int start, int length, long expiryMillis) {
    int entry = entry(keyArgument);
    if (entry != EntryMemory.NONE && memory.overwrite(entry, source, start, length, expiryMillis)) {
      return;
    }
    bind(newString(keyArgument, source, start, length, expiryMillis));
  }

  /** {@link #putString} of the argument at {@code valueArgument}; a large one is not copied. */
  public void putArgument(int keyArgument, int valueArgument, long expiryMillis) {
    byte[] buffer = request.buffer();
    int start = request.start(valueArgument);
    int length = request.length(valueArgument);
    if (length < Request.LARGE_BYTES) {
      putString(keyArgument, buffer, start, length, expiryMillis);
    } else if (request.keepBuffer(valueArgument)) {
      putLasting(keyArgument, StringValue.lasting(buffer, start, length), expiryMillis);
    } else {
      byte[] copy = request.copy(valueArgument);
      putLasting(keyArgument, StringValue.lasting(copy, 0, length), expiryMillis);
    }
  }

  private void putLasting(int keyArgument, StringValue value, long expiryMillis) {
    locate(keyArgument);
    bind(memory.add(new KeyEntry(request.copy(keyArgument), value, expiryMillis)));
  }

  /** {@link #putString} of the decimal digits of {@code value}. */
  public void putInteger(int keyArgument, long value, long expiryMillis) {
    int length = Decimal.length(value);
    Decimal.write(value, digits, 0, length);
    putString(keyArgument, digits, 0, length, expiryMillis);
  }

  /**
   * A view of the key's string for changes in place, lengthened to {@code length} bytes by zeros if
   * it is shorter. A key that is not there is created, a string that lasts gets another array.
   *
   * @param value what the key holds
   */
  public StringValue changeable(int keyArgument, @Nullable StringValue value, int length) {
    int held = value == null ? 0 : value.length();
    if (value != null && held >= length && !value.isLasting()) {
      return value;
    }
    if (value == null || !memory.isPacked(entry(keyArgument))) {
      bind(packed(keyArgument, value));
    }
    int packed = entry(keyArgument);
    if (held < length) {
      bind(memory.lengthened(packed, length));
    }
    return view.string(memory, entry(keyArgument));
  }

  private int packed(int keyArgument, @Nullable StringValue value) {
    return value == null
        ? newString(keyArgument, digits, 0, 0, NO_EXPIRY)
        : newString(
            keyArgument, value.buffer(), value.start(), value.length(), expiry(keyArgument));
  }

  private int newString(int keyArgument, byte[] source, int start, int length, long expiryMillis) {
    return memory.add(
        request.buffer(),
        request.start(keyArgument),
        request.length(keyArgument),
        source,
        start,
        length,
        expiryMillis);
  }

  private void bind(int entry) {
    packedHash = null;
    if (table == null) {
      table = locatedPartition().demandTable(keyspace);
      index =
          table.find(
              hash, memory.keyBuffer(entry), memory.keyStart(entry), memory.keyLength(entry));
    }
    if (index >= 0) {
      table.replace(index, entry);
    } else {
      index = table.insert(index, hash, entry);
      created = true;
    }
    use();
  }

  private Partition locatedPartition() {
    if (partition == null) {
      throw new IllegalStateException("no key was looked up");
    }
    return partition;
  }

  /** Changes only the expiry of an existing key. */
  public void expire(int keyArgument, long expiryMillis) {
    locate(keyArgument);
    if (table != null && index >= 0) {
      pack();
      table.expireAt(index, expiryMillis);
      if (packedHash != null) {
        show(packedHash, table.entryAt(index));
      }
    }
  }

  /** Removes the key; false when there was none. */
  public boolean remove(int keyArgument) {
    locate(keyArgument);
    if (table == null || index < 0) {
      return false;
    }
    removeLocated(table);
    return true;
  }

  /** Removes the key, with the effect that says so; false when there was none. */
  public boolean delete(int keyArgument) {
    boolean removed = remove(keyArgument);
    if (removed) {
      beginEffect(keyArgument, Effect.DEL).emit();
    }
    return removed;
  }

  private void removeLocated(KeyTable table) {
    table.remove(index);
    index = -1;
    located = NO_ARGUMENT;
    packedHash = null;
  }

  // ---- small hashes, which stand packed in their entries

  /** Puts the hash of the located key back into its entry if it has left it. */
  private void pack() {
    HashValue hash = packedHash;
    if (hash == null || table == null || index < 0 || !hash.hasLeftEntry()) {
      return;
    }
    int old = table.entryAt(index);
    int entry =
        memory.add(
            memory.keyBuffer(old),
            memory.keyStart(old),
            memory.keyLength(old),
            hash,
            memory.expiry(old));
    table.replace(index, entry);
    show(hash, entry);
  }

  /** Whoever holds {@code hash} sees, and changes, what stands in {@code entry} from now on. */
  private void show(HashValue hash, int entry) {
    if (memory.isPacked(entry)) {
      EntryView.show(hash, memory, entry);
    }
    packedHash = hash.isCompact() ? hash : null;
  }

  // ---- waiting

  /**
   * There is nothing to take. The reply that was written is that of a wait in vain; whoever had
   * this command executed may let it wait instead, and execute it again when one of its keys gets a
   * value of this type.
   *
   * @param type null: whatever happens to one of its keys is worth another try
   */
  public void await(@Nullable ValueType type) {
    await(type, request);
  }

  /**
   * As {@link #await(ValueType)}, with another request for the tries that follow: one that stands
   * for the same, but does not mean another thing later ({@code XREAD … $}). It has the same keys.
   */
  public void await(@Nullable ValueType type, Request again) {
    this.waits = true;
    this.awaited = type;
    this.again = again;
  }

  boolean waits() {
    return waits;
  }

  @Nullable ValueType awaited() {
    return awaited;
  }

  Request again() {
    return again == null ? request : again;
  }

  // ---- commands inside this one

  /**
   * Executes another command inside this one, at the same moment. Its reply is appended to {@code
   * reply}; it may not be the writer of this command's. A command that would wait for a key does
   * not.
   *
   * @param call with the command, its keyspace and the protocol of its reply; the partition is
   *     found here
   * @return false, and nothing was done, when the partition of one of its keys is not served here
   */
  public boolean execute(ShardCall call, Request request, ReplyWriter reply) {
    located = NO_ARGUMENT;
    return engine.executeInside(call, request, reply, nowMillis);
  }

  /** Whether there was no room for more when the outermost command began. */
  public boolean isOutOfMemory() {
    return engine.isOutOfMemory();
  }

  /** Whether a script executes this one. */
  public boolean isInScript() {
    return engine.isInside();
  }

  /** Whether no other command is under way around this one, and no group of effects is open. */
  public boolean isAlone() {
    return engine.isAlone();
  }

  /** As {@link #atomically}, for a command that ends in a later turn. */
  public void beginGroup() {
    engine.beginGroup();
  }

  public void endGroup() {
    engine.endGroup();
  }

  /**
   * The command ends in a later turn: it has its arguments and its reply for itself from now on.
   */
  public void keep() {
    call = call.copy();
    request = request.detached();
    reply = new ReplyWriter();
    reply.useProtocol(call.respVersion);
    replyStart = 0;
    located = NO_ARGUMENT;
  }

  /**
   * Runs {@code body} so that all effects in it, those of commands inside this one included, form
   * one group: replicas and recovery repeat all of them or none.
   */
  public void atomically(Runnable body) {
    engine.atomically(body);
  }

  // ---- effects

  /**
   * The command changed its one key, and doing it again on an equal copy does the same: the effect
   * is the request itself. Not for commands of several keys, of relative time or of chance.
   */
  public void changed() {
    locate(call.command.firstKey());
    recount();
    if (leading) {
      emit(keyspace, locatedPartition().id(), request);
    }
  }

  private void emit(int keyspace, int partition, Request effect) {
    sink.effect(keyspace, partition, effect);
    if (notices.isOn()) {
      notice(keyspace, effect);
    }
    created = false;
  }

  private void notice(int keyspace, Request effect) {
    if (expiring) {
      notices.expired(keyspace, effect.buffer(), effect.start(1), effect.length(1));
    } else {
      notices.effect(keyspace, effect, created, index < 0);
    }
  }

  /** The command changed nothing, but Redis tells of it as if it had. */
  public void unchanged() {
    if (notices.isOn() && leading) {
      notices.unchanged(keyspace, request);
    }
  }

  /** The command changes something of its key that Redis does not tell of. */
  public void changesSilently() {
    if (notices.isOn() && leading) {
      notices.silence();
    }
  }

  /** A stream has met with {@code event}, beside what the command's effects tell. */
  public void streamEvent(int keyArgument, byte[] event) {
    if (notices.isOn() && leading) {
      notices.ofStream(keyspace, event, keyArgument);
    }
  }

  /** All keys of a keyspace, or of all, were removed, if there were any. */
  public void flushed() {
    if (notices.isOn()) {
      notices.flushed();
    }
  }

  /** An effect other than the request, on the key at {@code keyArgument}: name, key, arguments. */
  public void effect(int keyArgument, byte[]... effect) {
    Effect begun = beginEffect(keyArgument);
    for (byte[] argument : effect) {
      begun.bytes(argument);
    }
    begun.emit();
  }

  /** The effect {@code name key …}, to be completed and then emitted. */
  public Effect beginEffect(int keyArgument, byte[] name) {
    return beginEffect(keyArgument).bytes(name).argument(keyArgument);
  }

  private Effect beginEffect(int keyArgument) {
    locate(keyArgument);
    recount();
    return effect.begin(keyspace, locatedPartition().id(), request, !leading);
  }

  /**
   * The whole state of the key as of now, or its absence, as the effect: for results that were
   * computed from other keys (RENAME, SINTERSTORE, …).
   */
  public void effectOfKey(int keyArgument) {
    int entry = entry(keyArgument);
    if (entry == EntryMemory.NONE) {
      beginEffect(keyArgument, Effect.DEL).emit();
      return;
    }
    WireWriter payload = new WireWriter();
    valueOf(entry).encode(payload);
    beginEffect(keyArgument, Effect.PUT)
        .decimal(memory.expiry(entry))
        .decimal(memory.type(entry).code())
        .bytes(payload.bytes(), 0, payload.size())
        .emit();
  }

  private void recount() {
    pack();
    if (table != null && index >= 0) {
      table.recount(index);
    }
  }

  /** Two keyspaces have changed places in this partition. */
  public void effectOfSwap(int keyspace, int other, int partition) {
    effect.begin(keyspace, partition, request, !leading).bytes(Effect.swap(other)).emit();
  }

  /** The keyspace has lost all its keys in this partition. */
  public void effectOfFlush(int keyspace, int partition) {
    effect.begin(keyspace, partition, request, !leading).bytes(Effect.FLUSH).emit();
  }
}
