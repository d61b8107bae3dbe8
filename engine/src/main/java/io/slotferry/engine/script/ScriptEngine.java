package io.slotferry.engine.script;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.lua.Interpreter;
import io.slotferry.engine.lua.Interpreter.Mode;
import io.slotferry.engine.lua.Interpreter.Outcome;
import io.slotferry.engine.lua.ScriptException;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import org.jspecify.annotations.Nullable;

/** Runs the scripts of one shard copy in an interpreter that is made when the first one comes. */
final class ScriptEngine {
  /** The Redis version whose scripts these are. */
  private static final String VERSION = "7.0.15";

  private static final int VERSION_NUMBER = 0x07_00_0F;

  private static final String NO_ALLOW_OOM =
      "OOM allow-oom flag is not set on the script, can not run it when used memory > 'maxmemory'";

  private static final Request NO_ARGUMENTS = Request.of(new byte[0][]);

  private final ScriptRun run = new ScriptRun();
  private @Nullable Interpreter interpreter;
  private @Nullable Paused paused;
  private boolean pausing;

  /** The script that is running, or the next one. */
  ScriptRun run() {
    return run;
  }

  private Interpreter interpreter() {
    Interpreter made = interpreter;
    if (made == null) {
      made = new Interpreter(run, VERSION, VERSION_NUMBER);
      interpreter = made;
    }
    return made;
  }

  /**
   * @throws ScriptException that begins with {@code error}
   */
  int compile(byte[] code, int start, int length, String chunk, Mode mode, String error) {
    Interpreter interpreter = interpreter();
    try {
      return interpreter.compile(code, start, length, chunk, mode);
    } catch (ScriptException e) {
      throw new ScriptException(error + e.text());
    }
  }

  void release(Script script) {
    interpreter().release(script.reference());
  }

  /**
   * Runs the code of a library, which is then forgotten; what it has registered stays.
   *
   * @throws ScriptException with the error
   */
  void load(int main, FunctionLibrary library) {
    Interpreter interpreter = interpreter();
    run.begin(library);
    Outcome outcome = interpreter.run(Mode.LOAD, main, NO_ARGUMENTS, 0, 0);
    run.end();
    interpreter.release(main);
    String error = null;
    if (outcome == Outcome.ENDED) {
      interpreter.discardResult();
    } else if (outcome == Outcome.PAUSED) {
      interpreter.abandon();
      error = "ERR FUNCTION LOAD timeout";
    } else {
      error = interpreter.failure().message();
    }
    if (error != null) {
      library.functions().forEach(function -> release(function.script()));
      throw new ScriptException("Error registering functions: " + error);
    }
  }

  /** Runs a script with the keys from argument 3 on, and writes its reply. */
  void run(CommandContext context, Mode mode, Script script, boolean readOnlyCommand, int keys) {
    boolean maySay = !script.is(ScriptFlags.COMPATIBLE);
    if (maySay && readOnlyCommand && !script.is(ScriptFlags.NO_WRITES)) {
      context.fail("ERR Can not execute a script with write flag using *_ro command.");
      return;
    }
    String refusal =
        maySay && !script.is(ScriptFlags.NO_WRITES) ? run.writeRefusal(context.call()) : null;
    if (refusal != null) {
      context.fail(refusal);
      return;
    }
    boolean grows = maySay && !script.is(ScriptFlags.ALLOW_OOM | ScriptFlags.NO_WRITES);
    if (grows && context.isOutOfMemory()) {
      context.fail(NO_ALLOW_OOM);
      return;
    }
    Interpreter interpreter = interpreter();
    run.begin(context, script, readOnlyCommand, pausing && context.isAlone());
    context.beginGroup();
    Paused running = new Paused(context, mode, script);
    try {
      end(running, interpreter.run(mode, script.reference(), context.request(), 3, keys));
    } catch (IllegalStateException e) {
      broken(running);
      throw e;
    }
  }

  /** A bug: what the script has written stays, and is replicated. */
  private void broken(Paused script) {
    paused = null;
    script.context.endGroup();
    run.end();
  }

  private void end(Paused script, Outcome outcome) {
    if (outcome == Outcome.PAUSED) {
      if (paused == null) {
        script.context.keep();
        paused = script;
      }
      return;
    }
    paused = null;
    script.context.endGroup();
    Interpreter interpreter = interpreter();
    run.writeReport(script.context);
    if (outcome == Outcome.ENDED) {
      interpreter.writeResult(run.isResp3(), script.context.reply());
    } else {
      Interpreter.Failure failure = interpreter.failure();
      fail(script, failure.message(), failure.position());
    }
    run.end();
  }

  private static void fail(Paused script, String message, @Nullable String position) {
    script.context.fail(
        position == null
            ? message
            : message + " script: " + script.script.name() + ", on " + position + ".");
  }

  // ---- scripts that run for long

  /** Scripts may be paused from now on, where nothing else is around them. */
  void mayPause() {
    pausing = true;
  }

  @Nullable Paused paused() {
    return paused;
  }

  /** Goes on with the paused script; its reply if it has ended. */
  @Nullable ReplyWriter proceed() {
    Paused script = paused;
    if (script == null) {
      throw new IllegalStateException("no script is paused");
    }
    run.beginSlice();
    try {
      end(script, interpreter().proceed());
    } catch (IllegalStateException e) {
      broken(script);
      throw e;
    }
    return paused == null ? script.context.reply() : null;
  }

  /** Whether the paused script has executed a command that writes. */
  boolean wrote() {
    return run.wrote();
  }

  /** Ends the paused script where it is; its reply. */
  ReplyWriter kill() {
    Paused script = paused;
    if (script == null) {
      throw new IllegalStateException("no script is paused");
    }
    paused = null;
    run.writeReport(script.context);
    fail(script, "ERR Script killed by user with SCRIPT KILL...", interpreter().abandon());
    script.context.endGroup();
    run.end();
    return script.context.reply();
  }

  /** A script under way. */
  record Paused(CommandContext context, Mode mode, Script script) {}
}
