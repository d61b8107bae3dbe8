package io.slotferry.topology;

import io.slotferry.topology.MapChange.AddReplica;
import io.slotferry.topology.MapChange.BeginMove;
import io.slotferry.topology.MapChange.BeginOperation;
import io.slotferry.topology.MapChange.CancelMove;
import io.slotferry.topology.MapChange.CancelOperation;
import io.slotferry.topology.MapChange.ChangeSettings;
import io.slotferry.topology.MapChange.ChangeUsers;
import io.slotferry.topology.MapChange.CommitMove;
import io.slotferry.topology.MapChange.CreateCluster;
import io.slotferry.topology.MapChange.CreateKeyspace;
import io.slotferry.topology.MapChange.CreateShard;
import io.slotferry.topology.MapChange.DropKeyspace;
import io.slotferry.topology.MapChange.MergeTablets;
import io.slotferry.topology.MapChange.MovePartitions;
import io.slotferry.topology.MapChange.PauseOperation;
import io.slotferry.topology.MapChange.Promote;
import io.slotferry.topology.MapChange.PutNode;
import io.slotferry.topology.MapChange.RemoveNode;
import io.slotferry.topology.MapChange.RemoveReplica;
import io.slotferry.topology.MapChange.RemoveShard;
import io.slotferry.topology.MapChange.SetDraining;
import io.slotferry.topology.MapChange.SetInSync;
import io.slotferry.topology.MapChange.SetLibraries;
import io.slotferry.topology.MapChange.SetSuccessor;
import io.slotferry.topology.MapChange.SplitTablet;
import io.slotferry.topology.MapChange.UpdateOperation;
import java.io.IOException;

/** One byte for the kind of a change, then its parts in the order of its record. */
final class ChangeCodec {
  private ChangeCodec() {}

  static void write(MapOutput out, MapChange change) throws IOException {
    out.u8(codeOf(change));
    switch (change) {
      case PutNode c -> out.node(c.node());
      case RemoveNode c -> out.text(c.id());
      case CreateCluster c -> out.list(c.shards(), out::placement);
      case CreateShard c -> out.placement(c.placement());
      case RemoveShard c -> out.i32(c.shard());
      case SetDraining c -> {
        out.i32(c.shard());
        out.flag(c.draining());
      }
      case AddReplica c -> {
        out.i32(c.shard());
        out.text(c.node());
      }
      case RemoveReplica c -> {
        out.i32(c.shard());
        out.text(c.node());
      }
      case Promote c -> {
        out.i32(c.shard());
        out.i64(c.expectedEpoch());
        out.text(c.node());
        out.i64(c.incarnation());
        out.flag(c.keepOldLeaderInSync());
      }
      case SetInSync c -> {
        out.i32(c.shard());
        out.i64(c.expectedEpoch());
        out.i64(c.revision());
        out.textSet(c.inSync());
      }
      case SetSuccessor c -> {
        out.i32(c.shard());
        out.i64(c.expectedEpoch());
        out.optional(c.node(), out::text);
      }
      case CreateKeyspace c -> {
        out.i32(c.number());
        out.text(c.name());
        out.code(c.partitioning());
        out.code(c.order());
        out.code(c.durability());
        out.list(c.splits(), out::bytes);
      }
      case DropKeyspace c -> out.i32(c.number());
      case SplitTablet c -> {
        out.i32(c.keyspace());
        out.bytes(c.at());
        out.flag(c.automatic());
      }
      case MergeTablets c -> {
        out.i32(c.keyspace());
        out.bytes(c.at());
      }
      case BeginMove c -> {
        out.i64(c.operation());
        out.i32(c.from());
        out.i32(c.to());
        out.partitions(c.partitions());
      }
      case CommitMove c -> {
        out.i64(c.move());
        out.i64(c.fromEpoch());
        out.i64(c.toEpoch());
        out.partitions(c.partitions());
      }
      case CancelMove c -> out.i64(c.move());
      case BeginOperation c -> {
        out.code(c.kind());
        out.code(c.state());
        out.i32(c.shard());
        out.code(c.objective());
        out.i64(c.nowMillis());
        out.text(c.detail());
      }
      case UpdateOperation c -> {
        out.i64(c.operation());
        out.code(c.state());
        out.i32(c.total());
        out.i32(c.done());
        out.optional(c.shard(), out::i32);
        out.optional(c.detail(), out::text);
        out.i64(c.nowMillis());
      }
      case MovePartitions c -> {
        out.i32(c.to());
        out.partitions(c.partitions());
        out.i64(c.nowMillis());
      }
      case PauseOperation c -> {
        out.i64(c.operation());
        out.flag(c.paused());
      }
      case CancelOperation c -> {
        out.i64(c.operation());
        out.i64(c.nowMillis());
      }
      case ChangeSettings c -> out.texts(c.values());
      case ChangeUsers c -> out.list(c.users(), out::userChange);
      case SetLibraries c -> {
        out.i64(c.expectedRevision());
        out.list(c.libraries(), out::library);
      }
    }
  }

