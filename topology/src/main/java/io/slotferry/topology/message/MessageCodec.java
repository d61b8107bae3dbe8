package io.slotferry.topology.message;

import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * The bytes of the messages: a format number, then the record's fields in order. A decoder throws
 * {@link IllegalArgumentException} for bytes that are not what it expects, and never reserves more
 * than the bytes could hold.
 */
public final class MessageCodec {
  private static final int FORMAT = 1;

  private static final int IMAGE = 0;
  private static final int CHANGES = 1;

  private static final int ACCEPTED = 0;
  private static final int REFUSED = 1;
  private static final int UNKNOWN = 2;

  /** {@link DataOutputStream#writeUTF} takes 65535 bytes, and a character takes up to three. */
  private static final int REASON_LENGTH_MAX = 20_000;

  private MessageCodec() {}

  public static byte[] encode(NodeReport report) {
    return write(out -> {
      writeBytes(out, MapCodec.encode(new MapChange.PutNode(report.node())));
      out.writeLong(report.incarnation());
      out.writeLong(report.mapVersion());
      writeStamp(out, report.heard());
      out.writeInt(report.copies().size());
      for (CopyReport copy : report.copies()) {
        writeCopy(out, copy);
      }
    });
  }

  public static NodeReport decodeReport(byte[] bytes) {
    return read(
        bytes,
        in -> {
          if (!(MapCodec.decodeChange(readBytes(in)) instanceof MapChange.PutNode put)) {
            throw new IllegalArgumentException("no node in a node's report");
          }
          long incarnation = in.readLong();
          long mapVersion = in.readLong();
          Stamp heard = readStamp(in);
          int count = readCount(in);
          List<CopyReport> copies = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            copies.add(readCopy(in));
          }
          return new NodeReport(put.node(), incarnation, mapVersion, heard, copies);
        });
  }

  private static void writeStamp(DataOutputStream out, Stamp stamp) throws IOException {
    out.writeLong(stamp.leadership());
    out.writeLong(stamp.millis());
  }

  private static Stamp readStamp(DataInputStream in) throws IOException {
    return new Stamp(in.readLong(), in.readLong());
  }

  private static void writeCopy(DataOutputStream out, CopyReport copy) throws IOException {
    out.writeInt(copy.shard());
    out.writeLong(copy.epoch());
    out.writeBoolean(copy.leading());
    out.writeUTF(copy.replicationId());
    out.writeLong(copy.offset());
    out.writeInt(copy.wantedInSync().size());
    for (String node : copy.wantedInSync()) {
      out.writeUTF(node);
    }
    out.writeLong(copy.inSyncRevision());
    out.writeLong(copy.handover());
    out.writeBoolean(copy.mayLack());
  }

  private static CopyReport readCopy(DataInputStream in) throws IOException {
    int shard = in.readInt();
    long epoch = in.readLong();
    boolean leading = in.readBoolean();
    String replicationId = in.readUTF();
    long offset = in.readLong();
    int count = readCount(in);
    Set<String> wantedInSync = HashSet.newHashSet(count);
    for (int i = 0; i < count; i++) {
      wantedInSync.add(in.readUTF());
    }
    return new CopyReport(
        shard,
        epoch,
        leading,
        replicationId,
        offset,
        wantedInSync,
        in.readLong(),
        in.readLong(),
        in.readBoolean());
  }

  public static byte[] encode(HeartbeatAnswer answer) {
    return write(out -> {
      out.writeLong(answer.mapVersion());
      writeStamp(out, answer.stamp());
      out.writeInt(answer.leases().size());
      for (Lease lease : answer.leases()) {
        out.writeInt(lease.shard());
        out.writeLong(lease.epoch());
        out.writeInt(lease.leaseMillis());
      }
    });
  }

  public static HeartbeatAnswer decodeHeartbeatAnswer(byte[] bytes) {
    return read(
        bytes,
        in -> {
          long mapVersion = in.readLong();
          Stamp stamp = readStamp(in);
          int count = readCount(in);
          List<Lease> leases = new ArrayList<>(count);
          for (int i = 0; i < count; i++) {
            leases.add(new Lease(in.readInt(), in.readLong(), in.readInt()));
          }
          return new HeartbeatAnswer(mapVersion, stamp, leases);
        });
  }

  public static byte[] encode(MapRequest request) {
    return write(out -> out.writeLong(request.haveVersion()));
  }

  public static MapRequest decodeMapRequest(byte[] bytes) {
    return read(bytes, in -> new MapRequest(in.readLong()));
  }

  public static byte[] encode(MapAnswer answer) {
    return write(out -> {
      switch (answer) {
        case MapAnswer.Image(byte[] map) -> {
          out.writeByte(IMAGE);
          writeBytes(out, map);
        }
        case MapAnswer.Changes(long fromVersion, List<byte[]> changes) -> {
          out.writeByte(CHANGES);
          out.writeLong(fromVersion);
          out.writeInt(changes.size());
          for (byte[] change : changes) {
            writeBytes(out, change);
          }
        }
      }
    });
  }

  public static MapAnswer decodeMapAnswer(byte[] bytes) {
    return read(
        bytes,
        in -> {
          int kind = in.readUnsignedByte();
          return switch (kind) {
            case IMAGE -> new MapAnswer.Image(readBytes(in));
            case CHANGES -> readChanges(in);
            default -> throw new IllegalArgumentException("unknown kind of map answer " + kind);
          };
        });
  }

  private static MapAnswer.Changes readChanges(DataInputStream in) throws IOException {
    long fromVersion = in.readLong();
    int count = readCount(in);
    List<byte[]> changes = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      changes.add(readBytes(in));
    }
    return new MapAnswer.Changes(fromVersion, changes);
  }

  public static byte[] encode(MapDelta delta) {
    return write(out -> {
      out.writeLong(delta.version());
      writeBytes(out, delta.change());
    });
  }

  public static MapDelta decodeMapDelta(byte[] bytes) {
    return read(bytes, in -> new MapDelta(in.readLong(), readBytes(in)));
  }

  public static byte[] encode(ChangeAnswer answer) {
    return write(out -> {
      switch (answer) {
        case ChangeAnswer.Accepted(long version) -> {
          out.writeByte(ACCEPTED);
          out.writeLong(version);
        }
        case ChangeAnswer.Refused(long version, String reason) -> {
          out.writeByte(REFUSED);
          out.writeLong(version);
          writeReason(out, reason);
        }
        case ChangeAnswer.Unknown(String reason) -> {
          out.writeByte(UNKNOWN);
          writeReason(out, reason);
        }
      }
    });
  }

  public static ChangeAnswer decodeChangeAnswer(byte[] bytes) {
    return read(
        bytes,
        in -> {
          int kind = in.readUnsignedByte();
          return switch (kind) {
            case ACCEPTED -> new ChangeAnswer.Accepted(in.readLong());
            case REFUSED -> new ChangeAnswer.Refused(in.readLong(), in.readUTF());
            case UNKNOWN -> new ChangeAnswer.Unknown(in.readUTF());
            default -> throw new IllegalArgumentException("unknown kind of change answer " + kind);
          };
        });
  }

  private static void writeReason(DataOutputStream out, String reason) throws IOException {
    out.writeUTF(reason.substring(0, Math.min(reason.length(), REASON_LENGTH_MAX)));
  }

  static void writeBytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  static byte[] readBytes(DataInputStream in) throws IOException {
    return in.readNBytes(readCount(in));
  }

  /** A length or a count: every element takes a byte at least. */
  static int readCount(DataInputStream in) throws IOException {
    int count = in.readInt();
    if (count < 0 || count > in.available()) {
      throw new IllegalArgumentException(
          "a count of " + count + " with " + in.available() + " bytes left");
    }
    return count;
  }

  static byte[] write(Content content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    try {
      DataOutputStream out = new DataOutputStream(bytes);
      out.writeByte(FORMAT);
      content.writeTo(out);
    } catch (IOException e) {
      throw new UncheckedIOException("an array in memory cannot fail", e);
    }
    return bytes.toByteArray();
  }

  static <T> T read(byte[] bytes, Reading<T> reading) {
    DataInputStream in = new DataInputStream(new ByteArrayInputStream(bytes));
    try {
      int format = in.readUnsignedByte();
      if (format != FORMAT) {
        throw new IllegalArgumentException("unknown message format " + format);
      }
      T message = reading.readFrom(in);
      if (in.available() > 0) {
        throw new IllegalArgumentException(in.available() + " bytes after the message");
      }
      return message;
    } catch (IOException e) {
      throw new IllegalArgumentException("the message ends too early or is malformed", e);
    }
  }

  interface Content {
    void writeTo(DataOutputStream out) throws IOException;
  }

  interface Reading<T> {
    T readFrom(DataInputStream in) throws IOException;
  }
}
