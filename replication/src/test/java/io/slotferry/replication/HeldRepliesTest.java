package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeldRepliesTest {
  private static final int SLOT = 7;
  private static final int OTHER_SLOT = 8;
  private final HeldReplies replies = new HeldReplies();
  private final List<String> answers = new ArrayList<>();
  private long nowMillis;
  private long tickets;

  private final LaterReply later =
      new LaterReply() {
        @Override
        public void replied(long ticket, ReplyWriter reply) {
          answers.add(ticket + new String(reply.toByteArray(), StandardCharsets.US_ASCII).trim());
        }

        @Override
        public void notHere(long ticket) {
          throw new AssertionError("it was executed");
        }

        @Override
        public void uncertain(long ticket) {
          answers.add(ticket + "?");
        }
      };

  /** A command whose reply is {@code +OK}, with the log at {@code end} behind it. */
  private boolean isHeld(boolean sync, boolean writes, int partition, long end) {
    ShardCall call = new ShardCall();
    call.sync = sync;
    call.ticket = ++tickets;
    ReplyWriter reply = new ReplyWriter();
    reply.simple("BEFORE");
    int start = reply.size();
    replies.begin(call);
    if (writes && replies.isCollecting()) {
      replies.wrote(partition);
    }
    reply.ok();
    boolean held = replies.end(call, partition, reply, start, later, end, nowMillis);
    assertThat(reply.size()).isEqualTo(held ? start : start + 5);
    return held;
  }

  @Test
  void aSyncWriteIsAnsweredWhenTheInSyncSetHasIt() {
    assertThat(replies.isGuarding()).isFalse();
    assertThat(isHeld(true, true, SLOT, 100)).isTrue();
    assertThat(replies.replicatedWanted()).isEqualTo(100);
    replies.replicatedTo(99, 2, 1);
    assertThat(answers).isEmpty();
    replies.replicatedTo(100, 2, 1);
    assertThat(answers).containsExactly("1+OK");
    assertThat(replies.isGuarding()).isFalse();
    assertThat(replies.replicatedPromised()).isEqualTo(100);
  }

  @Test
  void whoeverMayHaveSeenItWaitsForItAndNobodyElse() {
    isHeld(true, true, SLOT, 100);
    assertThat(replies.isGuarding()).isTrue();
    assertThat(isHeld(false, false, OTHER_SLOT, 100)).isFalse();
    assertThat(isHeld(false, false, SLOT, 100)).isTrue();
    assertThat(isHeld(false, false, ShardCall.ALL_PARTITIONS, 100)).isTrue();
    assertThat(isHeld(false, true, OTHER_SLOT, 120)).isFalse();
    // One that is sync waits for what others wrote, too.
    assertThat(isHeld(true, false, OTHER_SLOT, 120)).isTrue();
    replies.replicatedTo(100, 2, 1);
    assertThat(answers).containsExactly("1+OK", "3+OK", "4+OK");
    replies.replicatedTo(120, 2, 1);
    assertThat(answers).last().isEqualTo("6+OK");
    assertThat(replies.isEmpty()).isTrue();
  }

  @Test
  void aSyncWriteThatTooFewCopiesHaveIsOfUnknownFate() {
    isHeld(true, true, SLOT, 100);
    isHeld(false, false, SLOT, 100);
    replies.replicatedTo(100, 1, 2);
    assertThat(answers).containsExactly("1?", "2+OK");
  }

  @Test
  void whatIsHeldForTooLongIsGivenUp() {
    isHeld(true, true, SLOT, 100);
    replies.tick(HeldReplies.HELD_MILLIS_MAX - 1);
    assertThat(answers).isEmpty();
    assertThat(replies.overdueSince(1_000, 999)).isZero();
    assertThat(replies.overdueSince(1_000, 1_000)).isEqualTo(100);
    replies.tick(HeldReplies.HELD_MILLIS_MAX);
    assertThat(answers).containsExactly("1?");
    isHeld(true, true, SLOT, 200);
    replies.startOver();
    assertThat(answers).containsExactly("1?", "2?");
  }

  @Test
  void withFsyncAlwaysEveryWriteWaitsForTheDisk() {
    replies.forceAll(true);
    replies.forcedTo(50);
    assertThat(isHeld(false, false, SLOT, 50)).isFalse();
    assertThat(isHeld(false, true, SLOT, 100)).isTrue();
    assertThat(isHeld(false, false, SLOT, 100)).isTrue();
    assertThat(isHeld(true, true, OTHER_SLOT, 110)).isTrue();
    replies.forcedTo(110);
    assertThat(answers).containsExactly("2+OK", "3+OK");
    replies.replicatedTo(110, 2, 1);
    assertThat(answers).last().isEqualTo("4+OK");
  }

  @Test
  void largeValuesThatTheReplySharesAreHeldWhole() {
    isHeld(true, true, SLOT, 100);
    byte[] large = "x".repeat(1 << 20).getBytes(StandardCharsets.US_ASCII);
    ReplyWriter reply = ReplyWriter.sharing();
    reply.lastingBulk(large, 0, large.length);
    int start = reply.size();
    reply.lastingBulk(large, 1, large.length - 1);
    ShardCall call = new ShardCall();
    call.ticket = 2;
    replies.begin(call);
    assertThat(replies.end(call, SLOT, reply, start, later, 100, nowMillis)).isTrue();
    assertThat(reply.totalSize()).isEqualTo(start + large.length);
    replies.replicatedTo(100, 2, 1);
    assertThat(answers.getLast()).hasSize(1 + "$1048575\r\n".length() + large.length - 1);
  }
}
