package io.slotferry.engine;

import io.slotferry.engine.command.BitCommands;
import io.slotferry.engine.command.BlockingCommands;
import io.slotferry.engine.command.ClaimCommands;
import io.slotferry.engine.command.ClaimEffect;
import io.slotferry.engine.command.DebugCommands;
import io.slotferry.engine.command.DumpCommands;
import io.slotferry.engine.command.ExpiryCommands;
import io.slotferry.engine.command.GenericCommands;
import io.slotferry.engine.command.GeoCommands;
import io.slotferry.engine.command.GroupCommands;
import io.slotferry.engine.command.HashCommands;
import io.slotferry.engine.command.HyperLogLogCommands;
import io.slotferry.engine.command.KeyspaceCommands;
import io.slotferry.engine.command.ListCommands;
import io.slotferry.engine.command.MemoryCommands;
import io.slotferry.engine.command.PendingCommands;
import io.slotferry.engine.command.SetCommands;
import io.slotferry.engine.command.SortedSetCommands;
import io.slotferry.engine.command.StreamCommands;
import io.slotferry.engine.command.StreamInfo;
import io.slotferry.engine.command.StreamReads;
import io.slotferry.engine.command.StringCommands;
import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.script.ScriptCommands;
import io.slotferry.engine.store.AccessClock;
import io.slotferry.engine.store.ChunkReader;
import io.slotferry.engine.store.KeyComparator;
import io.slotferry.engine.store.KeyEntry;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Lookahead;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.shard.ShardCall;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.function.IntFunction;
import java.util.function.LongSupplier;
import java.util.function.UnaryOperator;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * Executes commands on one shard copy's data. A leader {@link #execute executes} what clients ask
 * for, and its effects go to the sink; a follower, and a copy that recovers, {@link #apply applies}
 * effects. Whether this copy leads, owns the partition and may serve is its caller's question.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class Engine {
  /** One command in this many has its CPU time measured, and stands for the others. */
  private static final int CPU_SAMPLE_EVERY = 64;

  public static final String OUT_OF_MEMORY =
      "OOM command not allowed when used memory > 'maxmemory'.";

  /** Effects are of no time: they are repeated long after, when what they say may be past. */
  private static final long NO_TIME = 0;

  private final PartitionStore store = new PartitionStore();
  private final EngineSettings settings = new EngineSettings();
  private final Lookahead lookahead = new Lookahead(store);
  private final HandlerTable handlers = new HandlerTable();
  private final KeyObservation observation = new KeyObservation();
  private final EffectSink effects;
  private IntFunction<KeyComparator> orders = Engine::unknownOrder;
  private final LongSupplier nanoClock;
  private final KeyLocator locator;
  private final RandomGenerator random;
  private final CommandContext context;

  /** Contexts of the commands inside others, by depth: used again and again. */
  private final List<CommandContext> inner = new ArrayList<>();

  private int depth;
  private int groups;
  private final ExpiryCycle expiryCycle;
  private final Eviction eviction;
  private final AdoptedKeys adopted;
  private final ScriptCommands scripts = new ScriptCommands();

  // What an effect is applied with.
  private final ShardCall effectCall = new ShardCall();
  private final ReplyWriter ignoredReply = new ReplyWriter();
  private final WireReader payload = new WireReader(new byte[0]);

  private final AccessClock accessClock;
  private boolean expiresActively = true;
  private int executed;

  /** There was no room when the command began; for those inside it too. */
  private boolean outOfMemory;

  /**
   * @param random for the choices of SPOP, RANDOMKEY and their like
   * @param nanoClock a clock that only measures, as {@link System#nanoTime}; nothing depends on it
   */
  public Engine(
      KeyLocator locator, EffectSink effects, RandomGenerator random, LongSupplier nanoClock) {
    this.effects = effects;
    this.nanoClock = nanoClock;
    this.locator = locator;
    this.random = random;
    this.accessClock = new AccessClock(random);
    this.context = new CommandContext(this, locator, effects, observation, random);
    KeyNotices notices = new KeyNotices(observation);
    this.adopted = new AdoptedKeys(effects);
    this.expiryCycle = new ExpiryCycle(store, effects, notices);
    this.eviction = new Eviction(store, settings, accessClock, random, effects, notices);
    StringCommands.bind(handlers);
    BitCommands.bind(handlers);
    HyperLogLogCommands.bind(handlers);
    GenericCommands.bind(handlers);
    ExpiryCommands.bind(handlers);
    KeyspaceCommands.bind(handlers);
    MemoryCommands.bind(handlers);
    DumpCommands.bind(handlers);
    DebugCommands.bind(handlers);
    HashCommands.bind(handlers);
    ListCommands.bind(handlers);
    SetCommands.bind(handlers);
    SortedSetCommands.bind(handlers);
    GeoCommands.bind(handlers);
    StreamCommands.bind(handlers);
    StreamReads.bind(handlers);
    StreamInfo.bind(handlers);
    GroupCommands.bind(handlers);
    PendingCommands.bind(handlers);
    ClaimCommands.bind(handlers);
    BlockingCommands.bind(handlers);
    scripts.bind(handlers);
  }

  /** Whether {@link #expireCycle} finds anything: tests may want to meet expired keys. */
  void expireActively(boolean active) {
    expiresActively = active;
  }

  /** How the uses of keys are kept; {@link #keepUses} changes it. */
  public AccessClock accessClock() {
    return accessClock;
  }

  /** Keeps the uses of keys in this way from now on; what was kept in another is forgotten. */
  public void keepUses(AccessClock.Kind kind) {
    if (kind == accessClock.kind()) {
      return;
    }
    accessClock.keep(kind);
    for (Partition at = store.after(-1); at != null; at = store.after(at.id())) {
      for (int keyspace = 0; keyspace < at.keyspaces(); keyspace++) {
        KeyTable table = at.table(keyspace);
        if (table != null) {
          table.forgetClocks();
        }
      }
    }
  }

  /**
   * Tells it the orders of keys, before any effect that cuts a tablet.
   *
   * @param orders by their codes
   */
  public void useOrders(IntFunction<KeyComparator> orders) {
    this.orders = orders;
  }

  private static KeyComparator unknownOrder(int code) {
    throw new IllegalStateException("nobody has said what order of keys " + code + " is");
  }

  /** What it goes by. */
  public EngineSettings settings() {
    return settings;
  }

  /**
   * Takes new settings of the cluster.
   *
   * @param valueOf the value of a setting by its name, in canonical form
   */
  public void use(UnaryOperator<String> valueOf) {
    settings.use(valueOf);
    settings.limitEncodings();
    accessClock.count(settings.lfuLogFactor(), settings.lfuDecayMinutes());
    keepUses(settings.evictionPolicy().uses());
  }

  /** Whether it holds more than it may. */
  public boolean isOverMemory() {
    return store.totals().usedBytes() > settings.memoryBytesMax();
  }

  /** The error of commands that would need memory, if there is none and no key may go for it. */
  public @Nullable String outOfMemory(long nowMillis) {
    return isOverMemory() && !makeRoom(nowMillis) ? OUT_OF_MEMORY : null;
  }

  /** Removes keys, as the leader, until there is room; false when there is none. */
  public boolean makeRoom(long nowMillis) {
    return eviction.makeRoom(nowMillis);
  }

  /** The data itself. */
  public PartitionStore store() {
    return store;
  }

  /** What the commands to come will look up. */
  public Lookahead lookahead() {
    return lookahead;
  }

  /**
   * Has {@code observer} told what the leader's commands do to keys, from now on.
   *
   * @param events classes of {@link io.slotferry.protocol.shard.KeyEvents}; 0 for nothing
   */
  public void observe(int events, @Nullable KeyObserver observer) {
    observation.observe(events, observer);
  }

  /**
   * Executes one command as the leader and writes its reply.
   *
   * <p>The partitions of all its keys have to be in the {@link #store}: the caller has checked that
   * this copy owns them.
   *
   * @param request valid only during the call
   * @param nowMillis wall clock, milliseconds since 1970
   */
  public void execute(ShardCall call, Request request, ReplyWriter reply, long nowMillis) {
    reply.useProtocol(call.respVersion);
    CommandHandler handler = handlers.handlerOf(call.command);
    if (handler == null) {
      throw new IllegalStateException(call.command + " is not the engine's");
    }
    store.memory().release();
    outOfMemory = outOfMemory(nowMillis) != null;
    if (outOfMemory && call.command.is(CommandFlags.DENYOOM)) {
      reply.error(OUT_OF_MEMORY);
      return;
    }
    long replyStart = reply.totalSize();
    boolean sampled = ++executed % CPU_SAMPLE_EVERY == 0;
    long startNanos = sampled ? nanoClock.getAsLong() : 0;
    context.begin(call, request, reply, nowMillis, true);
    handle(handler, context);
    context.end();
    Partition partition = store.partition(call.partition);
    if (partition != null) {
      partition.count(bytesOf(request), reply.totalSize() - replyStart);
      if (sampled) {
        partition.countCpu((nanoClock.getAsLong() - startNanos) * CPU_SAMPLE_EVERY);
        if (call.partition >= PartitionStore.SLOTS && call.command.firstKey() > 0) {
          partition.sample(request.copy(call.command.firstKey()));
        }
      }
    }
  }

  /**
   * Executes a command as a replica: one that only reads, and of whose keys no replica lets any
   * expire.
   *
   * <p>The partitions of its keys have to be in the {@link #store}.
   *
   * @return false when nothing was done: the time of a key, or of a field, has come, and its leader
   *     may have said so already
   */
  public boolean read(ShardCall call, Request request, ReplyWriter reply, long nowMillis) {
    CommandHandler handler = handlers.handlerOf(call.command);
    if (handler == null || !call.command.replicaMayAnswer()) {
      throw new IllegalStateException(call.command + " is not a replica's");
    }
    for (int i = KeyPositions.count(call.command, request) - 1; i >= 0; i--) {
      if (hasExpired(
          call.keyspace, request, KeyPositions.position(call.command, request, i), nowMillis)) {
        return false;
      }
    }
    store.memory().release();
    reply.useProtocol(call.respVersion);
    outOfMemory = false;
    context.begin(call, request, reply, nowMillis, true);
    handle(handler, context);
    context.end();
    return true;
  }

  /** Whether the time of a key, or of one of its fields, has come. */
  private boolean hasExpired(int keyspace, Request request, int argument, long nowMillis) {
    byte[] buffer = request.buffer();
    int start = request.start(argument);
    int length = request.length(argument);
    Partition found = store.partition(locator.partitionOf(keyspace, buffer, start, length));
    KeyTable table = found == null ? null : found.table(keyspace);
    int at =
        table == null ? -1 : table.find(KeyHash.hash(buffer, start, length), buffer, start, length);
    if (table == null || at < 0) {
      return false;
    }
    int entry = table.entryAt(at);
    KeyEntry key = table.memory().keyEntry(entry);
    return table.memory().isExpired(entry, nowMillis)
        || (key != null && key.value() instanceof HashValue hash && hash.nextExpiry() <= nowMillis);
  }

  /**
   * Whether the command that was executed last has found nothing to take, and would wait; its reply
   * is then that of a wait in vain.
   */
  public boolean waits() {
    return context.waits();
  }

  /** The type of value that the command which {@link #waits} needs; null for any change. */
  public @Nullable ValueType awaited() {
    return context.awaited();
  }

  /** What is to be executed when there may be something to take; valid until the next command. */
  public Request again() {
    return context.again();
  }

  /** The type of a key's value; null when it has none, or its time has come. */
  public @Nullable ValueType typeOf(
      int keyspace, int partition, byte[] key, int start, int length, long nowMillis) {
    Partition found = store.partition(partition);
    KeyTable table = found == null ? null : found.table(keyspace);
    int at = table == null ? -1 : table.find(KeyHash.hash(key, start, length), key, start, length);
    if (table == null || at < 0 || table.memory().isExpired(table.entryAt(at), nowMillis)) {
      return null;
    }
    return table.memory().type(table.entryAt(at));
  }

  /**
   * Whether the key at {@code argument} is there now. As the leader: one whose time has come goes.
   */
  public boolean exists(ShardCall call, Request request, int argument, long nowMillis) {
    store.memory().release();
    ignoredReply.clear();
    context.begin(call, request, ignoredReply, nowMillis, true);
    return context.exists(argument);
  }

  /** See {@link CommandContext#execute}. */
  boolean executeInside(ShardCall call, Request request, ReplyWriter reply, long nowMillis) {
    CommandHandler handler = handlers.handlerOf(call.command);
    if (handler == null) {
      throw new IllegalStateException(call.command + " is not the engine's");
    }
    if (!findPartitions(call, request)) {
      return false;
    }
    if (depth == inner.size()) {
      inner.add(new CommandContext(this, locator, effects, observation, random));
    }
    // The script around it reads replies, and no values.
    store.memory().release();
    CommandContext context = inner.get(depth++);
    try {
      reply.useProtocol(call.respVersion);
      context.begin(call, request, reply, nowMillis, true);
      handle(handler, context);
      context.end();
    } finally {
      depth--;
    }
    return true;
  }

  /** What is taken from one key and given to another is repeated elsewhere all together. */
  private void handle(CommandHandler handler, CommandContext context) {
    if (!context.call().command.accepts(context.count())) {
      context.wrongArity();
    } else if (context.call().command.writesSeveralKeys()) {
      beginGroup();
      try {
        handler.handle(context);
      } finally {
        endGroup();
      }
    } else {
      handler.handle(context);
    }
  }

  /** Sets the call's partition, that of its first key; false when one of its keys is not here. */
  private boolean findPartitions(ShardCall call, Request request) {
    call.partition = ShardCall.ALL_PARTITIONS;
    for (int i = KeyPositions.count(call.command, request) - 1; i >= 0; i--) {
      int key = KeyPositions.position(call.command, request, i);
      if (key < request.count()) {
        call.partition =
            locator.partitionOf(
                call.keyspace, request.buffer(), request.start(key), request.length(key));
        Partition partition = store.partition(call.partition);
        if (partition == null || !partition.isServing()) {
          return false;
        }
      }
    }
    return true;
  }

  /** The effects of {@code body} are repeated elsewhere all together; groups inside it join it. */
  public void atomically(Runnable body) {
    beginGroup();
    try {
      body.run();
    } finally {
      endGroup();
    }
  }

  void beginGroup() {
    if (groups++ == 0) {
      effects.beginGroup();
    }
  }

  void endGroup() {
    if (--groups == 0) {
      effects.endGroup();
    }
  }

  boolean isOutOfMemory() {
    return outOfMemory;
  }

  /** Whether a command inside another is executed: a script's. */
  boolean isInside() {
    return depth > 0;
  }

  boolean isAlone() {
    return depth == 0 && groups == 0;
  }

  /**
   * The scripts of this copy. While one of them {@link ScriptCommands#isPaused is paused}, nothing
   * else may be executed, and the data is not to be looked at: it is in the middle of a command.
   */
  public ScriptCommands scripts() {
    return scripts;
  }

  private static int bytesOf(Request request) {
    int last = request.count() - 1;
    return request.start(last) + request.length(last) - request.start(0);
  }

  /**
   * Repeats an effect of a leader: no reply, no effects, and no key expires by itself; hence no
   * time either. The partition is created if it is not there.
   *
   * @param effect valid only during the call
   */
  public void apply(int keyspace, int partition, Request effect) {
    store.memory().release();
    effectCall.keyspace = keyspace;
    effectCall.partition = store.create(partition).id();
    byte[] buffer = effect.buffer();
    int nameStart = effect.start(0);
    int nameLength = effect.length(0);
    ignoredReply.clear();
    if (nameLength > 0 && buffer[nameStart] == Effect.INTERNAL) {
      effectCall.command = Command.DEL;
      context.begin(effectCall, effect, ignoredReply, NO_TIME, false);
      applyInternal(keyspace, partition, effect);
      return;
    }
    Command command = CommandTable.lookup(buffer, nameStart, nameLength);
    CommandHandler handler = command == null ? null : handlers.handlerOf(command);
    if (command == null || handler == null) {
      throw new IllegalStateException("an effect of unknown name: " + effect.text(0));
    }
    effectCall.command = command;
    context.begin(effectCall, effect, ignoredReply, NO_TIME, false);
    handler.handle(context);
  }

  private void applyInternal(int keyspace, int partition, Request effect) {
    if (effect.equalBytes(0, Effect.DEL)) {
      context.remove(1);
    } else if (effect.equalBytes(0, Effect.PUT)) {
      ValueType type = ValueType.of((int) decimal(effect, 3));
      if (type == null) {
        throw new IllegalStateException("an effect with an unknown type of value");
      }
      payload.reset(effect.buffer(), effect.start(4), effect.length(4));
      context.put(1, Value.decode(type, payload), decimal(effect, 2));
    } else if (effect.equalBytes(0, Effect.PART)) {
      applyPart(keyspace, partition, effect);
    } else if (effect.equalBytes(0, Effect.CLAIM)) {
      ClaimEffect.apply(context);
    } else if (effect.equalBytes(0, Effect.GROUP)) {
      GroupCommands.apply(context);
    } else if (effect.equalBytes(0, Effect.GIVE)) {
      byte[] from = effect.copy(1);
      KeyComparator order = orders.apply((int) decimal(effect, 2));
      store.give(keyspace, partition, Effect.heir(effect), from.length == 0 ? null : from, order);
    } else if (effect.equalBytes(0, Effect.FLUSH)) {
      store.create(partition).clear(keyspace);
    } else if (Effect.swapped(effect) >= 0) {
      store.create(partition).swap(keyspace, Effect.swapped(effect));
    } else if (Effect.expected(effect) >= 0) {
      store.create(partition).expect(keyspace, Effect.expected(effect));
    } else {
      throw new IllegalStateException("an effect of unknown name: " + effect.text(0));
    }
  }

  private void applyPart(int keyspace, int partition, Request effect) {
    ValueType type = ValueType.of((int) decimal(effect, 3));
    if (type == null) {
      throw new IllegalStateException("an effect with an unknown type of value");
    }
    payload.reset(effect.buffer(), effect.start(5), effect.length(5));
    byte[] buffer = effect.buffer();
    byte[] key = Arrays.copyOfRange(buffer, effect.start(1), effect.start(1) + effect.length(1));
    boolean first = decimal(effect, 4) == 1;
    store.create(partition).takePart(keyspace, key, type, decimal(effect, 2), first, payload);
  }

  private static long decimal(Request effect, int argument) {
    return Decimal.toLong(effect.buffer(), effect.start(argument), effect.length(argument));
  }

  /**
   * For the chunks of a partition that moves here, as the leader of the shard it moves to: each key
   * and each part becomes an effect of this shard, so that its own replicas get it through the log.
   * It is valid until the next call.
   */
  public ChunkReader.Listener adopted(int partition) {
    return adopted.of(partition);
  }

  /**
   * Removes keys whose time has come, as the leader, going on where the last call stopped. A call
   * takes some 0.2 ms at most and {@code maxKeys} keys; ten a second go round all slots in 1 s.
   *
   * @param maxKeys how many keys are looked at, at most
   * @return how many were removed; near {@code maxKeys}, another call is worthwhile
   */
  public int expireCycle(long nowMillis, int maxKeys) {
    return expiresActively ? expiryCycle.run(nowMillis, maxKeys) : 0;
  }
}
