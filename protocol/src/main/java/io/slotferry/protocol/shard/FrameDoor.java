package io.slotferry.protocol.shard;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.CommandFrameReader;
import io.slotferry.protocol.frame.ReplyFrameWriter;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;
import java.util.concurrent.Executor;

/**
 * A copy's door to one gateway loop that is not its own: executes frames of commands and collects
 * the answers; those that come later leave as one frame for each turn of the loop.
 *
 * <p>The fence. A copy may refuse a command and lead a moment later, when the next frame of the
 * same pipeline is already on its way: executed, it would overtake the refused command, which comes
 * again. So both ends count the refusals, a frame says how many its sender had seen when it began
 * it, and one that does not know them all is refused as a whole:
 *
 * <pre>
 *   gateway                     door
 *   frame 1: A   (seen 0) ────► refuses A: 1 refusal
 *   frame 2: B   (seen 0) ────► leads now, but refuses B: 2 refusals
 *            ◄── A not here, B not here
 *   frame 3: A B (seen 2) ────► executes A, B
 * </pre>
 *
 * Thread: the copy's loop.
 */
public final class FrameDoor implements ShardExecutor.LaterReply, ShardExecutor.KeyWatcher {
  /** Where frames of replies go. */
  @FunctionalInterface
  public interface Answers {
    /**
     * @param servedBytes size of the frame of commands that was served; 0 for answers that came
     *     later
     * @param replies a {@link ReplyFrameWriter}'s frame, the receiver's from now on
     */
    void take(int servedBytes, byte[] replies);

    /** Whether it takes key events now; what happens meanwhile is lost. */
    default boolean takesEvents() {
      return true;
    }
  }

  /** Commands of a frame that are read before the first of them is executed. */
  private static final int AHEAD_MAX = 32;

  private final ShardExecutor executor;
  private final Executor copyLoop;
  private final Answers answers;
  private final CommandFrameReader commands = new CommandFrameReader();
  private final ReplyFrameWriter replies = new ReplyFrameWriter();
  private final ReplyWriter reply = new ReplyWriter();
  private final ShardCall[] calls = new ShardCall[AHEAD_MAX];
  private final Request[] requests = new Request[AHEAD_MAX];
  private int shard;
  private long epoch;
  private long refusals;
  private boolean flushScheduled;
  private int watched;
  private boolean eventsLost;

  /**
   * @param copyLoop runs what it is given at the end of the present turn of the copy's loop
   */
  public FrameDoor(ShardExecutor executor, Executor copyLoop, Answers answers) {
    this.executor = executor;
    this.copyLoop = copyLoop;
    this.answers = answers;
    for (int i = 0; i < AHEAD_MAX; i++) {
      calls[i] = new ShardCall();
      requests[i] = new Request();
    }
    replies.begin(shard, epoch, 0);
  }

  private void begin() {
    replies.begin(shard, epoch, executor.mapVersion());
  }

  /** Executes the commands of the frame in {@code bytes[offset, offset + length)}. */
  public void serve(byte[] bytes, int offset, int length) {
    commands.reset(bytes, offset, length);
    shard = commands.shard();
    epoch = commands.epoch();
    if (replies.count() == 0) {
      begin();
    }
    if (commands.watched() != watched) {
      watched = commands.watched();
      executor.watch(this, watched);
    }
    boolean fenced = commands.refusalsSeen() != refusals;
    for (int count = readAhead(); count > 0; count = readAhead()) {
      if (fenced) {
        refuseAll(count);
      } else {
        executeAll(count);
      }
    }
    answer(length);
  }

  /** Reads commands of the frame before they are executed, and returns how many. */
  private int readAhead() {
    int count = 0;
    while (count < AHEAD_MAX && commands.next(calls[count], requests[count])) {
      count++;
    }
    return count;
  }

  private void refuseAll(int count) {
    for (int i = 0; i < count; i++) {
      refuse(calls[i].ticket);
    }
  }

  private void executeAll(int count) {
    for (int i = 0; i < count; i++) {
      expect(calls[i], requests[i]);
    }
    executor.beginBatch();
    try {
      for (int i = 0; i < count; i++) {
        execute(calls[i], requests[i]);
      }
    } finally {
      executor.endBatch();
    }
  }

  private void expect(ShardCall call, Request request) {
    int key = call.command.firstKey();
    call.keyHash = 0;
    if (key > 0 && key < request.count()) {
      call.keyHash =
          executor.expect(
              call.keyspace,
              call.partition,
              request.buffer(),
              request.start(key),
              request.length(key));
    }
  }

  private void execute(ShardCall call, Request request) {
    long ticket = call.ticket;
    reply.clear();
    reply.useProtocol(call.respVersion);
    switch (outcome(call, request)) {
      case REPLIED -> replies.replied(ticket, reply);
      case NOT_HERE -> refuse(ticket);
      case LATER -> {
        // It comes through one of the methods below.
      }
      case WAITING -> replies.waiting(ticket);
    }
  }

  private void refuse(long ticket) {
    refusals++;
    replies.notHere(ticket);
  }

  private ShardExecutor.Outcome outcome(ShardCall call, Request request) {
    return call.stalenessMillisMax > 0 || executor.leads(shard, epoch)
        ? executor.execute(call, request, reply, this)
        : ShardExecutor.Outcome.NOT_HERE;
  }

  private void answer(int servedBytes) {
    byte[] frame = Arrays.copyOf(replies.bytes(), replies.size());
    begin();
    answers.take(servedBytes, frame);
  }

  private void answerLater() {
    if (!flushScheduled) {
      flushScheduled = true;
      copyLoop.execute(this::answerNow);
    }
  }

  private void answerNow() {
    flushScheduled = false;
    if (replies.count() > 0) {
      answer(0);
    }
  }

  /** Nobody is behind it any more. */
  public void close() {
    if (watched != 0) {
      watched = 0;
      executor.watch(this, 0);
    }
  }

  @Override
  public void happened(byte[] bytes, int length) {
    if (!answers.takesEvents()) {
      eventsLost = true;
      return;
    }
    if (eventsLost) {
      eventsLost = false;
      WireWriter lost = new WireWriter(1);
      KeyEventRecord.writeLost(lost);
      replies.events(lost.bytes(), lost.size());
    }
    replies.events(bytes, length);
    answerLater();
  }

  @Override
  public void replied(long ticket, ReplyWriter reply) {
    replies.replied(ticket, reply);
    answerLater();
  }

  @Override
  public void notHere(long ticket) {
    refuse(ticket);
    answerLater();
  }

  @Override
  public void uncertain(long ticket) {
    replies.uncertain(ticket);
    answerLater();
  }

  @Override
  public void waiting(long ticket) {
    replies.waiting(ticket);
    answerLater();
  }

  /** Whoever has sent the commands is gone. */
  public void gatewayIsGone() {
    executor.forget(this);
  }
}
