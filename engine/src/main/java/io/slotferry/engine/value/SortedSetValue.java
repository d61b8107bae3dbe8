package io.slotferry.engine.value;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;
import java.util.random.RandomGenerator;
import org.jspecify.annotations.Nullable;

/**
 * A sorted set: members in the order of their scores, equal scores in the order of the members'
 * bytes. A small one keeps its entries in that order in one array; a larger one has them in a tree
 * for the order and in a table for the members.
 *
 * <p>Every range, by whatever bounds, is a range of ranks: {@link #rankOf(double, boolean)} and
 * {@link #rankOf(byte[], int, int, boolean)} turn bounds into ranks, and {@link #walk} goes from
 * there.
 *
 * <p>Thread: the loop that owns the shard copy.
 */
public final class SortedSetValue extends Value implements Elements {
  private static final int OBJECT_BYTES = 72;
  private static final Packed NOTHING = new Packed(ScoredEntry.SCORE_BYTES);
  private static final ScoreTree NO_TREE = new ScoreTree();

  /** The entries in order; without elements once there are tree and table. */
  private Packed packed = new Packed(ScoredEntry.SCORE_BYTES);

  /** Entries by member; null while the set is small. */
  private @Nullable FieldTable table;

  /** The same entries (the same arrays) in order; empty while the set is small. */
  private ScoreTree tree = NO_TREE;

  @Override
  public ValueType type() {
    return ValueType.SORTED_SET;
  }

  @Override
  public String encoding() {
    return table == null ? "listpack" : "skiplist";
  }

  @Override
  public int size() {
    return table == null ? packed.count() : table.size();
  }

  @Override
  public long approximateBytes() {
    return OBJECT_BYTES + (table == null ? packed.bytes().length : table.bytes() + tree.bytes());
  }

  // ---- members

  private int find(byte[] member, int start, int length) {
    return table == null
        ? packed.find(member, start, length, 1)
        : table.find(member, start, length);
  }

  /** The member's score, or NaN, which no member has, when it is not there. */
  public double score(byte[] member, int start, int length) {
    int position = find(member, start, length);
    return position < 0 ? Double.NaN : scoreAt(position);
  }

  /** Gives the member a score (not NaN); true when the member is new. */
  public boolean put(double score, byte[] member, int start, int length) {
    int position = find(member, start, length);
    if (position >= 0 && scoreAt(position) == score) {
      return false;
    }
    boolean added = position < 0;
    if (table == null
        && added
        && (length > EncodingLimits.zsetValueBytes()
            || packed.count() >= EncodingLimits.zsetEntries())) {
      spread();
    }
    byte[] entry = ScoredEntry.of(score, member, start, length);
    if (table == null) {
      if (!added) {
        packed.remove(position, 1);
      }
      packed.insert(packedLower(entry), entry, 0, entry.length);
    } else if (added) {
      table.add(entry);
      tree.add(entry);
    } else {
      tree.remove(table.entryAt(position));
      table.replace(position, entry);
      tree.add(entry);
    }
    return added;
  }

  /** Removes a member; false when there was none. */
  public boolean remove(byte[] member, int start, int length) {
    int position = find(member, start, length);
    if (position < 0) {
      return false;
    }
    if (table == null) {
      packed.remove(position, 1);
    } else {
      tree.remove(table.entryAt(position));
      table.remove(position);
    }
    return true;
  }

  private void spread() {
    FieldTable spread = new FieldTable(ScoredEntry.SCORE_BYTES);
    tree = new ScoreTree();
    for (int at = packed.first(); at >= 0; at = packed.next(at)) {
      int body = packed.bodyAt(at);
      byte[] entry = Arrays.copyOfRange(packed.bytes(), body, body + packed.lengthAt(at));
      spread.add(entry);
      tree.add(entry);
    }
    packed = NOTHING;
    table = spread;
  }

  // ---- ranks

  /** The member's rank from the lowest score, or -1 when it is not there. */
  public int rank(byte[] member, int start, int length) {
    int position = find(member, start, length);
    if (position < 0) {
      return -1;
    }
    if (table != null) {
      return tree.lower(table.entryAt(position));
    }
    int rank = 0;
    for (int at = packed.first(); at != position; at = packed.next(at)) {
      rank++;
    }
    return rank;
  }

  /** The rank of the first member whose score is not below, or {@code after}, is above. */
  public int rankOf(double score, boolean after) {
    return lower(ScoredEntry.bound(score, after), 0);
  }

  /**
   * The rank of the first member that is not below, or {@code after}, is above this one in the
   * order of bytes. Members of higher scores must not be below others, else the answer has no
   * meaning, as in Redis.
   */
  public int rankOf(byte[] member, int start, int length, boolean after) {
    // The smallest that is above a member is that member and a zero byte.
    byte[] bound = new byte[length + (after ? 1 : 0)];
    System.arraycopy(member, start, bound, 0, length);
    return lower(bound, ScoredEntry.SCORE_BYTES);
  }

  /** The number of entries that are below {@code bound} from their byte {@code from} on. */
  private int lower(byte[] bound, int from) {
    if (table != null) {
      return tree.lower(bound, from);
    }
    int rank = 0;
    for (int at = packed.first(); at >= 0 && isBelow(at, from, bound); at = packed.next(at)) {
      rank++;
    }
    return rank;
  }

  /** Where an entry belongs among the packed ones. */
  private int packedLower(byte[] bound) {
    int at = packed.first();
    while (at >= 0 && isBelow(at, 0, bound)) {
      at = packed.next(at);
    }
    return at < 0 ? packed.end() : at;
  }

