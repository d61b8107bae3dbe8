package io.slotferry.engine.value;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;

/**
 * Some successive entries of a stream in one array. IDs are kept as their distance from the block's
 * own, and field names only where they differ from those of its first entry:
 *
 * <pre>
 *   names    count varint | (name bytes)*
 *   entry    size of the rest varint &lt;&lt; 1 | own names | ms varlong | seq varlong |
 *            (value bytes)*  or, with own names,  count varint | (name bytes | value bytes)*
 * </pre>
 *
 * A deleted entry leaves the array at once; at the front, where trimming takes them, only {@link
 * #start} moves. It still counts for when the block is full, as in Redis.
 */
final class StreamBlock extends Identified {
  /** Of the object, the head of its array and its place in an index. */
  private static final int OBJECT_BYTES = 96;

  private byte[] bytes = new byte[0];
  private int namesEnd;
  private int start;
  private int end;
  private int live;
  private int dead;

  /** A frozen block reads the array up to its own end: it is copied before that part changes. */
  private boolean shared;

  /** The greatest ID that it ever held. */
  private long lastMs;

  private long lastSeq;

  /** What Redis' listpack takes, without its two counters. */
  private long listpackBytes = Listpack.EMPTY_BYTES;

  StreamBlock(StreamId id) {
    super(id.ms(), id.seq());
  }

  byte[] bytes() {
    return bytes;
  }

  /** Offset of the first entry; {@link #end} when there is none. */
  int start() {
    return start;
  }

  /** Offset after the last entry. */
  int end() {
    return end;
  }

  /** The number of entries. */
  int live() {
    return live;
  }

  /** The memory it takes, bytes: an estimate. */
  int weight() {
    return OBJECT_BYTES + bytes.length;
  }

  /** Whether all that it ever held is before this ID. */
  boolean endsBefore(StreamId id) {
    return StreamId.compare(lastMs, lastSeq, id.ms(), id.seq()) < 0;
  }

  // ---- adding

  boolean hasRoomFor(long entryBytes, NodeLimits limits) {
    long used = listpackBytes + Listpack.integerBytes(live) + Listpack.integerBytes(dead);
    return used + entryBytes < limits.effectiveBytesMax()
        && (limits.entriesMax() <= 0 || (long) live + dead < limits.entriesMax());
  }

  /** Adds an entry behind all others; its fields and values are in turn from {@code first} on. */
  void append(StreamId id, Request request, int first, WireWriter scratch) {
    if (namesEnd == 0) {
      takeNames(request, first, scratch);
    }
    boolean own = !hasNames(request, first);
    scratch.clear();
    scratch.varlong(id.ms() - ms);
    scratch.varlong(id.seq() - seq);
    if (own) {
      scratch.varint((request.count() - first) / 2);
    }
    for (int i = own ? first : first + 1; i < request.count(); i += own ? 1 : 2) {
      scratch.bytes(request.buffer(), request.start(i), request.length(i));
    }
    int size = scratch.size();
    scratch.varint(size << 1 | (own ? 1 : 0));
    int headSize = scratch.size() - size;
    ensure(headSize + size);
    System.arraycopy(scratch.bytes(), size, bytes, end, headSize);
    System.arraycopy(scratch.bytes(), 0, bytes, end + headSize, size);
    end += headSize + size;
    live++;
    lastMs = id.ms();
    lastSeq = id.seq();
    countListpack(request, first, own);
  }

  private void takeNames(Request request, int first, WireWriter scratch) {
    scratch.clear();
    scratch.varint((request.count() - first) / 2);
    for (int i = first; i < request.count(); i += 2) {
      scratch.bytes(request.buffer(), request.start(i), request.length(i));
      listpackBytes += listpackBytes(request, i);
    }
    listpackBytes +=
        Listpack.integerBytes((request.count() - first) / 2) + Listpack.integerBytes(0);
    bytes = scratch.toByteArray();
    namesEnd = bytes.length;
    start = namesEnd;
    end = namesEnd;
  }

  private boolean hasNames(Request request, int first) {
    WireReader names = new WireReader(bytes, 0, namesEnd);
    if (names.varint() != (request.count() - first) / 2) {
      return false;
    }
    for (int i = first; i < request.count(); i += 2) {
      int length = names.varint();
      int at = names.skip(length);
      int from = request.start(i);
      int to = from + request.length(i);
      if (!Arrays.equals(bytes, at, at + length, request.buffer(), from, to)) {
        return false;
      }
    }
    return true;
  }

  private static long listpackBytes(Request request, int argument) {
    return Listpack.stringBytes(
        request.buffer(), request.start(argument), request.length(argument));
  }

