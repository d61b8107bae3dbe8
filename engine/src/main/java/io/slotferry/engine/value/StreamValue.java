package io.slotferry.engine.value;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * A stream: entries in the order of their IDs, in {@link StreamBlock blocks}, and the groups that
 * read it. Unlike other values it may be empty.
 *
 * <p>Thread: the loop that owns the shard copy.
 */
public final class StreamValue extends Value {
  /** {@link #lag} that is not known. */
  public static final long NO_LAG = Long.MIN_VALUE;

  private static final int OBJECT_BYTES = 160;

  private final IdIndex<StreamBlock> blocks = new IdIndex<>();
  private final TreeMap<byte[], ConsumerGroup> groups = new TreeMap<>(Arrays::compareUnsigned);
  private int size;
  private StreamId lastId = StreamId.MIN;
  private StreamId maxDeletedId = StreamId.MIN;
  private long entriesAdded;

  /** Of blocks and groups. */
  private long bytes;

  @Override
  public ValueType type() {
    return ValueType.STREAM;
  }

  @Override
  public String encoding() {
    return "stream";
  }

  /** The number of entries. */
  @Override
  public int size() {
    return size;
  }

  @Override
  public long approximateBytes() {
    return OBJECT_BYTES + bytes;
  }

  void grew(long bytes) {
    this.bytes += bytes;
  }

  /** The number of blocks: the keys of Redis' radix tree. */
  public int blockCount() {
    return blocks.size();
  }

  /** The ID of the first block; {@link StreamId#MAX} when there is none. */
  public StreamId firstBlockId() {
    StreamBlock first = blocks.first();
    return first == null ? StreamId.MAX : new StreamId(first.ms, first.seq);
  }

  /** The nodes of a radix tree of the blocks' IDs. */
  public int radixTreeNodes() {
    return RadixNodes.count(blocks);
  }

  // ---- IDs

  /** The greatest ID that was ever given to an entry, or set. */
  public StreamId lastId() {
    return lastId;
  }

  /** The greatest ID of those that were deleted one by one. */
  public StreamId maxDeletedId() {
    return maxDeletedId;
  }

  /** How many entries were added in the stream's life. */
  public long entriesAdded() {
    return entriesAdded;
  }

  public void moveTo(StreamId lastId, long entriesAdded, StreamId maxDeletedId) {
    this.lastId = lastId;
    this.entriesAdded = entriesAdded;
    this.maxDeletedId = maxDeletedId;
  }

  /** The ID of the first entry; {@link StreamId#MIN} when there is none. */
  public StreamId firstEntryId() {
    StreamWalk walk = walk(StreamId.MIN, StreamId.MAX, false);
    return walk.next() ? walk.id() : StreamId.MIN;
  }

  /** The ID of the last entry; {@link StreamId#MIN} when there is none. */
  public StreamId lastEntryId() {
    StreamWalk walk = walk(StreamId.MIN, StreamId.MAX, true);
    return walk.next() ? walk.id() : StreamId.MIN;
  }

  // ---- entries

  public StreamWalk walk(StreamId from, StreamId to, boolean reverse) {
    return new StreamWalk(blocks, from, to, reverse);
  }

  public boolean contains(StreamId id) {
    return walk(id, id, false).next();
  }

  /**
   * Adds an entry with an ID above all others.
   *
   * @param first the argument of the first field; its value and the other fields follow
   */
  public void add(StreamId id, Request request, int first, NodeLimits limits, WireWriter scratch) {
    StreamBlock tail = blocks.last();
    if (tail == null || !tail.hasRoomFor(argumentBytes(request, first), limits)) {
      close(tail);
      tail = new StreamBlock(id);
      blocks.add(tail);
      bytes += tail.weight();
    }
    bytes -= tail.weight();
    tail.append(id, request, first, scratch);
    bytes += tail.weight();
    size++;
    entriesAdded++;
    lastId = id;
  }

  /** The length of all fields and values. */
  public static long argumentBytes(Request request, int first) {
    long total = 0;
    for (int i = first; i < request.count(); i++) {
      total += request.length(i);
    }
    return total;
  }

