package io.slotferry.topology.message;

import io.slotferry.topology.Objective;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.message.PlanAnswer.Part;
import io.slotferry.topology.message.PlanAnswer.PlannedMove;
import io.slotferry.topology.message.PlanAnswer.Share;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The bytes of the messages about loads and plans, by the rules of {@link MessageCodec}. */
public final class LoadCodec {
  private LoadCodec() {}

  public static byte[] encode(LoadReport report) {
    return MessageCodec.write(out -> {
      out.writeInt(report.shard());
      out.writeLong(report.epoch());
      out.writeInt(report.partitions().size());
      for (PartitionLoad load : report.partitions()) {
        out.writeInt(load.partition());
        out.writeInt(load.keys());
        out.writeLong(load.bytes());
        out.writeInt(load.operations());
        out.writeInt(load.cpuMicros());
        writeKey(out, load.middle());
        writeKey(out, load.busyMiddle());
      }
    });
  }

  public static LoadReport decodeLoadReport(byte[] bytes) {
    return MessageCodec.read(
        bytes,
        in -> {
          int shard = in.readInt();
          long epoch = in.readLong();
          int count = MessageCodec.readCount(in);
          List<PartitionLoad> loads = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            loads.add(
                new PartitionLoad(
                    in.readInt(),
                    in.readInt(),
                    in.readLong(),
                    in.readInt(),
                    in.readInt(),
                    readKey(in),
                    readKey(in)));
          }
          return new LoadReport(shard, epoch, loads);
        });
  }

  private static void writeKey(DataOutputStream out, byte @Nullable [] key) throws IOException {
    out.writeBoolean(key != null);
    if (key != null) {
      MessageCodec.writeBytes(out, key);
    }
  }

  private static byte @Nullable [] readKey(DataInputStream in) throws IOException {
    return in.readBoolean() ? MessageCodec.readBytes(in) : null;
  }

  public static byte[] encode(PlanRequest request) {
    return MessageCodec.write(out -> out.writeByte(request.objective().ordinal()));
  }

  public static PlanRequest decodePlanRequest(byte[] bytes) {
    return MessageCodec.read(
        bytes,
        in -> {
          int code = in.readUnsignedByte();
          Objective[] objectives = Objective.values();
          if (code >= objectives.length) {
            throw new IllegalArgumentException("unknown objective " + code);
          }
          return new PlanRequest(objectives[code]);
        });
  }

  public static byte[] encode(PlanAnswer answer) {
    return MessageCodec.write(out -> {
      out.writeInt(answer.moves().size());
      for (PlannedMove move : answer.moves()) {
        out.writeInt(move.from());
        out.writeInt(move.to());
        out.writeInt(move.partitions().length);
        for (int partition : move.partitions()) {
          out.writeInt(partition);
        }
        out.writeLong(move.bytes());
      }
      out.writeInt(answer.shares().size());
      for (Share share : answer.shares()) {
        out.writeInt(share.shard());
        writePart(out, share.before());
        writePart(out, share.after());
      }
    });
  }

  public static PlanAnswer decodePlanAnswer(byte[] bytes) {
    return MessageCodec.read(
        bytes,
        in -> {
          List<PlannedMove> moves = new ArrayList<>();
          for (int i = MessageCodec.readCount(in); i > 0; i--) {
            int from = in.readInt();
            int to = in.readInt();
            int[] partitions = new int[MessageCodec.readCount(in)];
            for (int j = 0; j < partitions.length; j++) {
              partitions[j] = in.readInt();
            }
            moves.add(new PlannedMove(from, to, partitions, in.readLong()));
          }
          List<Share> shares = new ArrayList<>();
          for (int i = MessageCodec.readCount(in); i > 0; i--) {
            shares.add(new Share(in.readInt(), readPart(in), readPart(in)));
          }
          return new PlanAnswer(moves, shares);
        });
  }

  private static void writePart(DataOutputStream out, Part part) throws IOException {
    out.writeInt(part.slots());
    out.writeInt(part.tablets());
    out.writeLong(part.keys());
    out.writeLong(part.bytes());
    out.writeLong(part.operations());
    out.writeLong(part.cpuMicros());
  }

  private static Part readPart(DataInputStream in) throws IOException {
    return new Part(
        in.readInt(), in.readInt(), in.readLong(), in.readLong(), in.readLong(), in.readLong());
  }
}
