package io.slotferry.engine.store;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Takes what a {@link ChunkWriter} wrote, replacing keys of the same name. Between the parts of a
 * value it has to be told of effects on whole keyspaces: parts of a keyspace that was emptied since
 * are void, and parts of one that has changed places go where its keys are now.
 *
 * <p>Thread: the loop that owns the copy.
 */
public final class ChunkReader {
  /** In {@link #placeNow}: the keyspace was emptied. */
  private static final int VOID = -1;

  private final WireReader slice = new WireReader(new byte[0]);

  /** Where the parts of a keyspace go, if no longer to itself. */
  private final Map<Integer, Integer> placeNow = new HashMap<>();

  private int cursor;
  private int frozen = KeyHash.BEFORE_FIRST;

  /** Is told the keys that a chunk brought. */
  public interface Listener {
    /** {@code value} stands before what {@link Value#decode} reads, and has no more than that. */
    void took(int keyspace, byte[] key, ValueType type, long expiryMillis, WireReader value);

    /** {@code part} stands before what {@link Partition#takePart} takes. */
    void tookPart(
        int keyspace,
        byte[] key,
        ValueType type,
        long expiryMillis,
        boolean first,
        WireReader part);
  }

  /** All keys up to this hash are here. */
  public int cursor() {
    return cursor;
  }

  /** The hash of which parts are to come; {@link KeyHash#BEFORE_FIRST} for none. */
  public int frozen() {
    return frozen;
  }

  /** Parts to come are nobody's: another partition follows, or the stream begins anew. */
  public void forgetParts() {
    frozen = KeyHash.BEFORE_FIRST;
    placeNow.clear();
  }

  /** All keys of the keyspace are gone, those that are on their way among them. */
  public void emptied(int keyspace) {
    for (Map.Entry<Integer, Integer> each : placeNow.entrySet()) {
      if (each.getValue() == keyspace) {
        each.setValue(VOID);
      }
    }
    placeNow.putIfAbsent(keyspace, VOID);
  }

  /** Two keyspaces have changed places, with the keys that are on their way. */
  public void swapped(int keyspace, int other) {
    placeNow.putIfAbsent(keyspace, keyspace);
    placeNow.putIfAbsent(other, other);
    for (Map.Entry<Integer, Integer> each : placeNow.entrySet()) {
      int now = each.getValue();
      each.setValue(now == keyspace ? other : now == other ? keyspace : now);
    }
  }

  /**
   * Takes one chunk.
   *
   * @param listener is told each key; null when nobody has to know
   * @throws MalformedFrameException if the chunk does not decode
   */
  public void read(Partition into, WireReader in, @Nullable Listener listener) {
    cursor = in.i32();
    int keys = in.i32();
    for (int i = 0; i < keys; i++) {
      int keyspace = in.varint();
      long expiry = in.i64();
      int flags = in.u8();
      ValueType type = ValueType.of(flags & ChunkWriter.TYPE);
      if (type == null) {
        throw new MalformedFrameException("unknown type of value");
      }
      byte[] key = in.bytes();
      if ((flags & ChunkWriter.PART) == 0) {
        int start = in.position();
        into.put(keyspace, key, Value.decode(type, in), expiry);
        if (listener != null) {
          slice.reset(in.buffer(), start, in.position() - start);
          listener.took(keyspace, key, type, expiry, slice);
        }
      } else {
        readPart(into, keyspace, key, type, expiry, flags, in, listener);
      }
    }
  }

  private void readPart(
      Partition into,
      int sentKeyspace,
      byte[] key,
      ValueType type,
      long expiry,
      int flags,
      WireReader in,
      @Nullable Listener listener) {
    int length = in.varint();
    slice.reset(in.buffer(), in.skip(length), length);
    boolean first = (flags & ChunkWriter.FIRST) != 0;
    int keyspace = placeNow.getOrDefault(sentKeyspace, sentKeyspace);
    if (keyspace != VOID) {
      int start = slice.position();
      into.takePart(keyspace, key, type, expiry, first, slice);
      if (listener != null) {
        slice.reset(in.buffer(), start, length);
        listener.tookPart(keyspace, key, type, expiry, first, slice);
      }
    }
    if ((flags & ChunkWriter.MORE) != 0) {
      frozen = KeyHash.hash(key, 0, key.length);
    } else {
      forgetParts();
    }
  }
}
