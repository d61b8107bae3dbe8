package io.slotferry.gateway;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.ClusterMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * SCAN: shard after shard in the order of their ids. The client's cursor is that shard's own cursor
 * in its lower {@link #LOCAL_BITS} bits and the shard above; 0 starts and ends, as no shard has the
 * id 0. One call of the client asks one shard.
 */
final class ScanWalk extends Walk {
  /** Width of a shard's own cursor; the engine's scans fit in it. */
  private static final int LOCAL_BITS = 48;

  private static final long LOCAL_MASK = (1L << LOCAL_BITS) - 1;
  private static final byte[] NOTHING_MORE =
      "*2\r\n$1\r\n0\r\n*0\r\n".getBytes(StandardCharsets.US_ASCII);

  private final boolean valid;
  private final long cursor;
  private int shard;
  private byte[] shardReply = NOTHING_MORE;

  ScanWalk(Router router, Caller caller, Command command, Request request) {
    super(router, caller, command, request);
    boolean isNumber = ConnectionCommands.isLong(request, 1);
    cursor = isNumber ? ConnectionCommands.toLong(request, 1) : -1;
    valid = cursor >= 0;
  }

  @Override
  Step step(ReplyWriter stepReply) {
    if (!valid) {
      stepReply.error("ERR invalid cursor");
      return Step.REPLIED;
    }
    int wanted = (int) (cursor >>> LOCAL_BITS);
    boolean there = router.map().shard(wanted) != null;
    // A shard that has left gave its partitions to others: the next one goes on.
    shard = there ? wanted : router.nextShard(wanted);
    if (shard == ClusterMap.NO_SHARD && router.shardCount() > 0) {
      return Step.NONE;
    }
    Request local = withCursor(there ? cursor & LOCAL_MASK : 0);
    return stepOf(
        router.dispatch(this, command, local, shard, ShardCall.ALL_PARTITIONS, stepReply));
  }

  private Request withCursor(long local) {
    byte[][] arguments = new byte[request.count()][];
    for (int i = 0; i < arguments.length; i++) {
      arguments[i] = request.copy(i);
    }
    arguments[1] = Long.toString(local).getBytes(StandardCharsets.US_ASCII);
    return Request.of(arguments);
  }

  @Override
  boolean accept(byte[] bytes, int offset, int length) {
    shardReply = Arrays.copyOfRange(bytes, offset, offset + length);
    return true;
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
    long local = Long.parseLong(reader.text());
    reply.array(2);
    reply.bulkLong(clientCursor(local));
    reply.raw(shardReply, reader.position(), shardReply.length - reader.position());
  }

  private long clientCursor(long local) {
    if (local != 0) {
      return (long) shard << LOCAL_BITS | local;
    }
    return (long) router.nextShard(shard) << LOCAL_BITS;
  }
}
