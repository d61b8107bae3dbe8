package io.slotferry.gateway;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Shard;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One command that went to several shards, and how their replies become one: added up, woven in the
 * order of the keys, joined, or agreed, as the command's {@link
 * io.slotferry.protocol.command.Routing} says. An error of any part is the whole reply, the first
 * part's first.
 *
 * <p>Thread: one gateway loop.
 */
final class ReplyMerge {
  private final Router router;
  private final Caller caller;
  private final Command command;
  private final int keyspace;
  private final int respVersion;
  private final WrittenShards written;
  private final boolean sync;
  private final long markedClient;
  private final boolean noTouch;
  private final int stalenessMillisMax;
  private byte[][] replies = new byte[0][];
  private int[] partOfKey = new int[0];
  private int missing;
  private boolean started;
  private @Nullable ReplyTarget target;

  ReplyMerge(Router router, Caller caller, Command command) {
    this.router = router;
    this.caller = caller;
    this.command = command;
    this.keyspace = caller.keyspace();
    this.respVersion = caller.respVersion();
    this.written = caller.written();
    this.sync = caller.sync();
    this.markedClient = caller.markedClient();
    this.noTouch = caller.noTouch();
    this.stalenessMillisMax = caller.stalenessMillisMax();
  }

  /** Cuts a command by the shards of its keys; the result is that of {@link Router#execute}. */
  boolean split(Request request, int keys, ReplyWriter reply) {
    int[] shards = new int[keys];
    partOfKey = new int[keys];
    int parts = 0;
    int[] shardOfPart = new int[Math.min(keys, router.shardCount() + 1)];
    for (int i = 0; i < keys; i++) {
      int position = KeyPositions.position(command, request, i);
      shards[i] = router.map().shardOf(router.partitionOf(caller, request, position));
      int part = indexOf(shardOfPart, parts, shards[i]);
      if (part == parts) {
        shardOfPart[parts++] = shards[i];
      }
      partOfKey[i] = part;
    }
    begin(parts);
    for (int part = 0; part < parts; part++) {
      Request cut = cut(request, part);
      int partition = router.partitionOf(caller, cut, 1);
      send(new Part(part, ClusterMap.NO_SHARD), cut, shardOfPart[part], partition);
    }
    return end(reply);
  }

  private static int indexOf(int[] values, int count, int value) {
    int at = 0;
    while (at < count && values[at] != value) {
      at++;
    }
    return at;
  }

  /** The command with the keys of one part only, each with what belongs to it (MSET's values). */
  private Request cut(Request request, int part) {
    Request cut = router.partRequest();
    cut.reset(request.buffer());
    cut.add(request.start(0), request.length(0));
    int step = command.keyStep();
    for (int i = 0; i < partOfKey.length; i++) {
      if (partOfKey[i] == part) {
        int position = KeyPositions.position(command, request, i);
        for (int a = position; a < position + step && a < request.count(); a++) {
          cut.add(request.start(a), request.length(a));
        }
      }
    }
    return cut;
  }

  /** Gives a command to every shard; the result is that of {@link Router#execute}. */
  boolean fanOut(Request request, int shardCount, ReplyWriter reply) {
    begin(shardCount);
    int part = 0;
    for (Shard shard : router.map().shards()) {
      send(new Part(part++, shard.id()), request, shard.id(), ShardCall.ALL_PARTITIONS);
    }
    return end(reply);
  }

  private void begin(int parts) {
    replies = new byte[parts][];
    missing = parts;
  }

  private void send(Part part, Request request, int shard, int partition) {
    ReplyWriter partReply = router.partReply();
    partReply.clear();
    if (router.dispatch(part, command, request, shard, partition, partReply)) {
      part.replied(partReply.bytes(), 0, partReply.size());
    }
  }

  private boolean end(ReplyWriter reply) {
    started = true;
    if (missing > 0) {
      return false;
    }
    reply.useProtocol(respVersion);
    write(reply);
    return true;
  }

  private ReplyTarget target() {
    if (target == null) {
      target = caller.later();
    }
    return target;
  }

  private void partReplied(int part, byte[] bytes, int offset, int length) {
    replies[part] = Arrays.copyOfRange(bytes, offset, offset + length);
    missing--;
    if (missing == 0 && started) {
      ReplyWriter merged = new ReplyWriter();
      merged.useProtocol(respVersion);
      write(merged);
      target().replied(merged.bytes(), 0, merged.size());
    }
  }

