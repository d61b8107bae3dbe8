package io.slotferry.gateway;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Slots;
import io.slotferry.topology.Tablet;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * SCAN: partition after partition in the order of their ids, wherever each of them is at that
 * moment, so that a partition that moves during a scan is neither missed nor left out. The client's
 * cursor is the shards' own: a partition and a place in it. One call of the client asks one shard,
 * which goes on to the partitions that follow as long as it has them, or more shards as long as
 * nothing is found.
 */
final class ScanWalk extends Walk {
  /** Where the partition stands in a cursor; below it is the shard's own affair. */
  static final int PARTITION_SHIFT = 24;

  /** Partitions have ids below. */
  private static final long CURSOR_END = 1L << 48;

  /** Shards asked for one call of the client, while none of them finds anything. */
  private static final int STEPS_MAX = 16;

  private static final byte[] NOTHING_MORE =
      "*2\r\n$1\r\n0\r\n*0\r\n".getBytes(StandardCharsets.US_ASCII);

  private final boolean valid;
  private long cursor;
  private int steps;
  private byte[] shardReply = NOTHING_MORE;

  ScanWalk(Router router, Caller caller, Command command, Request request) {
    super(router, caller, command, request);
    boolean isNumber = ConnectionCommands.isLong(request, 1);
    cursor = isNumber ? ConnectionCommands.toLong(request, 1) : -1;
    valid = cursor >= 0 && cursor < CURSOR_END;
  }

  @Override
  Step step(ReplyWriter stepReply) {
    if (!valid) {
      stepReply.error("ERR invalid cursor");
      return Step.REPLIED;
    }
    moveToPartition();
    int partition = partitionOf(cursor);
    int shard = partition < 0 ? ClusterMap.NO_SHARD : router.map().shardOf(partition);
    if (partition < 0 && router.shardCount() > 0) {
      shardReply = NOTHING_MORE;
      return Step.NONE;
    }
    return stepOf(router.dispatch(this, command, withCursor(), shard, partition, stepReply));
  }

  private static int partitionOf(long cursor) {
    return cursor < 0 ? -1 : (int) (cursor >>> PARTITION_SHIFT);
  }

  /** Points the cursor at the first partition that is there from it on; -1 when there is none. */
  private void moveToPartition() {
    int wanted = partitionOf(cursor);
    int there = partitionFrom(router.map().keyspace(keyspace()), wanted);
    if (there != wanted) {
      cursor = there < 0 ? -1 : (long) there << PARTITION_SHIFT;
    }
  }

  private static int partitionFrom(@Nullable Keyspace keyspace, int wanted) {
    if (keyspace == null || keyspace.partitioning() == Partitioning.HASH) {
      return wanted < Slots.COUNT ? wanted : -1;
    }
    int found = -1;
    for (Tablet tablet : keyspace.tablets()) {
      int id = tablet.partition();
      if (id >= wanted && (found < 0 || id < found)) {
        found = id;
      }
    }
    return found;
  }

  private Request withCursor() {
    byte[][] arguments = new byte[request.count()][];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = request.copy(i);
    }
    arguments[1] = Long.toString(cursor).getBytes(StandardCharsets.US_ASCII);
    return Request.of(arguments);
  }

  @Override
  boolean accept(byte[] bytes, int offset, int length) {
    shardReply = Arrays.copyOfRange(bytes, offset, offset + length);
    ReplyReader reader = new ReplyReader(shardReply, 0, length);
    reader.next();
    if (reader.isError()) {
      return true;
    }
    reader.next();
    cursor = Long.parseLong(reader.text());
    moveToPartition();
    reader.next();
    return cursor < 0 || reader.elements() > 0 || ++steps >= STEPS_MAX;
  }

  @Override
  void finish(ReplyWriter reply) {
    ReplyReader reader = new ReplyReader(shardReply, 0, shardReply.length);
    reader.next();
    if (reader.isError()) {
      reply.raw(shardReply);
      return;
    }
    reader.next();
    reply.array(2);
    reply.bulkLong(Math.max(cursor, 0));
    reply.raw(shardReply, reader.position(), shardReply.length - reader.position());
  }
}
