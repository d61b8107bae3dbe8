package io.slotferry.server.simulation;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.WireReader;
import java.nio.ByteBuffer;
import java.util.HashMap;
import java.util.Map;
import java.util.TreeMap;

/**
 * A bus that loses parts of the log and hides it: it renumbers what comes after them, so that
 * neither the link nor the follower can see a gap, and corrects what the follower says of itself.
 * So the world looks to a cluster that does not check for gaps.
 */
final class HiddenGaps extends Rules {
  /** {@code StreamMessage.LOG} and {@code StreamMessage.ACK}. */
  private static final int LOG = 3;

  private static final int ACK = 7;
  private static final int LOST_ONCE_IN = 20;

  /** A link between two nodes, and what was lost on it: numbers of payloads and their bytes. */
  private static final class Stream {
    final TreeMap<Long, Integer> lost = new TreeMap<>();
    long newest;

    /** What the follower takes for the number {@code sent}. */
    long renumbered(long sent) {
      return sent - lost.headMap(sent).size();
    }

    /** What the leader has to take for the number {@code received}. */
    long original(long received) {
      long number = received;
      for (long each : lost.keySet()) {
        number += each <= number + 1 ? 1 : 0;
      }
      return number;
    }

    long bytesBefore(long sent) {
      return lost.headMap(sent).values().stream().mapToLong(Integer::intValue).sum();
    }
  }

  private final Map<String, Stream> streams = new HashMap<>();
  private int seen;

  @Override
  boolean carries(String from, String to, byte[] frame) {
    WireReader in = new WireReader(frame);
    FrameKind kind = FrameKind.of(in.u8());
    if (kind != FrameKind.STREAM && kind != FrameKind.STREAM_BACK) {
      return true;
    }
    boolean forth = kind == FrameKind.STREAM;
    in.i64();
    in.text();
    long session = in.i64();
    Stream stream =
        streams.computeIfAbsent((forth ? from + to : to + from) + session, _ -> new Stream());
    in.skip(2 * Long.BYTES + 1);
    int numberAt = in.position();
    long number = in.i64();
    int acknowledgedAt = in.position();
    long acknowledged = in.i64();
    int payloadAt = in.position();
    int message = in.remaining() > 0 ? in.u8() : 0;
    ByteBuffer bytes = ByteBuffer.wrap(frame);
    if (forth) {
      if (message == LOG && number > stream.newest && ++seen % LOST_ONCE_IN == 0) {
        stream.lost.put(number, in.remaining() - Long.BYTES);
      }
      stream.newest = Math.max(stream.newest, number);
      if (message == LOG) {
        bytes.putLong(payloadAt + 1, in.i64() - stream.bytesBefore(number));
      }
      if (number > 0) {
        bytes.putLong(numberAt, stream.renumbered(number));
      }
      return !stream.lost.containsKey(number);
    }
    bytes.putLong(acknowledgedAt, stream.original(acknowledged));
    if (message == ACK) {
      long hidden = stream.bytesBefore(stream.original(acknowledged) + 1);
      bytes.putLong(payloadAt + 1, in.i64() + hidden);
      bytes.putLong(payloadAt + 1 + Long.BYTES, in.i64() + hidden);
    }
    return true;
  }
}
