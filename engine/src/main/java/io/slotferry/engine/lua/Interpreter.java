package io.slotferry.engine.lua;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.lang.foreign.Arena;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.MethodType;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One Lua interpreter: compiles scripts, runs them one at a time, and turns their results into
 * replies.
 *
 * <pre>
 *            run                        ended
 *   IDLE ───────────► (in the script) ────────► IDLE, with a result or an error
 *                        │      ▲
 *          shouldPause   ▼      │ proceed
 *                        PAUSED ──────────────► IDLE
 *                                   abandon
 * </pre>
 *
 * A script runs in a coroutine. Every so many instructions {@link ScriptHost#shouldPause} is asked;
 * when it says so, and nothing of C is under way in the script, the coroutine yields, and whoever
 * called {@link #run} gets the thread back. See the prelude for how that goes through the
 * coroutines of the script itself.
 *
 * <p>Thread: one; not the same one for ever.
 */
public final class Interpreter {
  /** How {@link #run} and {@link #proceed} return. */
  public enum Outcome {
    ENDED,
    FAILED,
    PAUSED
  }

  /** How a script gets its keys and arguments: as globals, as parameters, or not at all. */
  public enum Mode {
    EVAL,
    FUNCTION,
    LOAD
  }

  /** No function. */
  public static final int NO_REFERENCE = -1;

  /** {@link ScriptHost#shouldPause} is asked each time that so many instructions were executed. */
  private static final int INSTRUCTIONS_PER_CHECK = 100_000;

  private static final byte BINARY_CODE = 27;
  private static final String[] LIBRARIES = {
    "luaopen_base", "luaopen_table", "luaopen_string", "luaopen_math", "luaopen_os"
  };
  private static final String IS_PAUSING = "isPausing";
  private static final String MAY_YIELD = "mayYield";
  private static final String IS_BASE = "isBase";
  private static final String AGREES = "agrees";

  private final ScriptHost host;
  private final Arena stubs = Arena.ofAuto();
  private final Arguments arguments = new Arguments();
  private final LuaStack stack = arguments.stack;
  private final ArgumentList command = new ArgumentList();
  private final ReplyToLua replies = new ReplyToLua(stack);
  private final ReplyWriter reply = new ReplyWriter();
  private final List<String> names = new ArrayList<>();
  private final List<LuaFunction> functions = new ArrayList<>();

  /** What scripts call that is a Lua function of the prelude: see {@link TailCalls}. */
  private final Set<String> framed =
      new HashSet<>(
          List.of(
              "call",
              "pcall",
              "pairs",
              "next",
              "rawget",
              "rawset",
              "setmetatable",
              "find",
              "match",
              "gmatch",
              "gsub"));

  private final int[] entries = new int[Mode.values().length];
  private final long main;
  private final long hook;
  private final boolean pausable;
  private int adopt;
  private int probe;

  // The coroutine that runs scripts.
  private long base;
  private int baseReference = NO_REFERENCE;

  /** The coroutine that has been paused, in the base or below; 0 when none is. */
  private long paused;

  /** What went wrong in Java while it was called by Lua. */
  private @Nullable Throwable broken;

  /**
   * @param version what scripts see as {@code redis.REDIS_VERSION}
   * @param versionNumber the same as {@code REDIS_VERSION_NUM}
   * @throws ScriptException when there is no Lua for this platform
   */
  public Interpreter(ScriptHost host, String version, int versionNumber) {
    this.host = host;
    this.main = open();
    this.hook = stub("hook", MethodType.methodType(void.class, long.class, long.class));
    bindLibraries();
    openLibraries();
    loadPrelude(version, versionNumber);
    newBase();
    this.pausable = probe();
  }

  private static long open() {
    try {
      return Lua.newState();
    } catch (ExceptionInInitializerError | NoClassDefFoundError e) {
      Throwable cause = e.getCause() == null ? e : e.getCause();
      throw new ScriptException(
          "scripts cannot be run: the Lua library did not load (" + cause.getMessage() + ")");
    }
  }

  // ---- the beginning

  private void bindLibraries() {
    Map<String, LuaFunction> all = new HashMap<>();
    BitLibrary.bind(all);
    StructLibrary.bind(all);
    MessagePackLibrary.bind(all);
    new JsonLibrary().bind(all);
    new RandomLibrary().bind(all);
    new RedisLibrary(host, command).bind(all);
    all.put(IS_PAUSING, call -> call.returnBoolean(paused != 0));
    all.put(MAY_YIELD, call -> call.returnBoolean(mayYield(call.state)));
    all.put(IS_BASE, call -> call.returnBoolean(call.state == base));
    all.put(
        AGREES, call -> call.returnBoolean(Coroutines.agrees(call.state, (int) call.integer(1))));
    all.forEach((name, function) -> {
      names.add(name);
      functions.add(function);
      framed.add(name.substring(name.indexOf('.') + 1));
    });
  }

  private boolean mayYield(long state) {
    boolean may = Coroutines.mayYield(state);
    if (!may) {
      paused = 0;
    }
    return may;
  }

  private void openLibraries() {
    for (String library : LIBRARIES) {
      Lua.pushFunction(main, Lua.address(library), 0);
      stack.push(main, "");
      checkedCall(1, 0);
    }
  }

  private void loadPrelude(String version, int versionNumber) {
    byte[] code = resource("prelude.lua");
    load(code, 0, code.length, LuaStack.PRELUDE);
    stack.push(main, "string");
    Lua.rawGet(main, Lua.GLOBALS);
    stack.getField(main, "dump");
    Lua.insert(main, -3);
    Lua.pop(main, 1);
    checkedCall(1, 1);
    byte[] compiled = Objects.requireNonNull(Lua.bytes(main, -1));
    Lua.pop(main, 1);
    TailCalls.dropLines(compiled);
    load(compiled, 0, compiled.length, LuaStack.PRELUDE);
    Lua.pushFunction(main, stub("invoke", MethodType.methodType(int.class, long.class)), 0);
    Lua.pushFunction(main, stub("library", MethodType.methodType(int.class, long.class)), 0);
    Lua.createTable(main, 0, names.size());
    for (int id = 0; id < names.size(); id++) {
      Lua.pushNumber(main, id);
      stack.setField(main, names.get(id));
    }
    Lua.pushUserdata(main, 0);
    stack.push(main, version);
    Lua.pushNumber(main, versionNumber);
    checkedCall(6, entries.length + 2);
    probe = Lua.reference(main, Lua.REGISTRY);
    adopt = Lua.reference(main, Lua.REGISTRY);
    for (int entry = entries.length - 1; entry >= 0; entry--) {
      entries[entry] = Lua.reference(main, Lua.REGISTRY);
    }
  }

  private static byte[] resource(String name) {
    try (InputStream in = Interpreter.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is missing");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @SuppressWarnings("restricted")
  private long stub(String method, MethodType type) {
    try {
      MethodHandle target =
          MethodHandles.lookup().findVirtual(Interpreter.class, method, type).bindTo(this);
      var parameters = new ValueLayout[type.parameterCount()];
      Arrays.fill(parameters, ValueLayout.JAVA_LONG);
      FunctionDescriptor descriptor =
          type.returnType() == void.class
              ? FunctionDescriptor.ofVoid(parameters)
              : FunctionDescriptor.of(ValueLayout.JAVA_INT, parameters);
      return Linker.nativeLinker().upcallStub(target, descriptor, stubs).address();
    } catch (ReflectiveOperationException e) {
      throw new LinkageError(method, e);
    }
  }

  /** Of our own code: an error is a bug. */
  private void checkedCall(int argumentCount, int results) {
    if (Lua.protectedCall(main, argumentCount, results, 0) != 0) {
      byte[] message = Lua.bytes(main, -1);
      throw new IllegalStateException(
          message == null ? "" : new String(message, StandardCharsets.ISO_8859_1));
    }
  }

  private void newBase() {
    base = Lua.newThread(main);
    baseReference = Lua.reference(main, Lua.REGISTRY);
    paused = 0;
    Lua.setHook(base, hook, Lua.MASK_COUNT, INSTRUCTIONS_PER_CHECK);
  }

  private void dropBase() {
    Lua.unreference(main, Lua.REGISTRY, baseReference);
    newBase();
  }

  private boolean probe() {
    Lua.rawGetIndex(base, Lua.REGISTRY, probe);
    boolean agrees = Lua.resume(base, 0) == 0 && Lua.toBoolean(base, -1) != 0;
    dropBase();
    return agrees;
  }

  // ---- compiling

  /**
   * Compiles a script; the reference is to be {@link #release released}.
   *
   * @param chunk its name in messages, as {@code @user_script}
   * @throws ScriptException with the compiler's message
   */
  public int compile(byte[] code, int start, int length, String chunk, Mode mode) {
    if (length > 0 && code[start] == BINARY_CODE) {
      throw new ScriptException(chunk.substring(1) + ":1: unexpected symbol near 'char(27)'");
    }
    load(code, start, length, chunk);
    byte[] compiled = adopt(mode);
    if (compiled != null && TailCalls.keepFrames(compiled, framed)) {
      Lua.pop(main, 1);
      load(compiled, 0, compiled.length, chunk);
      adopt(mode);
    }
    return Lua.reference(main, Lua.REGISTRY);
  }

  private void load(byte[] code, int start, int length, String chunk) {
    try (Arena arena = Arena.ofConfined()) {
      MemorySegment name = arena.allocateFrom(chunk, StandardCharsets.ISO_8859_1);
      if (Lua.loadBuffer(main, stack.chars(code, start, length), length, name.address()) != 0) {
        byte[] message = Lua.bytes(main, -1);
        Lua.pop(main, 1);
        throw new ScriptException(
            message == null ? "" : new String(message, StandardCharsets.ISO_8859_1));
      }
    }
  }

  /** Gives the function at the top its environment, and returns its compiled code. */
  private byte @Nullable [] adopt(Mode mode) {
    Lua.rawGetIndex(main, Lua.REGISTRY, adopt);
    Lua.insert(main, -2);
    Lua.pushBoolean(main, mode == Mode.EVAL ? 0 : 1);
    checkedCall(2, 2);
    byte[] compiled = Lua.bytes(main, -1);
    Lua.pop(main, 1);
    return compiled;
  }

  /** Forgets a function. */
  public void release(int reference) {
    Lua.unreference(main, Lua.REGISTRY, reference);
  }

  // ---- running

  /** Runs a script with the arguments of {@code request} from {@code firstKey} on. */
  public Outcome run(Mode mode, int function, Request request, int firstKey, int keys) {
    Lua.rawGetIndex(base, Lua.REGISTRY, entries[mode.ordinal()]);
    Lua.rawGetIndex(base, Lua.REGISTRY, function);
    pushArray(request, firstKey, keys);
    pushArray(request, firstKey + keys, request.count() - firstKey - keys);
    return resume(3);
  }

  private void pushArray(Request request, int first, int count) {
    Lua.createTable(base, count, 0);
    for (int i = 0; i < count; i++) {
      stack.push(base, request.buffer(), request.start(first + i), request.length(first + i));
      Lua.rawSetIndex(base, -2, i + 1);
    }
  }

  /** Goes on with the paused script. */
  public Outcome proceed() {
    paused = 0;
    return resume(0);
  }

  private Outcome resume(int argumentCount) {
    int status = Lua.resume(base, argumentCount);
    Throwable broken = this.broken;
    if (broken != null) {
      this.broken = null;
      dropBase();
      throw new IllegalStateException("a function that a script has called failed", broken);
    }
    if (status == Lua.YIELDED) {
      return Outcome.PAUSED;
    }
    return status == 0 ? Outcome.ENDED : Outcome.FAILED;
  }

  /** Writes the first result of the script that has ended. */
  public void writeResult(boolean scriptResp3, ReplyWriter reply) {
    Lua.setTop(base, 1);
    new LuaToReply(stack, base, scriptResp3, reply).write();
    Lua.setTop(base, 0);
  }

  /** Drops the results. */
  public void discardResult() {
    Lua.setTop(base, 0);
  }

  /** The error of the script that has failed, an error reply's text, and where it was. */
  public Failure failure() {
    String message;
    if (Lua.type(base, -1) == Lua.TABLE) {
      String text = stack.field(base, "err");
      message = text == null ? "ERR unknown error" : text;
    } else {
      byte[] bytes = Lua.bytes(base, -1);
      message =
          "ERR "
              + (bytes == null
                  ? Lua.typeName(base, -1)
                  : new String(bytes, StandardCharsets.ISO_8859_1));
    }
    Failure failure = new Failure(message, stack.position(base));
    dropBase();
    return failure;
  }

  /** Ends the paused script where it is; tells where that was. */
  public @Nullable String abandon() {
    String inner = paused == 0 ? null : stack.position(paused);
    String position = inner == null ? stack.position(base) : inner;
    dropBase();
    return position;
  }

  /**
   * @param position {@code @source:line}, if it is known
   */
  public record Failure(String message, @Nullable String position) {}

  // ---- called by Lua: nothing may be thrown through these

  /** {@code redis.call}: the value; and true, when it is an error. */
  int invoke(long state) {
    try {
      String wrong = command.read(state, 1, Lua.getTop(state));
      reply.clear();
      if (wrong == null) {
        host.call(command.request(), reply);
      } else {
        reply.error("ERR " + wrong);
      }
      Lua.setTop(state, 0);
      if (!replies.push(state, reply.bytes(), reply.size())) {
        return 1;
      }
      Lua.pushBoolean(state, 1);
      return 2;
    } catch (ScriptException e) {
      return failed(state, e.text(), true);
    } catch (Throwable e) {
      broken = e;
      return failed(state, "internal error", true);
    }
  }

  /** {@code library(id, …)}: true and the results, or false and the message. */
  int library(long state) {
    int top = Lua.getTop(state);
    try {
      int id = (int) Lua.toNumber(state, 1);
      arguments.begin(state, top, names.get(id));
      int results = functions.get(id).call(arguments);
      if (names.get(id).indexOf('.') < 0) {
        return results;
      }
      Lua.pushBoolean(state, 1);
      Lua.insert(state, -results - 1);
      return results + 1;
    } catch (ScriptException e) {
      return failed(state, e.text(), false);
    } catch (Throwable e) {
      broken = e;
      return failed(state, "internal error", false);
    }
  }

  private int failed(long state, String message, boolean asReply) {
    Lua.setTop(state, 0);
    if (asReply) {
      Lua.createTable(state, 0, 1);
      stack.push(state, "ERR " + message);
      stack.setField(state, "err");
      Lua.pushBoolean(state, 1);
    } else {
      Lua.pushBoolean(state, 0);
      stack.push(state, message);
    }
    return 2;
  }

  /** Every {@link #INSTRUCTIONS_PER_CHECK} instructions. */
  void hook(long state, long activation) {
    try {
      if (pausable && paused == 0 && host.shouldPause() && Coroutines.mayYield(state)) {
        paused = state;
        Lua.pause(state, 0);
      }
    } catch (Throwable e) {
      broken = e;
    }
  }
}
