package io.slotferry.engine;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.EntryView;
import io.slotferry.engine.store.KeyTable;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.Denial;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.ScriptReport;
import io.slotferry.protocol.shard.ShardCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;

/**
 * A leader's engine under test: executes commands of one client, keeps their effects, and holds a
 * clock that only the test moves. Few partitions, so that keys meet in them, and always several.
 */
public final class EngineFixture {
  /** Keys are spread over the partitions 0 to this, exclusive. */
  public static final int PARTITIONS = 7;

  /** A keyspace that does not exist. */
  public static final int NO_KEYSPACE = 16;

  public long nowMillis = 1_700_000_000_000L;
  public final ShardCall call = new ShardCall();
  public final Engine engine;

  private final List<String> effects = new ArrayList<>();
  private final List<String> reports = new ArrayList<>();
  private final List<Engine> followers = new ArrayList<>();

  public EngineFixture() {
    this(1);
  }

  public EngineFixture(long seed) {
    engine = newEngine(this::effect, seed);
    for (int id = 0; id < PARTITIONS; id++) {
      engine.store().create(id);
    }
  }

  private static Engine newEngine(EffectSink sink, long seed) {
    return new Engine(EngineFixture::partitionOf, sink, new Random(seed), () -> 0);
  }

  public static int partitionOf(int keyspace, byte[] buffer, int start, int length) {
    return keyspace >= NO_KEYSPACE
        ? -1
        : Integer.remainderUnsigned(KeyHash.hash(buffer, start, length) * 31, PARTITIONS);
  }

  private void effect(int keyspace, int partition, Request effect) {
    StringBuilder text = new StringBuilder(effect.text(0));
    for (int argument = 1; argument < effect.count(); argument++) {
      text.append(' ').append(effect.text(argument));
    }
    effects.add(text.toString());
    for (Engine follower : followers) {
      follower.apply(keyspace, partition, effect);
    }
  }

  /** An engine that gets every effect from now on. */
  public Engine follow() {
    Engine follower = newEngine((keyspace, partition, effect) -> fail(effect), 0);
    followers.add(follower);
    return follower;
  }

  private static void fail(Request effect) {
    throw new AssertionError("a follower has emitted " + effect.text(0));
  }

  /** The effects since the last call, arguments parted by blanks. */
  public List<String> effects() {
    List<String> taken = List.copyOf(effects);
    effects.clear();
    return taken;
  }

  /**
   * The reply as RESP text (ISO 8859-1), with {@code \r\n} shown as a blank and the last one cut.
   */
  public String reply(String... arguments) {
    byte[][] bytes = new byte[arguments.length][];
    for (int i = 0; i < arguments.length; i++) {
      bytes[i] = arguments[i].getBytes(StandardCharsets.ISO_8859_1);
    }
    String text = new String(replyBytes(Request.of(bytes)), StandardCharsets.ISO_8859_1);
    return text.substring(0, text.length() - 2).replace("\r\n", " ");
  }

  public byte[] replyBytes(Request request) {
    Command command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    if (command == null) {
      throw new AssertionError("no command " + request.text(0));
    }
    call.command = command;
    call.partition = ShardCall.ALL_PARTITIONS;
    int key = command.firstKey();
    if (key > 0 && key < request.count()) {
      call.partition =
          partitionOf(call.keyspace, request.buffer(), request.start(key), request.length(key));
    }
    return execute(request);
  }

  /** Executes with {@link #call} as it stands. */
  public byte[] execute(Request request) {
    ReplyWriter reply = new ReplyWriter();
    engine.execute(call, request, reply, nowMillis);
    if (engine.waits()) {
      // What its client gets when the wait is over.
      reply.clear();
      reply.useProtocol(call.respVersion);
      reply.nullArray();
    }
    // DEBUG PROTOCOL answers with a push, too.
    byte[] bytes = reply.toByteArray();
    return call.command == Command.DEBUG ? bytes : withoutReport(bytes);
  }

  /** A script's reply without what it tells its gateway, which {@link #reported} has then. */
  public byte[] withoutReport(byte[] reply) {
    ReplyReader rest = new ReplyReader(reply, 0, reply.length);
    ScriptReport.take(rest, new Recorder());
    return Arrays.copyOfRange(reply, rest.position(), reply.length);
  }

  /** What scripts have reported since the last call, sorted. */
  public List<String> reported() {
    List<String> taken = reports.stream().sorted().toList();
    reports.clear();
    return taken;
  }

  private final class Recorder implements ScriptReport.Listener {
    @Override
    public void published(boolean sharded, byte[] channel, byte[] message) {
      reports.add((sharded ? "spublish " : "publish ") + new String(channel, ISO_8859_1));
    }

    @Override
    public void executed(String name, long calls, long failed, long rejected) {
      reports.add(name + " calls=" + calls + " failed=" + failed + " rejected=" + rejected);
    }

    @Override
    public void failed(String word, long count) {
      reports.add("errors " + word + '=' + count);
    }

    @Override
    public void denied(Denial.Reason reason, String object) {
      reports.add("denied " + reason + ' ' + object);
    }

    @Override
    public void monitored(int keyspace, Request command) {
      reports.add("monitor " + keyspace + ' ' + command.text(0) + ' ' + command.text(1));
    }

    @Override
    public void unseen() {
      reports.add("unseen");
    }
  }

  /**
   * All that a store holds, for comparing: "partition/keyspace/key" to "expiry type value". When a
   * stream's consumer was seen last is left out (and forgotten): a read that finds nothing is no
   * effect, as in Redis.
   */
  public static Map<String, String> contents(PartitionStore store) {
    Map<String, String> contents = new TreeMap<>();
    for (Partition at = store.after(-1); at != null; at = store.after(at.id())) {
      for (int keyspace = 0; keyspace < at.keyspaces(); keyspace++) {
        KeyTable table = at.table(keyspace);
        for (int key = table == null ? -1 : table.first(); key >= 0; key = table.next(key)) {
          EntryMemory memory = table.memory();
          int entry = table.entryAt(key);
          contents.put(
              at.id() + "/" + keyspace + "/" + keyOf(memory, entry), describe(memory, entry));
        }
      }
    }
    return contents;
  }

  public static String keyOf(EntryMemory memory, int entry) {
    return new String(
        memory.keyBuffer(entry),
        memory.keyStart(entry),
        memory.keyLength(entry),
        StandardCharsets.ISO_8859_1);
  }

  private static String describe(EntryMemory memory, int entry) {
    WireWriter encoded = new WireWriter();
    Value value = new EntryView().of(memory, entry);
    if (value instanceof StreamValue stream) {
      stream.groups().forEach(group -> group.consumers().forEach(consumer -> consumer.seen(0)));
    }
    value.encode(encoded);
    return memory.expiry(entry)
        + " "
        + memory.type(entry)
        + " "
        + HexFormat.of().formatHex(encoded.toByteArray());
  }
}
