package io.slotferry.engine.script;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Engine;
import io.slotferry.engine.lua.Interpreter;
import io.slotferry.engine.lua.ScriptException;
import io.slotferry.engine.lua.ScriptHost;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.access.Denial;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.Routing;
import io.slotferry.protocol.shard.ScriptReport;
import io.slotferry.protocol.shard.ShardCall;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.List;
import java.util.function.Function;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * The script that is running, as its interpreter sees it: executes its commands inside the one that
 * runs it, and says what is refused. One instance per engine, used again for every run.
 */
final class ScriptRun implements ScriptHost {
  private static final Logger LOG = System.getLogger("io.slotferry.script");
  private static final Level[] LEVELS = {Level.DEBUG, Level.DEBUG, Level.INFO, Level.WARNING};
  private static final long MICROS_PER_MILLI = 1_000;
  private static final long MILLIS_PER_SECOND = 1_000;

  /** A script that runs for longer lets others have the thread for a moment. */
  private static final long SLICE_NANOS_MAX = 80_000_000;

  private static final String NOT_ALLOWED = "ERR This Redis command is not allowed from script";

  /** Loading a library is to be quick. */
  private static final long LOAD_NANOS_MAX = 500_000_000;

  private static final String WRITES_NOT_ALLOWED =
      "Write commands are not allowed from read-only scripts.";
  private static final String ACL_FAILURE = "ACL failure in script: ";

  private final ShardCall call = new ShardCall();
  private final ReplyWriter report = new ReplyWriter(64);
  private final ScriptCalls calls = new ScriptCalls();
  private @Nullable CommandContext context;
  private @Nullable LibraryLoad load;
  private boolean allowsDebug;
  private IntSupplier applied = () -> 0;
  private Function<ShardCall, @Nullable String> writeRefusal = call -> null;
  private boolean readOnly;
  private boolean allowsOom;
  private boolean wrote;

  /** It has executed commands that its report had no room for. */
  private boolean unseen;

  private boolean pausable;
  private long sliceNanos;

  /**
   * @param pausable whether it may be stopped in the middle, and continued in a later turn
   */
  void begin(CommandContext context, Script script, boolean readOnlyCommand, boolean pausable) {
    this.context = context;
    load = null;
    call.keyspace = context.keyspace();
    call.respVersion = 2;
    call.mapVersion = context.call().mapVersion;
    call.user = context.call().user;
    call.noTouch = context.call().noTouch;
    readOnly =
        readOnlyCommand || (script.is(ScriptFlags.NO_WRITES) && !script.is(ScriptFlags.COMPATIBLE));
    allowsOom = script.is(ScriptFlags.ALLOW_OOM);
    wrote = false;
    unseen = false;
    report.clear();
    this.pausable = pausable;
    beginSlice();
  }

  /** It goes on after a pause. */
  void beginSlice() {
    sliceNanos = System.nanoTime();
  }

  /** A library is loaded: it registers functions, and executes nothing. */
  void begin(LibraryLoad load) {
    context = null;
    this.load = load;
    pausable = true;
    beginSlice();
  }

  void end() {
    context = null;
    load = null;
  }

  void allowDebug(boolean allowed) {
    allowsDebug = allowed;
  }

  void answerWait(IntSupplier applied) {
    this.applied = applied;
  }

  void refuseWrites(Function<ShardCall, @Nullable String> refusal) {
    writeRefusal = refusal;
  }

  /** Why a script of this call may write nothing now; null if it may. */
  @Nullable String writeRefusal(ShardCall caller) {
    return writeRefusal.apply(caller);
  }

  /** What {@code redis.setresp} has chosen. */
  boolean isResp3() {
    return call.respVersion == 3;
  }

  /** Writes its report, which goes before its reply. */
  void writeReport(CommandContext context) {
    calls.report(report);
    if (unseen) {
      ScriptReport.unseen(report);
    }
    if (report.size() > 0) {
      context.reply().raw(report.bytes(), 0, report.size());
      context.beginReply();
    }
  }

  /** Whether it has executed a command that writes. */
  boolean wrote() {
    return wrote;
  }

  // ---- redis.call

  @Override
  public void call(Request request, ReplyWriter reply) {
    reply.useProtocol(call.respVersion);
    CommandContext context = this.context;
    Command command = lookup(request);
    if (context == null) {
      throw new IllegalStateException("a library that is loaded has no redis.call");
    }
    String refusal = refusal(context, command, request);
    int start = reply.size();
    if (command == null || refusal != null) {
      reply.error(refusal == null ? "" : refusal);
      calls.failed(reply.bytes(), start + 1, reply.size());
      if (command != null) {
        calls.rejected(nameOf(command, request));
      }
      return;
    }
    if (context.call().monitored && !command.is(CommandFlags.ADMIN)) {
      unseen |= !ScriptReport.monitor(call.keyspace, request, report);
    }
    execute(context, command, request, reply);
    calls.executed(nameOf(command, request), reply, start);
  }

  private static String nameOf(Command command, Request request) {
    return command.is(CommandFlags.CONTAINER)
        ? CommandInfos.called(command, request).name()
        : command.lowerName();
  }

  private void execute(
      CommandContext context, Command command, Request request, ReplyWriter reply) {
    if (command.routing() == Routing.GATEWAY) {
      answer(context, command, request, reply);
      return;
    }
    if (command == Command.WAIT) {
      reply.integer(applied.getAsInt());
      return;
    }
    wrote |= command.isWrite();
    call.command = command;
    if (!context.execute(call, request, reply)) {
      reply.error("ERR Script attempted to access a non local key in a cluster node");
    }
  }

  private static @Nullable Command lookup(Request request) {
    return CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
  }