  private void write(ReplyWriter merged) {
    for (byte[] reply : replies) {
      if (header(reply).isError()) {
        merged.raw(reply);
        return;
      }
    }
    switch (command.routing()) {
      case SPLIT_SUM, ALL_SUM -> merged.integer(sum());
      case ALL_MIN -> min(merged);
      case SPLIT_OK -> merged.ok();
      case ALL_OK -> merged.raw(replies[0]);
      case ALL_JOIN -> join(merged);
      case SPLIT_ARRAY -> weave(merged);
      default -> throw new IllegalStateException(command + " is not merged");
    }
  }

  /** A reader that has stepped into a reply: over an integer, or to an array's first element. */
  private static ReplyReader header(byte[] reply) {
    ReplyReader reader = new ReplyReader(reply, 0, reply.length);
    reader.next();
    return reader;
  }

  private long sum() {
    long sum = 0;
    for (byte[] reply : replies) {
      sum += header(reply).integer();
    }
    return sum;
  }

  private void min(ReplyWriter merged) {
    if (command != Command.WAITAOF) {
      merged.integer(min(0));
      return;
    }
    merged.array(2);
    merged.integer(min(1));
    merged.integer(min(2));
  }

  /** The smallest integer that stands behind so many other parts of a reply. */
  private long min(int skipped) {
    long min = Long.MAX_VALUE;
    for (byte[] reply : replies) {
      ReplyReader reader = header(reply);
      for (int i = 0; i < skipped; i++) {
        reader.next();
      }
      min = Math.min(min, reader.integer());
    }
    return min;
  }

  private void join(ReplyWriter merged) {
    long elements = 0;
    for (byte[] reply : replies) {
      elements += header(reply).elements();
    }
    merged.array((int) elements);
    for (byte[] reply : replies) {
      int body = header(reply).position();
      merged.raw(reply, body, reply.length - body);
    }
  }

  private void weave(ReplyWriter merged) {
    ReplyReader[] readers = new ReplyReader[replies.length];
    for (int part = 0; part < readers.length; part++) {
      readers[part] = header(replies[part]);
    }
    merged.array(partOfKey.length);
    for (int part : partOfKey) {
      int start = readers[part].position();
      readers[part].skip();
      merged.raw(replies[part], start, readers[part].position() - start);
    }
  }

  /**
   * One shard's share. A refused one of a split command may be cut further: owners have changed.
   */
  private final class Part implements Caller, ReplyTarget, Rerouting {
    private final int index;

    /** The shard that must answer, or NO_SHARD when the keys tell which. */
    private final int shard;

    Part(int index, int shard) {
      this.index = index;
      this.shard = shard;
    }

    @Override
    public boolean again(Call call, Request request, ReplyWriter reply) {
      if (router.map().shard(shard) == null) {
        reply.raw(nothing());
        return true;
      }
      return router.dispatch(call, command, request, shard, ShardCall.ALL_PARTITIONS, reply);
    }

    /** What a shard that left the cluster, and so had nothing any more, would have said. */
    private byte[] nothing() {
      ReplyWriter nothing = new ReplyWriter(32);
      switch (command.routing()) {
        case ALL_SUM -> nothing.integer(0);
        case ALL_MIN -> {
          if (command == Command.WAITAOF) {
            nothing.array(2);
            nothing.integer(Long.MAX_VALUE);
          }
          nothing.integer(Long.MAX_VALUE);
        }
        case ALL_JOIN -> nothing.emptyArray();
        default -> nothing.ok();
      }
      return nothing.toByteArray();
    }

    @Override
    public void replied(byte[] bytes, int offset, int length) {
      partReplied(index, bytes, offset, length);
    }

    @Override
    public void waits(boolean waiting) {
      target().waits(waiting);
    }

    @Override
    public void sent(boolean taken) {
      target().sent(taken);
    }

    @Override
    public void refused(long mapVersion) {
      target().refused(mapVersion);
    }

    @Override
    public void mayRetry() {
      target().mayRetry();
    }

    @Override
    public boolean mayGoBy(long mapVersion) {
      return target().mayGoBy(mapVersion);
    }

    @Override
    public int keyspace() {
      return keyspace;
    }

    @Override
    public int respVersion() {
      return respVersion;
    }

    @Override
    public ReplyTarget later() {
      target();
      return this;
    }

    @Override
    public Rerouting rerouting() {
      return shard == ClusterMap.NO_SHARD ? router : this;
    }

    @Override
    public WrittenShards written() {
      return written;
    }

    @Override
    public boolean sync() {
      return sync;
    }

    @Override
    public long markedClient() {
      return markedClient;
    }

    @Override
    public boolean noTouch() {
      return noTouch;
    }

    @Override
    public int stalenessMillisMax() {
      return stalenessMillisMax;
    }

    @Override
    public long number() {
      return caller.number();
    }

    @Override
    public long waitingSinceMillis() {
      return caller.waitingSinceMillis();
    }
  }
}