  private boolean isBelow(int at, int from, byte[] bound) {
    int body = packed.bodyAt(at);
    return Arrays.compareUnsigned(
            packed.bytes(), body + from, body + packed.lengthAt(at), bound, 0, bound.length)
        < 0;
  }

  /** Removes the members of the ranks {@code [from, to)}. */
  public void removeRanks(int from, int to) {
    if (from >= to) {
      return;
    }
    if (table == null) {
      packed.remove(packed.position(from), to - from);
      return;
    }
    for (int i = from; i < to; i++) {
      byte[] entry = tree.entryAt(from);
      tree.remove(entry);
      int member = ScoredEntry.SCORE_BYTES;
      table.remove(table.find(entry, member, entry.length - member));
    }
  }

  /** A walk from the member of {@code rank} upwards, or downwards if {@code reverse}. */
  public Walk walk(int rank, boolean reverse) {
    return table == null ? new PackedWalk(rank, reverse) : new TreeWalk(rank, reverse);
  }

  /** Goes over members in order: first {@link #next}, then the look at a member. */
  public abstract static sealed class Walk {
    /** Goes to the next member; false when there is none. */
    public abstract boolean next();

    public abstract double score();

    /** Points {@code out} at the member. */
    public abstract void member(Slice out);
  }

  private final class PackedWalk extends Walk {
    /** Where the entries are: they can only be found from the front. */
    private final int[] offsets = new int[packed.count()];

    private final int step;
    private int rank;

    PackedWalk(int rank, boolean reverse) {
      int at = 0;
      for (int i = 0; i < offsets.length; i++) {
        offsets[i] = at;
        at = packed.next(at);
      }
      step = reverse ? -1 : 1;
      this.rank = rank - step;
    }

    @Override
    public boolean next() {
      rank += step;
      return rank >= 0 && rank < offsets.length;
    }

    @Override
    public double score() {
      return scoreAt(offsets[rank]);
    }

    @Override
    public void member(Slice out) {
      packed.nameAt(offsets[rank], out);
    }
  }

  private final class TreeWalk extends Walk {
    private final ScoreTree.Cursor cursor = tree.new Cursor();
    private boolean begun;

    TreeWalk(int rank, boolean reverse) {
      cursor.seek(rank, reverse);
    }

    @Override
    public boolean next() {
      if (begun) {
        cursor.step();
      }
      begun = true;
      return !cursor.isOver();
    }

    @Override
    public double score() {
      return ScoredEntry.score(cursor.entry(), 0);
    }

    @Override
    public void member(Slice out) {
      byte[] entry = cursor.entry();
      out.view(entry, ScoredEntry.SCORE_BYTES, entry.length - ScoredEntry.SCORE_BYTES);
    }
  }

  // ---- positions

  public double scoreAt(int position) {
    return table == null
        ? ScoredEntry.score(packed.bytes(), packed.bodyAt(position))
        : ScoredEntry.score(table.entryAt(position), 0);
  }

  @Override
  public int first() {
    return table == null ? packed.first() : table.first();
  }

  @Override
  public int next(int position) {
    return table == null ? packed.next(position) : table.next(position);
  }

  @Override
  public int positionFrom(int hash) {
    return table == null ? packed.first() : table.slotFrom(hash);
  }

  @Override
  public int hashAt(int position) {
    return table == null ? 0 : table.hashAt(position);
  }

  @Override
  public void elementAt(int position, Slice out) {
    if (table == null) {
      packed.nameAt(position, out);
    } else {
      table.nameAt(position, out);
    }
  }

  @Override
  public int randomPosition(RandomGenerator random) {
    return table == null ? packed.randomPosition(random, 1) : table.randomSlot(random);
  }

  // ---- parts

  /** A sorted set that gets its members in parts. */
  static SortedSetValue expecting(int members) {
    SortedSetValue set = new SortedSetValue();
    set.packed = NOTHING;
    set.tree = new ScoreTree();
    set.table = new FieldTable(ScoredEntry.SCORE_BYTES, members);
    return set;
  }

  @Override
  @Nullable FrozenValue frozen() {
    return table == null ? null : new FrozenTable(table, table.size());
  }

  @Override
  void addPart(WireReader in) {
    FieldTable members = table;
    if (members == null) {
      throw new IllegalStateException("not a table");
    }
    in.u8();
    while (in.remaining() > 0) {
      byte[] entry = in.bytes();
      members.add(entry);
      tree.add(entry);
    }
  }

  // ---- the whole

  @Override
  public void encode(WireWriter out) {
    out.varint(size());
    Slice slice = new Slice();
    Walk walk = walk(0, false);
    while (walk.next()) {
      out.f64(walk.score());
      walk.member(slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
    }
  }

  public static SortedSetValue decode(WireReader in) {
    SortedSetValue set = new SortedSetValue();
    int members = in.varint();
    for (int i = 0; i != members; i++) {
      double score = in.f64();
      int length = in.varint();
      int start = in.skip(length);
      if (Double.isNaN(score) || !set.put(score, in.buffer(), start, length)) {
        throw new MalformedFrameException("a sorted set with a member twice or without a score");
      }
    }
    if (members == 0) {
      throw new MalformedFrameException("a sorted set without members");
    }
    return set;
  }

  @Override
  public Value copy() {
    WireWriter out = new WireWriter();
    encode(out);
    return decode(new WireReader(out.bytes(), 0, out.size()));
  }
}
