package io.slotferry.replication;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The replies of a leading copy that wait until nothing of what they tell can be lost. There are
 * two promises, and a reply is given when both that concern it are kept:
 *
 * <pre>
 *   FORCED      on this copy's disk            fsync policy always: every write
 *   REPLICATED  applied by the in-sync set     durability sync: a write that asks for it
 *
 *   executed ──► forced up to here? ──► replicated up to here? ──► answered
 *                     └────── no: held ──────────┘
 * </pre>
 *
 * A write is applied at once, so that others may see it before it is safe: their replies are held
 * too. It is remembered for each partition how far in the log it has such a write; a command about
 * one key waits for its partition's, any other for all. A call that is sync itself waits for
 * everything that is in the log, whoever wrote it: what it reads is never lost.
 *
 * <p>Source: PacificA's and Kafka's rule of the in-sync set. Thread: the loop that owns the copy.
 */
final class HeldReplies {
  static final int REPLIES_MAX = 100_000;
  static final long BYTES_MAX = 64L << 20;

  /** A reply that is held for longer is given up: nobody knows what becomes of the write. */
  static final long HELD_MILLIS_MAX = 10_000;

  private record Held(
      long ticket,
      LaterReply later,
      byte[] reply,
      boolean needsCopies,
      long replicatedTo,
      long sinceMillis) {}

  private record Waiting(long offset, Held held) {}

  /** How far in the log a promise is kept, and who waits for more, in the order of the log. */
  private static final class Promise {
    private final Map<Integer, Long> writes = new HashMap<>();
    private final ArrayDeque<Waiting> waiting = new ArrayDeque<>();
    private long kept;
    private long newestWrite;

    void wrote(int partition, long offset) {
      if (offset > kept) {
        writes.put(partition, offset);
        newestWrite = offset;
      }
    }

    /** Up to where it has to be kept for a reply about this partition; 0 when it is. */
    long seenIn(int partition) {
      long offset =
          partition == ShardCall.ALL_PARTITIONS ? newestWrite : writes.getOrDefault(partition, 0L);
      return offset > kept ? offset : 0;
    }

    /** A reply never leaves before one that was held earlier: the offsets grow. */
    void hold(long offset, Held held) {
      Waiting last = waiting.peekLast();
      waiting.add(new Waiting(last == null ? offset : Math.max(offset, last.offset), held));
    }

    void reached(long offset) {
      kept = Math.max(kept, offset);
      if (kept >= newestWrite) {
        writes.clear();
        newestWrite = 0;
      }
    }

    void inherited(int donor, int heir) {
      Long offset = writes.get(donor);
      if (offset != null) {
        writes.merge(heir, offset, Math::max);
      }
    }

    boolean isOpen() {
      return newestWrite > 0;
    }

    void startOver() {
      writes.clear();
      kept = 0;
      newestWrite = 0;
    }
  }

  private final Promise forced = new Promise();
  private final Promise replicated = new Promise();
  private final ReplyWriter writer = new ReplyWriter();
  private boolean forcesAll;
  private boolean guarding;
  private boolean enoughCopies;
  private long replicatedWanted;
  private long replicatedPromised;
  private int size;
  private long bytes;

  // The call that is being executed.
  private boolean collecting;
  private boolean sync;
  private int[] written = new int[8];
  private int writtenCount;

  /** Every write is to be on disk before it is answered. */
  void forceAll(boolean all) {
    forcesAll = all;
    look();
  }

  private void look() {
    guarding = forcesAll || forced.isOpen() || replicated.isOpen();
  }

  /** Whether replies of calls that are not sync may have to wait, too. */
  boolean isGuarding() {
    return guarding;
  }

  /** Whether no more can be held: the call is not to be executed now. */
  boolean isFull() {
    return size >= REPLIES_MAX || bytes >= BYTES_MAX;
  }

  boolean isEmpty() {
    return size == 0;
  }

  int size() {
    return size;
  }

  // ---- a call

  /** The call is executed now; its effects are told to {@link #wrote}. */
  void begin(ShardCall call) {
    collecting = forcesAll || call.sync;
    sync = call.sync;
    writtenCount = 0;
  }

  /** Whether it matters what the call writes. */
  boolean isCollecting() {
    return collecting;
  }

  void wrote(int partition) {
    if (writtenCount > 0 && written[writtenCount - 1] == partition) {
      return;
    }
    if (writtenCount == written.length) {
      written = Arrays.copyOf(written, writtenCount * 2);
    }
    written[writtenCount++] = partition;
  }

  /** Keys of one partition have become another's: what was written to them goes with them. */
  void inherited(int donor, int heir) {
    forced.inherited(donor, heir);
    replicated.inherited(donor, heir);
  }

  /** The call has not come to an end. */
  void cancel() {
    collecting = false;
    writtenCount = 0;
  }