  private void close(@Nullable StreamBlock block) {
    if (block != null) {
      bytes -= block.weight();
      block.close();
      bytes += block.weight();
    }
  }

  /** Deletes an entry; false when there is none of this ID. */
  public boolean delete(StreamId id) {
    StreamBlock block = blocks.floor(id.ms(), id.seq());
    if (block == null) {
      return false;
    }
    bytes -= block.weight();
    boolean deleted = block.remove(id);
    bytes += block.weight();
    if (deleted) {
      size--;
      if (id.isAfter(maxDeletedId)) {
        maxDeletedId = id;
      }
      if (block.live() == 0) {
        drop(block);
      }
    }
    return deleted;
  }

  private void drop(StreamBlock block) {
    blocks.remove(block);
    bytes -= block.weight();
    size -= block.live();
  }

  // ---- trimming; returns how many entries went

  /**
   * Leaves the last {@code length} entries.
   *
   * @param wholeBlocks whether only blocks go of which nothing is to stay
   * @param limit go at most, in whole blocks; 0 for no limit
   */
  public int trimToLength(long length, boolean wholeBlocks, long limit) {
    int before = size;
    StreamBlock block = blocks.first();
    while (block != null && size > length && !isOver(limit, before - size, block)) {
      if (size - block.live() >= length) {
        drop(block);
        block = blocks.first();
      } else {
        if (!wholeBlocks) {
          removeFirst(block, (int) (size - length));
        }
        break;
      }
    }
    return before - size;
  }

  /** Leaves the entries from this ID on; the rest is as with {@link #trimToLength}. */
  public int trimToId(StreamId min, boolean wholeBlocks, long limit) {
    int before = size;
    StreamBlock block = blocks.first();
    while (block != null && !isOver(limit, before - size, block)) {
      if (block.endsBefore(min)) {
        drop(block);
        block = blocks.first();
      } else {
        if (!wholeBlocks) {
          removeFirst(block, block.countBefore(min));
        }
        break;
      }
    }
    return before - size;
  }

  private static boolean isOver(long limit, int removed, StreamBlock next) {
    return limit > 0 && removed + next.live() > limit;
  }

  private void removeFirst(StreamBlock block, int count) {
    bytes -= block.weight();
    block.removeFirst(count);
    bytes += block.weight();
    size -= count;
  }

  // ---- groups

  public @Nullable ConsumerGroup group(byte[] name) {
    return groups.get(name);
  }

  /** In the order of their names. */
  public Collection<ConsumerGroup> groups() {
    return groups.values();
  }

  /** Adds a group of a name that is not there. */
  public ConsumerGroup addGroup(byte[] name, StreamId lastId, long entriesRead) {
    ConsumerGroup group = new ConsumerGroup(this, name, lastId, entriesRead);
    groups.put(name, group);
    return group;
  }

  public void remove(ConsumerGroup group) {
    groups.remove(group.name());
    bytes -= group.weight();
  }

  // ---- how far groups have read

  /** The group gets an entry: if it is the first to get it, it has read one more. */
  public void advance(ConsumerGroup group, StreamId id) {
    if (!id.isAfter(group.lastId())) {
      return;
    }
    long read = group.entriesRead();
    if (read != ConsumerGroup.UNKNOWN && !hasDeletedFrom(id)) {
      read++;
    } else if (entriesAdded > 0) {
      read = rankOf(id);
    }
    group.moveTo(id, read);
  }

  /** How many entries the group has still to get, or {@link #NO_LAG}. */
  public long lag(ConsumerGroup group) {
    if (entriesAdded == 0) {
      return 0;
    }
    if (group.entriesRead() != ConsumerGroup.UNKNOWN && !hasDeletedFrom(group.lastId())) {
      return entriesAdded - group.entriesRead();
    }
    long rank = rankOf(group.lastId());
    return rank == ConsumerGroup.UNKNOWN ? NO_LAG : entriesAdded - rank;
  }

  /** Whether entries at or after this ID may have been deleted, so that counting does not do. */
  private boolean hasDeletedFrom(StreamId id) {
    return size > 0
        && !maxDeletedId.equals(StreamId.MIN)
        && !firstEntryId().isAfter(maxDeletedId)
        && !id.isAfter(maxDeletedId);
  }

