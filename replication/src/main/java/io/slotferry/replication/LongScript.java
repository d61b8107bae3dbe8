package io.slotferry.replication;

import io.slotferry.engine.script.ScriptCommands;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.Routing;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import io.slotferry.protocol.shard.ShardExecutor.Outcome;
import io.slotferry.protocol.shard.TransactionBatch;
import org.jspecify.annotations.Nullable;

/**
 * A script that runs for long. It pauses again and again, so that the loop can do the rest of its
 * work, heartbeats above all, and goes on with each tick:
 *
 * <pre>
 *            paused              for too long
 *   (none) ─────────► RUNNING ───────────────► OVERDUE
 *      ▲                 │ commands are held      │ commands are answered -BUSY
 *      └─────────────────┴────────────────────────┘ ended, or killed
 * </pre>
 *
 * In between nobody else may see or change the shard's data: it is in the middle of a command.
 *
 * <p>A transaction that {@link Command#REST rests} is such a command, too: it is RUNNING until it
 * has, and never overdue.
 */
final class LongScript {
  /** Gives a script its reply, at once or when that may be told. */
  interface Answers {
    void give(ShardCall call, ReplyWriter reply, LaterReply later);
  }

  /** Redis' default of {@code busy-reply-threshold}. */
  static final long BUSY_MILLIS_DEFAULT = 5_000;

  private final ScriptCommands scripts;
  private final HeldCalls held;
  private final Answers answers;
  private @Nullable LaterReply later;
  private ShardCall call = new ShardCall();
  private long sinceMillis;
  private long lastTickMillis;
  private boolean overdue;

  /** Of a transaction that rests; null of a script. */
  private @Nullable ReplyWriter restingReply;

  private long restUntilMillis;
  private long busyMillis = BUSY_MILLIS_DEFAULT;

  /**
   * @param answers gets the script's reply
   */
  LongScript(ScriptCommands scripts, HeldCalls held, Answers answers) {
    this.scripts = scripts;
    this.held = held;
    this.answers = answers;
  }

  boolean isRunning() {
    return later != null;
  }

  /** Whether it has run for so long that others are told, and not held. */
  boolean isOverdue() {
    return overdue;
  }

  /** The command that has begun then is a script, and has paused now. */
  Outcome begin(ShardCall call, LaterReply later, long sinceMillis, long nowMillis) {
    this.later = later;
    this.call = call.copy();
    this.sinceMillis = sinceMillis;
    lastTickMillis = nowMillis;
    overdue = isTooLong(nowMillis);
    return Outcome.LATER;
  }

  private boolean isTooLong(long nowMillis) {
    return nowMillis - sinceMillis >= busyMillis;
  }

  /** The transaction whose reply begins at {@code start} is to end no sooner than then. */
  Outcome rest(ShardCall call, ReplyWriter reply, int start, LaterReply later, long untilMillis) {
    ReplyWriter resting = new ReplyWriter();
    resting.raw(HeldReplies.cut(reply, start));
    restingReply = resting;
    restUntilMillis = untilMillis;
    this.later = later;
    this.call = call.copy();
    return Outcome.LATER;
  }

  /** What becomes of another command meanwhile. */
  Outcome execute(ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
    if (restingReply != null) {
      return held.hold(call, request, later) ? Outcome.LATER : Outcome.NOT_HERE;
    }
    if (call.command == Command.FIND_SCRIPTS && request.is(1, "KILL")) {
      kill(request, reply);
      return Outcome.REPLIED;
    }
    if (call.command == Command.FIND_SCRIPTS && request.is(1, "STATS")) {
      reply.array(1);
      scripts.describe(reply, lastTickMillis - sinceMillis);
      return Outcome.REPLIED;
    }
    if (overdue) {
      String busy = scripts.busy();
      boolean isBatch = call.command.routing() == Routing.BATCH;
      reply.error(isBatch ? TransactionBatch.refused(busy) : busy);
      return Outcome.REPLIED;
    }
    return held.hold(call, request, later) ? Outcome.LATER : Outcome.NOT_HERE;
  }

  private void kill(Request request, ReplyWriter reply) {
    String refusal = scripts.killRefusal(request.is(2, "FUNCTION"));
    reply.array(1);
    if (refusal != null) {
      reply.error(refusal);
    } else {
      reply.ok();
      end(scripts.kill());
    }
  }

  /** A script that runs for so long makes others be answered BUSY. */
  void busyAfter(long millis) {
    busyMillis = millis;
  }

  /** Lets the script go on for a while. */
  void tick(long nowMillis) {
    if (restingReply != null) {
      if (nowMillis >= restUntilMillis) {
        end(restingReply);
      }
      return;
    }
    lastTickMillis = nowMillis;
    ReplyWriter reply = scripts.proceed();
    if (reply != null) {
      end(reply);
    } else if (!overdue && isTooLong(nowMillis)) {
      overdue = true;
      held.answerAll(scripts.busy());
    }
  }

  /** This copy no longer leads: the script ends where it is. */
  void abandon() {
    LaterReply later = this.later;
    this.later = null;
    overdue = false;
    if (restingReply == null) {
      scripts.kill();
    }
    restingReply = null;
    if (later != null) {
      later.uncertain(call.ticket);
    }
  }

  private void end(ReplyWriter reply) {
    LaterReply later = this.later;
    this.later = null;
    overdue = false;
    restingReply = null;
    if (later != null) {
      answers.give(call, reply, later);
    }
  }
}