  /**
   * The call was executed.
   *
   * @param partition that its reply tells of, or {@link ShardCall#ALL_PARTITIONS}
   * @param reply has its reply from {@code start} on, which is taken back if it is held
   * @param end of the log
   * @return whether it is held, and goes to {@code later}
   */
  boolean end(
      ShardCall call,
      int partition,
      ReplyWriter reply,
      int start,
      LaterReply later,
      long end,
      long nowMillis) {
    boolean wrote = writtenCount > 0;
    note(end);
    long forcedTo = wrote && forcesAll ? unkept(forced, end) : forced.seenIn(partition);
    long replicatedTo = call.sync ? unkept(replicated, end) : replicated.seenIn(partition);
    if (forcedTo == 0 && replicatedTo == 0) {
      if (call.sync) {
        promise(end);
      }
      return false;
    }
    Held held =
        new Held(
            call.ticket, later, cut(reply, start), wrote && call.sync, replicatedTo, nowMillis);
    size++;
    bytes += held.reply.length;
    replicatedWanted = Math.max(replicatedWanted, replicatedTo);
    if (forcedTo > 0) {
      forced.hold(forcedTo, held);
    } else {
      replicated.hold(replicatedTo, held);
    }
    return true;
  }

  /** Whatever it has written is not safe yet. */
  private void note(long end) {
    for (int i = 0; i < writtenCount; i++) {
      if (sync) {
        replicated.wrote(written[i], end);
      }
      if (forcesAll) {
        forced.wrote(written[i], end);
      }
    }
    cancel();
    look();
  }

  private static long unkept(Promise promise, long end) {
    return end > promise.kept ? end : 0;
  }

  /** Takes what was written from {@code start} on out of {@code reply}. */
  static byte[] cut(ReplyWriter reply, int start) {
    byte[] cut;
    if (reply.hasShared()) {
      ReplyWriter whole = new ReplyWriter();
      int[] before = {start};
      reply.pieces((source, offset, length, lasting) -> {
        int skipped = before[0] == 0 ? 0 : lasting ? length : Math.min(before[0], length);
        before[0] -= lasting ? 0 : skipped;
        whole.raw(source, offset + skipped, length - skipped);
      });
      cut = whole.toByteArray();
    } else {
      cut = Arrays.copyOfRange(reply.bytes(), start, reply.size());
    }
    reply.truncate(start);
    return cut;
  }

  // ---- what becomes of them

  /** All before {@code offset} is on disk. */
  void forcedTo(long offset) {
    forced.reached(offset);
    look();
    for (Held held = take(forced); held != null; held = take(forced)) {
      if (held.replicatedTo > replicated.kept) {
        replicated.hold(held.replicatedTo, held);
      } else {
        answer(held);
      }
    }
  }

  /**
   * All before {@code offset} was applied by the in-sync set.
   *
   * @param inSync how many copies that set has, the leader's included
   * @param inSyncMin a sync write needs so many
   */
  void replicatedTo(long offset, int inSync, int inSyncMin) {
    enoughCopies = inSync >= inSyncMin;
    promise(Math.min(offset, Math.max(replicatedWanted, replicated.newestWrite)));
    replicated.reached(offset);
    look();
    for (Held held = take(replicated); held != null; held = take(replicated)) {
      answer(held);
    }
  }

  /** The next one that waits for no more than what is kept. */
  private static @Nullable Held take(Promise promise) {
    Waiting first = promise.waiting.peek();
    return first == null || first.offset > promise.kept ? null : promise.waiting.remove().held;
  }

  private void answer(Held held) {
    leaves(held);
    if (held.needsCopies && !enoughCopies) {
      held.later.uncertain(held.ticket);
      return;
    }
    writer.clear();
    writer.raw(held.reply);
    held.later.replied(held.ticket, writer);
  }

  private void leaves(Held held) {
    size--;
    bytes -= held.reply.length;
  }

  /** Gives up those that were held for too long. */
  void tick(long nowMillis) {
    giveUp(forced, nowMillis - HELD_MILLIS_MAX);
    giveUp(replicated, nowMillis - HELD_MILLIS_MAX);
  }

  private void giveUp(Promise promise, long sinceMillisMax) {
    Waiting first = promise.waiting.peek();
    while (first != null && first.held.sinceMillis <= sinceMillisMax) {
      promise.waiting.remove();
      leaves(first.held);
      first.held.later.uncertain(first.held.ticket);
      first = promise.waiting.peek();
    }
  }

  /** The copy begins, or ceases, to lead: all that is held is given up. */
  void startOver() {
    giveUp(forced, Long.MAX_VALUE);
    giveUp(replicated, Long.MAX_VALUE);
    forced.startOver();
    replicated.startOver();
    replicatedWanted = 0;
    replicatedPromised = 0;
    cancel();
    look();
  }

  /** Somebody relies on the log up to here being in all copies that are in sync. */
  void promise(long offset) {
    replicatedPromised = Math.max(replicatedPromised, offset);
  }

  /** Whoever is to be in sync has to have so much of the log: it may have been told of. */
  long replicatedPromised() {
    return replicatedPromised;
  }

  /** Some reply needs the log to be replicated up to here. */
  long replicatedWanted() {
    return replicatedWanted;
  }

  /**
   * Up to where followers have had to apply the log for {@code millis} now, and have not all done
   * it; 0 when none is late.
   */
  long overdueSince(long millis, long nowMillis) {
    Waiting first = replicated.waiting.peek();
    return first != null && nowMillis - first.held.sinceMillis >= millis ? first.offset : 0;
  }
}