  /** What Redis writes: flags, both distances, fields and values, and the number of these. */
  private void countListpack(Request request, int first, boolean own) {
    int fields = (request.count() - first) / 2;
    long more = Listpack.integerBytes(0);
    more += Listpack.integerBytes(lastMs - ms) + Listpack.integerBytes(lastSeq - seq);
    more += Listpack.integerBytes(own ? 2L * fields + 4 : fields + 3L);
    more += own ? Listpack.integerBytes(fields) : 0;
    for (int i = own ? first : first + 1; i < request.count(); i += own ? 1 : 2) {
      more += listpackBytes(request, i);
    }
    listpackBytes += more;
  }

  private void ensure(int more) {
    if (bytes.length - end < more) {
      int wanted = Math.max(end + more, live == 0 ? 0 : end + (end >> 1));
      bytes = Arrays.copyOf(bytes, wanted);
    }
  }

  /** Gives back what it does not need, because nothing more will be added. */
  void close() {
    if (bytes.length > end) {
      bytes = Arrays.copyOf(bytes, end);
    }
  }

  // ---- removing

  /** Removes the entry of this ID; false when there is none. */
  boolean remove(StreamId id) {
    EntryReader entry = new EntryReader();
    for (int at = start; at < end; at = entry.next()) {
      entry.open(this, at);
      int order = StreamId.compare(entry.ms(), entry.seq(), id.ms(), id.seq());
      if (order == 0) {
        cut(at, entry.next());
        return true;
      } else if (order > 0) {
        return false;
      }
    }
    return false;
  }

  private void cut(int from, int to) {
    if (from == start) {
      start = to;
    } else {
      if (shared) {
        bytes = bytes.clone();
        shared = false;
      }
      System.arraycopy(bytes, to, bytes, from, end - to);
      end -= to - from;
    }
    live--;
    dead++;
    compact();
  }

  /** Removes the first {@code count} entries. */
  void removeFirst(int count) {
    EntryReader entry = new EntryReader();
    for (int i = 0; i < count; i++) {
      entry.open(this, start);
      start = entry.next();
    }
    live -= count;
    dead += count;
    compact();
  }

  /** The number of entries before this ID. */
  int countBefore(StreamId id) {
    EntryReader entry = new EntryReader();
    int count = 0;
    for (int at = start; at < end; at = entry.next()) {
      entry.open(this, at);
      if (StreamId.compare(entry.ms(), entry.seq(), id.ms(), id.seq()) >= 0) {
        break;
      }
      count++;
    }
    return count;
  }

  /** Takes a smaller array when less than half of this one is used. */
  private void compact() {
    int entries = end - start;
    if (namesEnd + entries < bytes.length / 2) {
      byte[] smaller = Arrays.copyOf(bytes, namesEnd + entries);
      System.arraycopy(bytes, start, smaller, namesEnd, entries);
      bytes = smaller;
      start = namesEnd;
      end = bytes.length;
    }
  }

  // ---- the whole

  /** The block as it is now, whatever becomes of this one. Not to be changed. */
  StreamBlock frozen() {
    shared = true;
    StreamBlock frozen = new StreamBlock(new StreamId(ms, seq));
    frozen.bytes = bytes;
    frozen.namesEnd = namesEnd;
    frozen.start = start;
    frozen.end = end;
    frozen.live = live;
    frozen.dead = dead;
    frozen.lastMs = lastMs;
    frozen.lastSeq = lastSeq;
    frozen.listpackBytes = listpackBytes;
    return frozen;
  }

  void encode(WireWriter out) {
    out.i64(ms);
    out.i64(seq);
    out.i64(lastMs);
    out.i64(lastSeq);
    out.varint(live);
    out.varint(dead);
    out.varlong(listpackBytes);
    out.bytes(bytes, 0, namesEnd);
    out.bytes(bytes, start, end - start);
  }

  static StreamBlock decode(WireReader in) {
    StreamBlock block = new StreamBlock(new StreamId(in.i64(), in.i64()));
    block.lastMs = in.i64();
    block.lastSeq = in.i64();
    block.live = in.varint();
    block.dead = in.varint();
    block.listpackBytes = in.varlong();
    byte[] names = in.bytes();
    int entryBytes = in.varint();
    int entries = in.skip(entryBytes);
    block.bytes = Arrays.copyOf(names, names.length + entryBytes);
    System.arraycopy(in.buffer(), entries, block.bytes, names.length, entryBytes);
    block.namesEnd = names.length;
    block.start = names.length;
    block.end = block.bytes.length;
    block.check();
    return block;
  }

  private void check() {
    EntryReader entry = new EntryReader();
    int count = 0;
    for (int at = start; at < end; at = entry.next()) {
      entry.open(this, at);
      entry.skipFields();
      count++;
    }
    if (count != live) {
      throw new MalformedFrameException("a block of " + count + " entries, not " + live);
    }
  }
}
