package io.slotferry.engine.script;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Engine;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.lua.Interpreter.Mode;
import io.slotferry.engine.lua.ScriptException;
import io.slotferry.engine.rdb.Dump;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.ScriptName;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/** EVAL, FCALL and their kin; SCRIPT and FUNCTION as far as they concern one shard. */
public final class ScriptCommands {
  private static final String NO_SCRIPT = "NOSCRIPT No matching script. Please use EVAL.";

  private static final String UNKILLABLE =
      "UNKILLABLE Sorry the script already executed write commands against the dataset. You can"
          + " either wait the script termination or kill the server in a hard way using the"
          + " SHUTDOWN NOSAVE command.";
  private static final String BUSY = "BUSY Redis is busy running a script. You can only call ";
  private static final String OR_SHUTDOWN = " KILL or SHUTDOWN NOSAVE.";

  private final ScriptEngine engine = new ScriptEngine();
  private final ScriptCache cache = new ScriptCache(engine);
  private final Functions functions = new Functions(engine);

  // ---- EVAL, EVALSHA

  private void eval(CommandContext context, boolean readOnly) {
    int keys = numkeys(context);
    if (context.failed()) {
      return;
    }
    Request request = context.request();
    try {
      byte[] buffer = request.buffer();
      Script script = cache.ofBody(buffer, request.start(1), request.length(1));
      engine.run(context, Mode.EVAL, script, readOnly, keys);
    } catch (ScriptException e) {
      context.fail("ERR " + e.text());
    }
  }

  private void evalsha(CommandContext context, boolean readOnly) {
    Request request = context.request();
    if (request.length(1) != ScriptName.DIGITS) {
      context.fail(NO_SCRIPT);
    }
    int keys = numkeys(context);
    if (context.failed()) {
      return;
    }
    Script script = cache.find(request, 1);
    if (script == null) {
      context.fail(NO_SCRIPT);
      return;
    }
    engine.run(context, Mode.EVAL, script, readOnly, keys);
  }

  private static int numkeys(CommandContext context) {
    long keys = context.integer(2);
    checkNumkeys(context, keys);
    return (int) keys;
  }

  private static void checkNumkeys(CommandContext context, long keys) {
    if (keys > context.count() - 3) {
      context.fail("ERR Number of keys can't be greater than number of args");
    } else if (keys < 0) {
      context.fail("ERR Number of keys can't be negative");
    }
  }

  // ---- FCALL

  private void fcall(CommandContext context, boolean readOnly) {
    Script function = functions.find(context.request().text(1));
    if (function == null) {
      context.fail("ERR Function not found");
      return;
    }
    long keys =
        context.integer(2, Long.MIN_VALUE, Long.MAX_VALUE, "ERR Bad number of keys provided");
    checkNumkeys(context, keys);
    if (!context.failed()) {
      engine.run(context, Mode.FUNCTION, function, readOnly, (int) keys);
    }
  }

  /** The libraries of the cluster, from now on; their code was checked before. */
  public void useLibraries(List<byte[]> libraries) {
    functions.use(libraries);
  }

  /** See {@link Command#CHECK_LIBRARY}. */
  private void libraries(CommandContext context) {
    try {
      if (context.is(1, "DUMP")) {
        dump(context);
      } else if (context.isOutOfMemory()) {
        context.fail(Engine.OUT_OF_MEMORY);
      } else if (context.is(1, "READ")) {
        read(context);
      } else {
        check(context.request().copy(2), context.reply());
      }
    } catch (ScriptException e) {
      context.fail("ERR " + e.text());
    }
  }

  private static void dump(CommandContext context) {
    List<byte[]> codes = new ArrayList<>();
    for (int i = 2; i < context.count(); i++) {
      codes.add(context.request().copy(i));
    }
    context.reply().bulk(Dump.ofLibraries(codes));
  }

  /** Each library of a dump: its code, and what {@link #check} tells of it. */
  private void read(CommandContext context) {
    Request request = context.request();
    byte[] buffer = request.buffer();
    int start = request.start(2);
    int length = request.length(2);
    if (!Dump.isSound(buffer, start, length)) {
      throw new ScriptException("DUMP payload version or checksum are wrong");
    }
    List<byte[]> codes = Dump.readLibraries(buffer, start, length);
    if (codes == null) {
      throw new ScriptException("failed loading the given functions payload");
    }
    context.reply().array(codes.size());
    for (byte[] code : codes) {
      context.reply().array(2);
      context.reply().bulk(code);
      check(code, context.reply());
    }
  }

