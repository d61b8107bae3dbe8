package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.CommandFrameWriter;
import io.slotferry.protocol.frame.ReplyFrameReader;
import io.slotferry.protocol.frame.ReplyOutcome;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.Shard;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;

/**
 * What the links to another loop and to another process have in common: the commands of a loop turn
 * are collected in one frame, the answers come in frames, and each finds its call by the ticket.
 *
 * <p>A copy that has refused a command refuses all that was sent before that was seen here, or a
 * later command of the same connection could overtake it ({@link
 * io.slotferry.protocol.shard.FrameDoor} tells the story). So that nothing is sent in vain, a link
 * that has seen a refusal has no room until all that it sent before was served.
 */
abstract class FramedShardLink implements ShardLink {
  final GatewayLoop loop;
  final int shard;

  /** It goes to a replica: for reads alone, and no key events come from there. */
  final boolean toReplica;

  private final long epoch;
  private final CallWindow window = new CallWindow();
  private final CommandFrameWriter commands = new CommandFrameWriter();
  private final ReplyFrameReader replies = new ReplyFrameReader();
  private final ShardCall shardCall = new ShardCall();
  private final List<Call> batch = new ArrayList<>();
  private long batchMapVersion;
  private long refusalsSeen;
  private boolean fenced;

  FramedShardLink(GatewayLoop loop, int shard, long epoch, boolean toReplica) {
    this.loop = loop;
    this.shard = shard;
    this.toReplica = toReplica;
    this.epoch = epoch;
  }

  /** Whether it was opened for this epoch of this shard. */
  final boolean isOf(Shard of) {
    return of.id() == shard && of.epoch() == epoch;
  }

  /** Sends a frame of commands; the array is not changed any more. */
  abstract void transmit(byte[] frame);

  /** Whether the copy has served all frames that were transmitted. */
  abstract boolean isAllServed();

  @Override
  public boolean hasRoom() {
    if (fenced && batch.isEmpty() && isAllServed()) {
      fenced = false;
    }
    return !fenced && !window.isFull();
  }

  final boolean isIdle() {
    return window.isEmpty();
  }

  /** Size of what was collected in this turn of the loop. */
  final int collectedBytes() {
    return batch.isEmpty() ? 0 : commands.size();
  }

  @Override
  public final void send(Call call, Request request, int partition, long mapVersion) {
    if (!batch.isEmpty() && (commands.isFull() || mapVersion != batchMapVersion)) {
      flush();
    }
    if (batch.isEmpty()) {
      begin(mapVersion);
    }
    shardCall.respVersion = call.respVersion();
    shardCall.keyspace = call.keyspace();
    shardCall.partition = partition;
    shardCall.sync = call.sync();
    shardCall.stalenessMillisMax = call.replicaStalenessMillisMax();
    shardCall.client = call.markedClient();
    shardCall.noTouch = call.noTouch();
    shardCall.monitored = Router.needsUser(call.command) && loop.router().wantsCommands(call);
    shardCall.user = Router.needsUser(call.command) ? call.restrictedUser() : null;
    shardCall.ticket = window.nextTicket();
    int start = commands.size();
    commands.add(shardCall, request);
    call.commandAt(start);
    call.sentBy(mapVersion);
    window.add(call);
    call.sent(shardCall.ticket, this);
    batch.add(call);
  }

  private void begin(long mapVersion) {
    batchMapVersion = mapVersion;
    int watched = toReplica ? 0 : loop.keyFeed().watched();
    commands.begin(shard, epoch, mapVersion, refusalsSeen, window.nextTicket(), watched);
  }

  @Override
  public final void flush() {
    if (!batch.isEmpty()) {
      byte[] frame = seal();
      batch.clear();
      transmit(frame);
    }
  }

  /** Completes the frame of this turn: its calls find their arguments in it from now on. */
  private byte[] seal() {
    byte[] frame = Arrays.copyOf(commands.bytes(), commands.size());
    for (Call call : batch) {
      call.commandIn(frame);
    }
    return frame;
  }

  /** A frame without commands, which only asks for a sign of life. */
  final byte[] emptyFrame() {
    begin(loop.router().map().version());
    return Arrays.copyOf(commands.bytes(), commands.size());
  }

  @Override
  public final void watch() {
    flush();
    transmit(emptyFrame());
  }

  /** Hands the answers in {@code bytes[offset, offset + length)} to their calls. */
  final void deliver(byte[] bytes, int offset, int length) {
    replies.reset(bytes, offset, length);
    Router router = loop.router();
    router.mapIsAt(replies.mapVersion());
    while (replies.next()) {
      if (replies.outcome() == ReplyOutcome.EVENTS) {
        loop.keyFeed().happened(replies.buffer(), replies.replyStart(), replies.replyLength());
        continue;
      }
      if (replies.outcome() == ReplyOutcome.NOT_HERE) {
        refusalsSeen++;
        fenced = true;
      }
      boolean stays = replies.outcome() == ReplyOutcome.WAITING;
      Call call = stays ? window.find(replies.ticket()) : window.take(replies.ticket());
      if (call != null) {
        answer(router, call);
      }
    }
  }

  private void answer(Router router, Call call) {
    switch (replies.outcome()) {
      case REPLIED ->
          router.replied(call, replies.buffer(), replies.replyStart(), replies.replyLength());
      case NOT_HERE -> router.refused(call, call.mapVersion());
      case UNCERTAIN -> router.uncertain(call);
      case WAITING -> call.waits();
      case EVENTS -> throw new IllegalArgumentException("events answer no call");
    }
  }

  /** Gives up all that is under way: nobody knows what became of it. What was not sent goes on. */
  final void abandon() {
    if (!batch.isEmpty()) {
      seal();
    }
    Call[] unsent = batch.toArray(Call[]::new);
    batch.clear();
    long firstUnsent = window.nextTicket() - unsent.length;
    for (int i = 0; i < unsent.length; i++) {
      window.take(firstUnsent + i);
    }
    window.drain(loop.router()::uncertain);
    for (Call call : unsent) {
      loop.router().keep(call);
    }
  }
}
