package io.slotferry.gateway;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import java.util.Arrays;
import java.util.concurrent.ThreadLocalRandom;

/** RANDOMKEY: from a random shard on, one after the other, until one has a key. */
final class RandomKeyWalk extends Walk {
  private final int first;
  private int asked;
  private byte[] found = new byte[0];

  RandomKeyWalk(Router router, Caller caller, Command command, Request request) {
    super(router, caller, command, request);
    first = ThreadLocalRandom.current().nextInt(Math.max(1, router.shardCount()));
  }

  @Override
  Step step(ReplyWriter stepReply) {
    if (asked > 0 && asked >= router.shardCount()) {
      return Step.NONE;
    }
    int shard = router.nextShard(0);
    for (int i = (first + asked) % Math.max(1, router.shardCount()); i > 0; i--) {
      shard = router.nextShard(shard);
    }
    return stepOf(
        router.dispatch(this, command, request, shard, ShardCall.ALL_PARTITIONS, stepReply));
  }

  @Override
  boolean accept(byte[] bytes, int offset, int length) {
    asked++;
    ReplyReader reader = new ReplyReader(bytes, offset, length);
    reader.next();
    if (reader.isNull()) {
      return false;
    }
    found = Arrays.copyOfRange(bytes, offset, offset + length);
    return true;
  }

  @Override
  void finish(ReplyWriter reply) {
    if (found.length == 0) {
      reply.nullBulk();
    } else {
      reply.raw(found);
    }
  }
}