  /** The name of a library, then each of its functions: name, description, flags. */
  private void check(byte[] code, ReplyWriter reply) {
    FunctionLibrary library = functions.read(code);
    reply.array(1 + library.functions().size());
    reply.bulk(library.name());
    for (FunctionLibrary.Function function : library.functions()) {
      List<String> flags = ScriptFlags.names(function.script().flags());
      reply.array(2 + flags.size());
      reply.bulk(function.script().name());
      reply.bulk(function.description());
      flags.forEach(reply::bulk);
    }
    functions.release(library);
  }

  // ---- SCRIPT, as a gateway puts it to each shard

  private void keep(CommandContext context) {
    if (context.is(1, "FLUSH")) {
      cache.flush();
    } else {
      load(context);
    }
    if (!context.failed()) {
      context.reply().ok();
    }
  }

  private void load(CommandContext context) {
    Request request = context.request();
    try {
      cache.keep(request.buffer(), request.start(2), request.length(2));
    } catch (ScriptException e) {
      context.fail("ERR " + e.text());
    }
  }

  /** An array of what was found: names, or a body. */
  private void find(CommandContext context) {
    Request request = context.request();
    List<byte[]> found = new ArrayList<>();
    for (int i = 2; i < context.count(); i++) {
      Script script = cache.find(request, i);
      if (script != null) {
        found.add(context.is(1, "SHOW") ? script.body() : request.copy(i));
      }
    }
    context.reply().array(found.size());
    found.forEach(context.reply()::bulk);
  }

  /** How many scripts have a name here. */
  public int cachedScripts() {
    return cache.size();
  }

  /** {@code DEBUG SET-DISABLE-DENY-SCRIPTS}: whether scripts may run DEBUG. */
  public void allowDebug(boolean allowed) {
    engine.run().allowDebug(allowed);
  }

  /** {@code applied} answers a WAIT of a script, which does not wait. */
  public void answerWait(IntSupplier applied) {
    engine.run().answerWait(applied);
  }

  /**
   * {@code refusal} says why a call may write nothing now, null if it may: a script is refused when
   * it begins to write, or at once if it says that it writes.
   */
  public void refuseWrites(Function<ShardCall, @Nullable String> refusal) {
    engine.run().refuseWrites(refusal);
  }

  // ---- scripts that run for long

  /** Scripts may be paused from now on; {@link #proceed} is then to be called again and again. */
  public void mayPause() {
    engine.mayPause();
  }

  /** Whether a script is in the middle of its work, and other commands have to wait. */
  public boolean isPaused() {
    return engine.paused() != null;
  }

  /** Goes on with the script for a while; its reply if it has ended. */
  public @Nullable ReplyWriter proceed() {
    return engine.proceed();
  }

  /** What others are told while the script runs for too long. */
  public String busy() {
    ScriptEngine.Paused paused = engine.paused();
    boolean function = paused != null && paused.mode() == Mode.FUNCTION;
    return BUSY + (function ? "FUNCTION" : "SCRIPT") + OR_SHUTDOWN;
  }

  /** Why the paused script cannot be ended by SCRIPT KILL, or by FUNCTION KILL; null if it can. */
  public @Nullable String killRefusal(boolean byFunctionKill) {
    ScriptEngine.Paused paused = engine.paused();
    if (paused == null) {
      return "NOTBUSY No scripts in execution right now.";
    }
    if (engine.wrote()) {
      return UNKILLABLE;
    }
    return byFunctionKill == (paused.mode() == Mode.FUNCTION) ? null : busy();
  }

  /** Writes what FUNCTION STATS tells of the paused script: its name, its command, its time. */
  public void describe(ReplyWriter reply, long durationMillis) {
    ScriptEngine.Paused paused = engine.paused();
    if (paused == null || paused.mode() != Mode.FUNCTION) {
      reply.error(busy());
      return;
    }
    Request command = paused.context().request();
    reply.map(3);
    reply.bulk("name");
    reply.bulk(paused.script().name());
    reply.bulk("command");
    reply.array(command.count());
    for (int i = 0; i < command.count(); i++) {
      reply.bulk(command.buffer(), command.start(i), command.length(i));
    }
    reply.bulk("duration_ms");
    reply.integer(durationMillis);
  }

  /** Ends the paused script where it is; its reply. */
  public ReplyWriter kill() {
    return engine.kill();
  }

  public void bind(HandlerTable table) {
    table.bind(Command.EVAL, context -> eval(context, false));
    table.bind(Command.EVAL_RO, context -> eval(context, true));
    table.bind(Command.EVALSHA, context -> evalsha(context, false));
    table.bind(Command.EVALSHA_RO, context -> evalsha(context, true));
    table.bind(Command.FCALL, context -> fcall(context, false));
    table.bind(Command.FCALL_RO, context -> fcall(context, true));
    table.bind(Command.CHECK_LIBRARY, this::libraries);
    table.bind(Command.KEEP_SCRIPTS, this::keep);
    table.bind(Command.FIND_SCRIPTS, this::find);
  }
}
