package io.slotferry.server.simulation;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.replication.ShardCopy;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.IdentityHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** A node's copy as the doors of gateways see it: the invariants are told what it executes. */
final class WatchedCopy implements ShardExecutor {
  private final SimulatedNode node;
  private final ShardCopy copy;
  private final Invariants invariants;
  private final IdentityHashMap<LaterReply, Replies> doors = new IdentityHashMap<>();
  private long epoch;

  WatchedCopy(SimulatedNode node, ShardCopy copy, SimulatedCluster cluster) {
    this.node = node;
    this.copy = copy;
    this.invariants = cluster.invariants;
  }

  @Override
  public boolean leads(int shard, long epoch) {
    this.epoch = epoch;
    return copy.leads(shard, epoch);
  }

  @Override
  public Outcome execute(ShardCall call, Request request, ReplyWriter reply, LaterReply later) {
    ClientCall seen = ClientCall.of(call, request, epoch);
    long end = copy.log().endOffset();
    Replies replies = doors.computeIfAbsent(later, Replies::new);
    Outcome outcome = copy.execute(call, request, reply, replies);
    boolean wrote = copy.log().endOffset() > end;
    if (wrote) {
      invariants.wrote(seen);
    }
    if (wrote || outcome == Outcome.REPLIED) {
      invariants.executed(node, seen);
    }
    if (outcome == Outcome.REPLIED) {
      invariants.answered(seen, text(reply));
    } else if (outcome != Outcome.NOT_HERE) {
      replies.calls.put(call.ticket, seen);
    }
    return outcome;
  }

  private static String text(ReplyWriter reply) {
    return new String(reply.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  /** On its way to a door. */
  private final class Replies implements LaterReply {
    private final LaterReply door;
    private final Map<Long, ClientCall> calls = new HashMap<>();

    Replies(LaterReply door) {
      this.door = door;
    }

    @Override
    public void replied(long ticket, ReplyWriter reply) {
      ClientCall call = calls.remove(ticket);
      Invariants.require(call != null, "%s answers twice", node.name);
      invariants.answered(call, text(reply));
      door.replied(ticket, reply);
    }

    @Override
    public void notHere(long ticket) {
      calls.remove(ticket);
      door.notHere(ticket);
    }

    @Override
    public void uncertain(long ticket) {
      calls.remove(ticket);
      door.uncertain(ticket);
    }

    @Override
    public void waiting(long ticket) {
      door.waiting(ticket);
    }
  }

  // ---- as it is

  @Override
  public int expect(int keyspace, int partition, byte[] buffer, int start, int length) {
    return copy.expect(keyspace, partition, buffer, start, length);
  }

  @Override
  public void beginBatch() {
    copy.beginBatch();
  }

  @Override
  public void endBatch() {
    copy.endBatch();
  }

  @Override
  public void forget(LaterReply later) {
    Replies replies = doors.remove(later);
    if (replies != null) {
      copy.forget(replies);
    }
  }

  @Override
  public long mapVersion() {
    return copy.mapVersion();
  }

  @Override
  public @Nullable String busy() {
    return copy.busy();
  }

  @Override
  public @Nullable String outOfMemory() {
    return copy.outOfMemory();
  }

  @Override
  public void watch(KeyWatcher watcher, int events) {
    copy.watch(watcher, events);
  }

  @Override
  public void tellWatchers() {
    copy.tellWatchers();
  }
}