  /**
   * How many entries of the stream's life are up to this ID; {@link ConsumerGroup#UNKNOWN} if that
   * cannot be told.
   */
  public long rankOf(StreamId id) {
    if (entriesAdded == 0) {
      return 0;
    }
    int toLast = id.compareTo(lastId);
    if (toLast == 0 || (size == 0 && toLast < 0)) {
      return entriesAdded;
    }
    if (toLast > 0) {
      return ConsumerGroup.UNKNOWN;
    }
    StreamId first = firstEntryId();
    if (maxDeletedId.equals(StreamId.MIN) || maxDeletedId.isBefore(first)) {
      int toFirst = id.compareTo(first);
      if (toFirst <= 0) {
        return entriesAdded - size + (toFirst == 0 ? 1 : 0);
      }
    }
    return ConsumerGroup.UNKNOWN;
  }

  // ---- parts

  @Override
  FrozenValue frozen() {
    WireWriter head = new WireWriter();
    encodeHead(head);
    List<StreamBlock> frozen = new ArrayList<>(blocks.size());
    for (StreamBlock at = blocks.first(); at != null; at = blocks.after(at)) {
      frozen.add(at.frozen());
    }
    List<byte[]> pieces = new ArrayList<>();
    for (ConsumerGroup group : groups.values()) {
      group.encodePieces(pieces);
    }
    return new FrozenStream(head.toByteArray(), frozen, pieces);
  }

  /** A stream that gets its blocks and groups in parts. */
  static StreamValue begin(WireReader in) {
    StreamValue stream = new StreamValue();
    stream.decodeHead(in);
    return stream;
  }

  @Override
  void addPart(WireReader in) {
    while (in.remaining() > 0) {
      switch (in.u8()) {
        case FrozenStream.BLOCK -> take(StreamBlock.decode(in));
        case FrozenStream.GROUP -> demandGroup(in).decodePiece(in);
        default -> throw new MalformedFrameException("an unknown part of a stream");
      }
    }
  }

  private ConsumerGroup demandGroup(WireReader in) {
    byte[] name = in.bytes();
    ConsumerGroup known = groups.get(name);
    return known == null ? addGroup(name, StreamId.MIN, ConsumerGroup.UNKNOWN) : known;
  }

  // ---- the whole

  private void encodeHead(WireWriter out) {
    out.i64(lastId.ms());
    out.i64(lastId.seq());
    out.i64(maxDeletedId.ms());
    out.i64(maxDeletedId.seq());
    out.varlong(entriesAdded);
  }

  private void decodeHead(WireReader in) {
    lastId = new StreamId(in.i64(), in.i64());
    maxDeletedId = new StreamId(in.i64(), in.i64());
    entriesAdded = in.varlong();
  }

  @Override
  public void encode(WireWriter out) {
    encodeHead(out);
    out.varint(blocks.size());
    for (StreamBlock at = blocks.first(); at != null; at = blocks.after(at)) {
      at.encode(out);
    }
    out.varint(groups.size());
    for (ConsumerGroup group : groups.values()) {
      group.encode(out);
    }
  }

  public static StreamValue decode(WireReader in) {
    StreamValue stream = begin(in);
    int blocks = in.varint();
    for (int i = 0; i != blocks; i++) {
      stream.take(StreamBlock.decode(in));
    }
    int groups = in.varint();
    for (int i = 0; i != groups; i++) {
      ConsumerGroup group = ConsumerGroup.decode(stream, in);
      stream.groups.put(group.name(), group);
    }
    return stream;
  }

  private void take(StreamBlock block) {
    StreamBlock last = blocks.last();
    if (last != null && last.compareTo(block.ms, block.seq) >= 0) {
      throw new MalformedFrameException("blocks out of order");
    }
    blocks.add(block);
    bytes += block.weight();
    size += block.live();
  }

  @Override
  public Value copy() {
    WireWriter out = new WireWriter();
    encode(out);
    return decode(new WireReader(out.bytes(), 0, out.size()));
  }
}
