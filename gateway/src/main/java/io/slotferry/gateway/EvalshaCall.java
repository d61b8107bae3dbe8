package io.slotferry.gateway;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * EVALSHA. A shard need not know the script: it may have joined after SCRIPT LOAD, or its leader
 * may be new. Then the body is sent:
 *
 * <pre>
 *   BY_NAME ── NOSCRIPT, and the body is here ────────────────► BY_BODY ──► done
 *      │  └─── NOSCRIPT ──► ASKING, all shards ── one has it ──►   ▲
 *      ▼                       └─ none has it ──► NOSCRIPT
 *    done
 * </pre>
 *
 * Commands of the same connection that were sent in between are executed before, as when a client
 * itself answers NOSCRIPT with EVAL.
 */
final class EvalshaCall extends ShardQuestion {
  private static final byte[] NO_SCRIPT = ascii("-NOSCRIPT");
  private static final byte[] NOT_COMPILED = ascii("-ERR Error compiling script");
  private static final byte[] NO_MATCHING_SCRIPT =
      ascii("-NOSCRIPT No matching script. Please use EVAL.\r\n");

  private enum Step {
    BY_NAME,
    ASKING,
    BY_BODY
  }

  private final ScriptBodies bodies;
  private final Command command;
  private Request request;
  private Step step = Step.BY_NAME;
  private boolean kept;

  EvalshaCall(Router router, ScriptBodies bodies, Caller caller, Command command, Request request) {
    super(router, caller);
    this.bodies = bodies;
    this.command = command;
    this.request = request;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  /** Whether a reply says that the shard does not know the script. */
  static boolean isNoScript(byte[] bytes, int offset, int length) {
    return startsWith(NO_SCRIPT, bytes, offset, length);
  }

  private static boolean startsWith(byte[] start, byte[] bytes, int offset, int length) {
    return length >= start.length
        && Arrays.equals(bytes, offset, offset + start.length, start, 0, start.length);
  }

  @Override
  void keep() {
    if (!kept) {
      kept = true;
      request = request.detached();
    }
  }

  @Override
  boolean take(byte[] bytes, int offset, int length, ReplyWriter answer) {
    if (step == Step.BY_NAME && isNoScript(bytes, offset, length)) {
      return sendBody(bodies.find(name()), answer);
    }
    if (step == Step.ASKING) {
      return sendBody(first(bytes, offset, length), answer);
    }
    if (step == Step.BY_BODY && startsWith(NOT_COMPILED, bytes, offset, length)) {
      // An EVAL has brought it, and failed: such a script has no name.
      answer.raw(NO_MATCHING_SCRIPT);
    } else {
      answer.raw(bytes, offset, length);
    }
    return true;
  }

  /** Goes on where the shard that was called in place does not know the script. */
  boolean proceed(ReplyWriter answer) {
    return sendBody(bodies.find(name()), answer);
  }

  private String name() {
    return request.text(1).toLowerCase(Locale.ROOT);
  }

  private static byte @Nullable [] first(byte[] bytes, int offset, int length) {
    return new ReplyReader(bytes, offset, length).read() instanceof Reply.Array array
            && !array.elements().isEmpty()
            && array.elements().getFirst() instanceof Reply.BulkString(byte[] body)
        ? body
        : null;
  }

  private boolean sendBody(byte @Nullable [] body, ReplyWriter answer) {
    if (body == null && step == Step.BY_NAME) {
      step = Step.ASKING;
      return ask(Command.FIND_SCRIPTS, Request.of("!script", "SHOW", name()), answer);
    }
    if (body == null) {
      answer.raw(NO_MATCHING_SCRIPT);
      return true;
    }
    step = Step.BY_BODY;
    bodies.put(body);
    byte[][] arguments = new byte[request.count()][];
    Command eval = command == Command.EVALSHA ? Command.EVAL : Command.EVAL_RO;
    arguments[0] = ascii(eval.lowerName());
    arguments[1] = body;
    for (int i = 2; i < arguments.length; i++) {
      arguments[i] = request.copy(i);
    }
    return ask(eval, Request.of(arguments), answer);
  }
}