  /** Persisted: append only, and the same numbers as in {@link #read}. */
  private static int codeOf(MapChange change) {
    return switch (change) {
      case PutNode _ -> 1;
      case RemoveNode _ -> 2;
      case CreateCluster _ -> 3;
      case CreateShard _ -> 4;
      case RemoveShard _ -> 5;
      case SetDraining _ -> 6;
      case AddReplica _ -> 7;
      case RemoveReplica _ -> 8;
      case Promote _ -> 9;
      case SetInSync _ -> 10;
      case CreateKeyspace _ -> 11;
      case DropKeyspace _ -> 12;
      case SplitTablet _ -> 13;
      case BeginMove _ -> 14;
      case CommitMove _ -> 15;
      case CancelMove _ -> 16;
      case BeginOperation _ -> 17;
      case UpdateOperation _ -> 18;
      case SetSuccessor _ -> 19;
      case MovePartitions _ -> 20;
      case PauseOperation _ -> 21;
      case CancelOperation _ -> 22;
      case ChangeSettings _ -> 23;
      case ChangeUsers _ -> 24;
      case SetLibraries _ -> 25;
      case MergeTablets _ -> 26;
    };
  }

  static MapChange read(MapInput in, int format) throws IOException {
    int code = in.u8();
    return switch (code) {
      case 1 -> new PutNode(in.node(format > 2));
      case 2 -> new RemoveNode(in.text());
      case 3 -> new CreateCluster(in.list(in::placement));
      case 4 -> new CreateShard(in.placement());
      case 5 -> new RemoveShard(in.i32());
      case 6 -> new SetDraining(in.i32(), in.flag());
      case 7 -> new AddReplica(in.i32(), in.text());
      case 8 -> new RemoveReplica(in.i32(), in.text());
      case 9 -> new Promote(in.i32(), in.i64(), in.text(), in.i64(), in.flag());
      case 10 -> new SetInSync(in.i32(), in.i64(), in.i64(), in.textSet());
      case 11 ->
          new CreateKeyspace(
              in.i32(),
              in.text(),
              in.partitioning(),
              in.order(),
              in.durability(),
              in.list(in::bytes));
      case 12 -> new DropKeyspace(in.i32());
      case 13 -> new SplitTablet(in.i32(), in.bytes(), format > 1 && in.flag());
      case 14 -> new BeginMove(in.i64(), in.i32(), in.i32(), in.partitions());
      case 15 -> new CommitMove(in.i64(), in.i64(), in.i64(), in.partitions());
      case 16 -> new CancelMove(in.i64());
      case 17 ->
          new BeginOperation(
              in.kind(),
              in.state(),
              in.i32(),
              format > 1 ? in.objective() : Objective.SLOTS,
              in.i64(),
              in.text());
      case 18 ->
          new UpdateOperation(
              in.i64(),
              in.state(),
              in.i32(),
              in.i32(),
              in.optional(in::i32),
              in.optional(in::text),
              in.i64());
      case 19 -> new SetSuccessor(in.i32(), in.i64(), in.optional(in::text));
      case 20 -> new MovePartitions(in.i32(), in.partitions(), in.i64());
      case 21 -> new PauseOperation(in.i64(), in.flag());
      case 22 -> new CancelOperation(in.i64(), in.i64());
      case 23 -> new ChangeSettings(in.textMap());
      case 24 -> new ChangeUsers(in.list(in::userChange));
      case 25 -> new SetLibraries(in.i64(), in.list(in::library));
      case 26 -> new MergeTablets(in.i32(), in.bytes());
      default -> throw new IOException("change code " + code + " is unknown");
    };
  }
}
