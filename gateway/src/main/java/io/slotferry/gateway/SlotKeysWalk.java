package io.slotferry.gateway;

import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Slots;
import java.util.Arrays;
import java.util.LinkedHashSet;
import java.util.Set;

/**
 * CLUSTER GETKEYSINSLOT: SCAN of one partition, asked of its owner, whoever that comes to be. A
 * shard's SCAN goes on to the partitions that follow; their keys are left out.
 */
final class SlotKeysWalk extends Walk {
  /** Keys that a shard looks at in one call. */
  private static final long STEP_KEYS_MAX = 1000;

  private static final long SCAN_END = 0;
  private static final byte[] NO_ERROR = new byte[0];

  private final int slot;
  private final long wanted;
  private final Set<Reply.BulkString> keys = new LinkedHashSet<>();
  private long cursor;
  private byte[] error = NO_ERROR;

  /**
   * Begins at the slot's first key.
   *
   * @param wanted keys that are listed at most
   */
  SlotKeysWalk(Router router, Caller caller, int slot, long wanted) {
    super(router, caller, Command.SCAN, Request.of("SCAN"));
    this.slot = slot;
    this.wanted = wanted;
    this.cursor = (long) slot << ScanWalk.PARTITION_SHIFT;
  }

  @Override
  Step step(ReplyWriter stepReply) {
    Keyspace keyspace = router.map().keyspace(keyspace());
    boolean hasSlots = keyspace == null || keyspace.partitioning() == Partitioning.HASH;
    if (!hasSlots || keys.size() >= wanted) {
      return Step.NONE;
    }
    String count = Long.toString(Math.min(wanted - keys.size(), STEP_KEYS_MAX));
    Request scan = Request.of(command.lowerName(), Long.toString(cursor), "COUNT", count);
    return stepOf(
        router.dispatch(this, command, scan, router.map().shardOf(slot), slot, stepReply));
  }

  @Override
  boolean accept(byte[] bytes, int offset, int length) {
    ReplyReader reader = new ReplyReader(bytes, offset, length);
    if (reader.isErrorNext()) {
      error = Arrays.copyOfRange(bytes, offset, offset + length);
      return true;
    }
    reader.next();
    reader.next();
    cursor = Long.parseLong(reader.text());
    if (reader.read() instanceof Reply.Array found) {
      for (Reply key : found.elements()) {
        if (key instanceof Reply.BulkString name
            && Slots.slotOf(name.bytes(), 0, name.bytes().length) == slot
            && keys.size() < wanted) {
          keys.add(name);
        }
      }
    }
    boolean isBehind = cursor == SCAN_END || cursor >>> ScanWalk.PARTITION_SHIFT != slot;
    return isBehind || keys.size() >= wanted;
  }

  @Override
  void finish(ReplyWriter reply) {
    if (error.length > 0) {
      reply.raw(error);
      return;
    }
    reply.array(keys.size());
    for (Reply.BulkString key : keys) {
      reply.bulk(key.bytes());
    }
  }
}
