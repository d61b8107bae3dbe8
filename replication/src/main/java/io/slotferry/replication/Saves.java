package io.slotferry.replication;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * SAVE, BGSAVE, BGREWRITEAOF and LASTSAVE of one copy, and what INFO tells of its snapshots. A
 * snapshot also shortens the log, so that BGREWRITEAOF is nothing else. Thread: the loop that owns
 * the copy.
 */
public final class Saves {
  private static final long NEVER = -1;
  private static final String EPHEMERAL = "ERR an ephemeral copy keeps nothing on disk";
  private static final String ANOTHER_RUNNING =
      "ERR Another child process is active (AOF?): can't BGSAVE right now. Use BGSAVE SCHEDULE in"
          + " order to schedule a BGSAVE whenever possible.";
  private static final String STARTED = " started";
  private static final String NOT_NOW = "ERR Background save can't start now, try again later";

  /** What a snapshot is for; each has its own words when one of its kind is under way. */
  private enum Kind {
    SAVE("ERR Background save already in progress"),
    REWRITE("ERR Background append only file rewriting already in progress");

    private final String isRunning;

    Kind(String isRunning) {
      this.isRunning = isRunning;
    }
  }

  private record Waiting(long ticket, LaterReply later) {}

  private final TimeSource time;
  private final List<Waiting> waiting = new ArrayList<>();
  private final List<Waiting> waitingForNext = new ArrayList<>();
  private CopyDisk disk;
  private long savedMillis;
  private long savedEffects;
  private long startedMillis;
  private long lastSeconds = NEVER;
  private long count;
  private boolean lastFailed;

  /** What the one under way was asked for as; null when the copy itself began it, or none is. */
  private @Nullable Kind running;

  /** What is to follow it. */
  private @Nullable Kind scheduled;

  Saves(TimeSource time, CopyDisk disk) {
    this.time = time;
    this.disk = disk;
    this.savedMillis = time.wallMillis();
  }

  /** The storage is open. */
  void use(CopyDisk opened) {
    disk = opened;
    disk.onSnapshot(this::ended);
  }

  // ---- commands

  /** BGSAVE [SCHEDULE]. */
  void background(Request request, ReplyWriter reply) {
    boolean mayWait = request.count() == 2 && request.is(1, "SCHEDULE");
    if (request.count() > 1 && !mayWait) {
      reply.error("ERR syntax error");
    } else {
      start("Background saving", Kind.SAVE, mayWait, reply);
    }
  }

  /** BGREWRITEAOF; without a log on disk there is none that could become shorter. */
  void rewrite(ReplyWriter reply) {
    String rewriting = "Background append only file rewriting";
    if (disk.state().kept()) {
      start(rewriting, Kind.REWRITE, true, reply);
    } else {
      reply.simple(rewriting + STARTED);
    }
  }

  private void start(String what, Kind kind, boolean mayWait, ReplyWriter reply) {
    if (disk.state().saving() && mayWait && kind != running) {
      scheduled = kind;
      reply.simple(what + " scheduled");
      return;
    }
    String refusal = begin(kind);
    if (refusal == null) {
      reply.simple(what + STARTED);
    } else {
      reply.error(refusal);
    }
  }

  /** Begins what is scheduled, if it could not as soon as the snapshot before it had ended. */
  void tick() {
    if (scheduled != null && !disk.state().saving()) {
      begin(scheduled);
    }
  }

  /** SAVE; true when it is answered later. What shortens the log is no reason to refuse it. */
  boolean foreground(ShardCall call, ReplyWriter reply, LaterReply later) {
    if (disk.state().saving() && running != Kind.SAVE) {
      scheduled = Kind.SAVE;
      waitingForNext.add(new Waiting(call.ticket, later));
      return true;
    }
    String refusal = begin(Kind.SAVE);
    if (refusal != null) {
      reply.error(refusal);
      return false;
    }
    waiting.add(new Waiting(call.ticket, later));
    return true;
  }

  /** Why no snapshot can begin; null when one has. */
  private @Nullable String begin(Kind kind) {
    DiskState state = disk.state();
    if (!state.kept()) {
      return EPHEMERAL;
    }
    if (state.saving()) {
      return kind == running ? kind.isRunning : ANOTHER_RUNNING;
    }
    startedMillis = time.monotonicMillis();
    if (!disk.snapshot(failure -> {})) {
      return NOT_NOW;
    }
    running = kind;
    // It holds all that was there when another was scheduled, whatever that was asked for as.
    scheduled = null;
    waiting.addAll(waitingForNext);
    waitingForNext.clear();
    return null;
  }

  private void ended(@Nullable String failure) {
    lastFailed = failure != null;
    if (failure == null) {
      savedMillis = time.wallMillis();
      savedEffects = disk.log().effects();
      lastSeconds = startedMillis == 0 ? 0 : (time.monotonicMillis() - startedMillis) / 1_000;
      count++;
    }
    startedMillis = 0;
    running = null;
    List<Waiting> answered = List.copyOf(waiting);
    waiting.clear();
    ReplyWriter reply = new ReplyWriter(64);
    if (failure == null) {
      reply.ok();
    } else {
      reply.error("ERR " + failure);
    }
    answered.forEach(each -> each.later.replied(each.ticket, reply));
    if (failure == null) {
      tick();
    }
  }

  /** The copy ceases to lead: who waits asks another. */
  void refuseAll() {
    List<Waiting> refused = new ArrayList<>(waiting);
    refused.addAll(waitingForNext);
    waiting.clear();
    waitingForNext.clear();
    refused.forEach(each -> each.later.notHere(each.ticket));
  }

  // ---- what they tell

  /** Of the newest snapshot, seconds since 1970; of the start before the first. */
  public long savedSeconds() {
    return savedMillis / 1_000;
  }

  /** How many effects there have been since. */
  public long unsavedEffects() {
    return disk.log().effects() - savedEffects;
  }

  /** How long the newest one took; -1 before the first. */
  public long lastSeconds() {
    return lastSeconds;
  }

  /** How long the one under way has taken; -1 when none is, or nobody asked for it. */
  public long runningSeconds() {
    return startedMillis == 0 || !disk.state().saving()
        ? NEVER
        : (time.monotonicMillis() - startedMillis) / 1_000;
  }

  /** Whether another one is to follow it. */
  public boolean isScheduled() {
    return scheduled != null;
  }

  /** How many there have been since the start. */
  public long count() {
    return count;
  }

  /** Whether the newest attempt failed. */
  public boolean lastFailed() {
    return lastFailed;
  }

  public DiskState disk() {
    return disk.state();
  }
}