  private @Nullable String refusal(
      CommandContext context, @Nullable Command command, Request request) {
    if (command == null) {
      return "ERR Unknown Redis command called from script";
    }
    if (!command.accepts(request.count())) {
      return "ERR Wrong number of args calling Redis command from script";
    }
    if (command.is(CommandFlags.NOSCRIPT) && !(allowsDebug && command == Command.DEBUG)) {
      return NOT_ALLOWED;
    }
    String denial = call.user == null ? null : denial(call.user, command, request, true);
    if (denial != null) {
      return "ERR " + denial;
    }
    if (isStreamRead(command) && blocks(request)) {
      return "ERR "
          + command.lowerName()
          + " command is not allowed with BLOCK option from scripts";
    }
    if (readOnly && command.replicates()) {
      return "ERR " + WRITES_NOT_ALLOWED;
    }
    // What has begun to write may go on: nobody could take back the half of it.
    String refusal = command.isWrite() && !wrote ? writeRefusal(context.call()) : null;
    if (refusal != null) {
      return refusal;
    }
    boolean grows = command.is(CommandFlags.DENYOOM) && !allowsOom && !wrote;
    return grows && context.isOutOfMemory() ? Engine.OUT_OF_MEMORY : null;
  }

  private static boolean isStreamRead(Command command) {
    return command == Command.XREAD || command == Command.XREADGROUP;
  }

  private static boolean blocks(Request request) {
    for (int i = 1; i < request.count() && !request.is(i, "STREAMS"); i++) {
      if (request.is(i, "BLOCK")) {
        return true;
      }
    }
    return false;
  }

  private @Nullable String denial(AclUser user, Command command, Request request, boolean logs) {
    CommandInfo called = CommandInfos.called(command, request);
    Denial denial = user.denial(called, request);
    if (denial == null) {
      return user.sortRefusal(called, request) == null
          ? null
          : ACL_FAILURE + "BY or GET option of SORT denied";
    }
    if (logs) {
      ScriptReport.denied(
          denial.reason(),
          denial.reason() == Denial.Reason.COMMAND
              ? called.name()
              : request.text(denial.argument()),
          report);
    }
    return ACL_FAILURE
        + switch (denial.reason()) {
          case KEY -> "No permissions to access a key";
          case CHANNEL -> "No permissions to access a channel";
          case COMMAND, AUTH ->
              "User "
                  + user.name()
                  + " has no permissions to run the '"
                  + called.name()
                  + "' command";
        };
  }

  /** What clients get from the gateway, and scripts from here. */
  private void answer(CommandContext context, Command command, Request request, ReplyWriter reply) {
    switch (command) {
      case PING -> {
        if (request.count() == 1) {
          reply.simple("PONG");
        } else {
          echo(request, reply);
        }
      }
      case ECHO -> echo(request, reply);
      case SELECT -> select(context, request, reply);
      case TIME -> {
        long millis = context.nowMillis();
        reply.array(2);
        reply.bulkLong(millis / MILLIS_PER_SECOND);
        reply.bulkLong(millis % MILLIS_PER_SECOND * MICROS_PER_MILLI);
      }
      case PUBLISH, SPUBLISH -> publish(command, request, reply);
      default -> reply.error(NOT_ALLOWED);
    }
  }

  /**
   * The gateway that the script came from publishes, when it gets the reply; so nobody can say here
   * how many will hear of it.
   */
  private void publish(Command command, Request request, ReplyWriter reply) {
    if (ScriptReport.publish(command == Command.SPUBLISH, request, report)) {
      reply.integer(0);
    } else {
      reply.error("ERR the script has published more than " + ScriptReport.BYTES_MAX + " bytes");
    }
  }

  private static void echo(Request request, ReplyWriter reply) {
    reply.bulk(request.buffer(), request.start(1), request.length(1));
  }

  /** For the rest of the script, not for its client. */
  private void select(CommandContext context, Request request, ReplyWriter reply) {
    byte[] buffer = request.buffer();
    int start = request.start(1);
    int length = request.length(1);
    if (!Decimal.isLong(buffer, start, length)) {
      reply.error("ERR value is not an integer or out of range");
      return;
    }
    long keyspace = Decimal.toLong(buffer, start, length);
    // Any key tells whether there is such a keyspace.
    if (keyspace < 0 || keyspace > Short.MAX_VALUE || context.partitionOf((int) keyspace, 0) < 0) {
      reply.error("ERR DB index is out of range");
      return;
    }
    call.keyspace = (int) keyspace;
    reply.ok();
  }

  // ---- the rest of the table `redis`

  @Override
  public void useProtocol(int version) {
    call.respVersion = version;
  }

  @Override
  public boolean mayCall(Request request) {
    Command command = lookup(request);
    if (command == null) {
      throw new ScriptException("ERR Invalid command passed to redis.acl_check_cmd()");
    }
    return call.user == null
        || (command.accepts(request.count()) && denial(call.user, command, request, false) == null);
  }

  @Override
  public void log(int level, String message) {
    LOG.log(LEVELS[level], message);
  }

  @Override
  public boolean shouldPause() {
    return pausable
        && System.nanoTime() - sliceNanos > (load == null ? SLICE_NANOS_MAX : LOAD_NANOS_MAX);
  }

  @Override
  public void register(String name, String description, List<String> flags, int callback) {
    if (load == null) {
      throw new ScriptException(
          "ERR redis.register_function can only be called on FUNCTION LOAD command");
    }
    load.register(name, description, flags, callback);
  }

  /** The functions that a library registers while it is loaded. */
  interface LibraryLoad {
    /** A {@code callback} is a {@link Interpreter#release reference}. */
    void register(String name, String description, List<String> flags, int callback);
  }
}
