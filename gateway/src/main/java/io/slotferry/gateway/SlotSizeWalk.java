package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.Arrays;

/**
 * CLUSTER COUNTKEYSINSLOT: DBSIZE of one partition, asked of its owner, whoever that comes to be.
 */
final class SlotSizeWalk extends Walk {
  private final int slot;
  private byte[] size = new byte[0];

  SlotSizeWalk(Router router, Caller caller, int slot) {
    super(router, caller, Command.DBSIZE, Request.of("DBSIZE"));
    this.slot = slot;
  }

  @Override
  Step step(ReplyWriter stepReply) {
    int owner = router.map().shardOf(slot);
    return stepOf(router.dispatch(this, command, request, owner, slot, stepReply));
  }

  @Override
  boolean accept(byte[] bytes, int offset, int length) {
    size = Arrays.copyOfRange(bytes, offset, offset + length);
    return true;
  }

  @Override
  void finish(ReplyWriter reply) {
    reply.raw(size);
  }
}
