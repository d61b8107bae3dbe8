package io.slotferry.gateway;

import io.netty.channel.EventLoop;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.frame.CommandFrameReader;
import io.slotferry.protocol.frame.ReplyFrameWriter;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import java.util.Arrays;

/**
 * The copy's end of a {@link LocalShardLink}: executes frames of commands and collects the answers,
 * those that come later as one frame for each turn of the loop. Thread: the copy's loop.
 */
final class CopyDoor implements ShardExecutor.LaterReply {
  /** Where frames of replies go, with the size of the frame of commands that was served. */
  interface Answers {
    void take(int servedBytes, byte[] replies);
  }

  private final ShardExecutor executor;
  private final EventLoop copyLoop;
  private final Answers answers;
  private final CommandFrameReader commands = new CommandFrameReader();
  private final ReplyFrameWriter replies = new ReplyFrameWriter();
  private final ReplyWriter reply = new ReplyWriter();
  private final ShardCall call = new ShardCall();
  private int shard;
  private long epoch;
  private long mapVersion;
  private boolean flushScheduled;

  CopyDoor(ShardExecutor executor, EventLoop copyLoop, Answers answers) {
    this.executor = executor;
    this.copyLoop = copyLoop;
    this.answers = answers;
    begin();
  }

  private void begin() {
    replies.begin(shard, epoch, mapVersion);
  }

  void serve(byte[] frame) {
    commands.reset(frame, 0, frame.length);
    shard = commands.shard();
    epoch = commands.epoch();
    mapVersion = commands.mapVersion();
    while (commands.next(call)) {
      long ticket = call.ticket;
      reply.clear();
      reply.useProtocol(call.respVersion);
      switch (executor.execute(call, commands.request(), reply, this)) {
        case REPLIED -> replies.replied(ticket, reply);
        case NOT_HERE -> replies.notHere(ticket);
        case LATER -> {}
      }
    }
    answer(frame.length);
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

  @Override
  public void replied(long ticket, ReplyWriter reply) {
    replies.replied(ticket, reply);
    answerLater();
  }

  @Override
  public void notHere(long ticket) {
    replies.notHere(ticket);
    answerLater();
  }

  @Override
  public void uncertain(long ticket) {
    replies.uncertain(ticket);
    answerLater();
  }
}
