package io.slotferry.engine.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The entries of a large sorted set in order: a B+ tree whose nodes know how many entries are below
 * them, so that ranks cost as little as look-ups. {@link ScoredEntry Entries} are compared as
 * bytes; the first eight of each, its score, stand beside the reference, so that a search reads
 * other places of the memory only where scores are equal.
 *
 * <p>Instead of Redis' skip list: an entry costs a reference here and about 40 bytes of pointers
 * there, and a walk reads neighbours.
 */
final class ScoreTree {
  private static final int LEAF_ENTRIES_MAX = 64;
  private static final int CHILDREN_MAX = 32;

  /** A node with fewer than a quarter looks for a sibling to merge with. */
  private static final int SPARSE_SHARE = 4;

  /** A reference and a score in a leaf at its usual load, with their share of the nodes, bytes. */
  private static final int PLACE_BYTES = 20;

  private abstract static sealed class Node {
    /** Entries at or below this node. */
    int entries;

    /** Entries of a leaf, children of a branch. */
    abstract int width();

    abstract int widthMax();

    /**
     * Of a node that was just split off: not above any entry below it, and above all left of it.
     */
    abstract byte[] low();

    /** Adds an entry; returns the new right sibling if the node had to be split. */
    abstract @Nullable Node add(byte[] entry);

    abstract boolean remove(byte[] entry);

    /** Takes over everything of the right sibling, whose low bound is {@code low}. */
    abstract void absorb(Node right, byte[] low);

    boolean isSparse() {
      return width() < widthMax() / SPARSE_SHARE;
    }
  }

  /** A run of entries. */
  private static final class Leaf extends Node {
    private final byte[][] run = new byte[LEAF_ENTRIES_MAX][];

    /** Of each entry its score, as {@link ScoredEntry#rank} tells it. */
    private final long[] scores = new long[LEAF_ENTRIES_MAX];

    private @Nullable Leaf previous;
    private @Nullable Leaf next;

    @Override
    int width() {
      return entries;
    }

    @Override
    int widthMax() {
      return LEAF_ENTRIES_MAX;
    }

    @Override
    byte[] low() {
      return run[0];
    }

    /** See {@link ScoreTree#lower(byte[], int)}. */
    int lower(byte[] bound, int from) {
      long score = ScoredEntry.rank(bound, from);
      int low = 0;
      int high = entries;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (compare(scores[middle], run[middle], from, score, bound) < 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low;
    }

    @Override
    @Nullable Node add(byte[] entry) {
      int at = lower(entry, 0);
      if (entries < LEAF_ENTRIES_MAX) {
        insert(at, entry);
        return null;
      }
      // Ascending additions, the usual way to load a set, leave full leaves behind.
      boolean ascending = next == null && at == entries;
      Leaf right = splitOff(ascending ? entries : entries / 2);
      if (at > entries || ascending) {
        right.insert(at - entries, entry);
      } else {
        insert(at, entry);
      }
      return right;
    }

    private void insert(int at, byte[] entry) {
      System.arraycopy(run, at, run, at + 1, entries - at);
      System.arraycopy(scores, at, scores, at + 1, entries - at);
      run[at] = entry;
      scores[at] = ScoredEntry.rank(entry, 0);
      entries++;
    }

    private Leaf splitOff(int from) {
      Leaf right = new Leaf();
      right.entries = entries - from;
      System.arraycopy(run, from, right.run, 0, right.entries);
      System.arraycopy(scores, from, right.scores, 0, right.entries);
      clear(from, entries);
      entries = from;
      right.previous = this;
      right.next = next;
      if (next != null) {
        next.previous = right;
      }
      next = right;
      return right;
    }

    @Override
    boolean remove(byte[] entry) {
      int at = lower(entry, 0);
      if (at == entries || !Arrays.equals(run[at], entry)) {
        return false;
      }
      System.arraycopy(run, at + 1, run, at, entries - at - 1);
      System.arraycopy(scores, at + 1, scores, at, entries - at - 1);
      clear(entries - 1, entries);
      entries--;
      return true;
    }

    @Override
    void absorb(Node right, byte[] low) {
      Leaf leaf = (Leaf) right;
      System.arraycopy(leaf.run, 0, run, entries, leaf.entries);
      System.arraycopy(leaf.scores, 0, scores, entries, leaf.entries);
      entries += leaf.entries;
      leaf.unlink();
    }

    private void unlink() {
      if (previous != null) {
        previous.next = next;
      }
      if (next != null) {
        next.previous = previous;
      }
    }

    @SuppressWarnings("NullAway") // Nobody reads a run beyond its entries.
    private void clear(int from, int to) {
      Arrays.fill(run, from, to, null);
    }
  }

  /** An inner node. */
  private static final class Branch extends Node {
    private final Node[] children = new Node[CHILDREN_MAX];

    /** Of each child its low bound; that of the first is not looked at. */
    private final byte[][] lows = new byte[CHILDREN_MAX][];

    private final long[] lowScores = new long[CHILDREN_MAX];

    private int width;

    @Override
    int width() {
      return width;
    }

    @Override
    int widthMax() {
      return CHILDREN_MAX;
    }

    @Override
    byte[] low() {
      return lows[0];
    }

    /** The child whose part of the order {@code bound} falls in. */
    int childFor(byte[] bound) {
      return childFor(bound, 0);
    }

    /** The same by what the entries hold from the byte {@code from} on. */
    int childFor(byte[] bound, int from) {
      long score = ScoredEntry.rank(bound, from);
      int low = 1;
      int high = width;
      while (low < high) {
        int middle = (low + high) >>> 1;
        if (compare(lowScores[middle], lows[middle], from, score, bound) <= 0) {
          low = middle + 1;
        } else {
          high = middle;
        }
      }
      return low - 1;
    }

    @Override
    @Nullable Node add(byte[] entry) {
      int at = childFor(entry);
      Node split = children[at].add(entry);
      entries++;
      if (split == null) {
        return null;
      }
      if (width < CHILDREN_MAX) {
        insert(at + 1, split);
        return null;
      }
      Branch right = splitOff(at == width - 1 ? width - 1 : width / 2);
      if (at >= width) {
        right.insert(at + 1 - width, split);
        right.entries = sum(right);
      } else {
        insert(at + 1, split);
      }
      entries = sum(this);
      return right;
    }

    void insert(int at, Node child) {
      System.arraycopy(children, at, children, at + 1, width - at);
      System.arraycopy(lows, at, lows, at + 1, width - at);
      System.arraycopy(lowScores, at, lowScores, at + 1, width - at);
      children[at] = child;
      lows[at] = child.low();
      lowScores[at] = ScoredEntry.rank(lows[at], 0);
      width++;
    }

    private Branch splitOff(int from) {
      Branch right = new Branch();
      right.width = width - from;
      System.arraycopy(children, from, right.children, 0, right.width);
      System.arraycopy(lows, from, right.lows, 0, right.width);
      System.arraycopy(lowScores, from, right.lowScores, 0, right.width);
      clear(from, width);
      width = from;
      right.entries = sum(right);
      return right;
    }

    private static int sum(Branch branch) {
      int sum = 0;
      for (int i = 0; i < branch.width; i++) {
        sum += branch.children[i].entries;
      }
      return sum;
    }

    @Override
    boolean remove(byte[] entry) {
      int at = childFor(entry);
      Node child = children[at];
      if (!child.remove(entry)) {
        return false;
      }
      entries--;
      if (child.entries == 0) {
        if (child instanceof Leaf leaf) {
          leaf.unlink();
        }
        drop(at);
      } else if (child.isSparse()) {
        if (at + 1 < width && child.width() + children[at + 1].width() <= child.widthMax()) {
          mergeWithNext(at);
        } else if (at > 0 && child.width() + children[at - 1].width() <= child.widthMax()) {
          mergeWithNext(at - 1);
        }
      }
      return true;
    }

    private void mergeWithNext(int at) {
      children[at].absorb(children[at + 1], lows[at + 1]);
      drop(at + 1);
    }

    private void drop(int at) {
      System.arraycopy(children, at + 1, children, at, width - at - 1);
      System.arraycopy(lows, at + 1, lows, at, width - at - 1);
      System.arraycopy(lowScores, at + 1, lowScores, at, width - at - 1);
      clear(width - 1, width);
      width--;
    }

    @Override
    void absorb(Node right, byte[] low) {
      Branch branch = (Branch) right;
      System.arraycopy(branch.children, 0, children, width, branch.width);
      System.arraycopy(branch.lows, 0, lows, width, branch.width);
      System.arraycopy(branch.lowScores, 0, lowScores, width, branch.width);
      lows[width] = low;
      lowScores[width] = ScoredEntry.rank(low, 0);
      width += branch.width;
      entries += branch.entries;
    }

    @SuppressWarnings("NullAway") // Nobody reads beyond the width.
    private void clear(int from, int to) {
      Arrays.fill(children, from, to, null);
      Arrays.fill(lows, from, to, null);
    }
  }

  private Node root = new Leaf();

  int size() {
    return root.entries;
  }

  /** The memory of the tree without the entries, bytes: an estimate. */
  long bytes() {
    return (long) PLACE_BYTES * size();
  }

  /** Adds an entry that is not there. */
  void add(byte[] entry) {
    Node split = root.add(entry);
    if (split != null) {
      Branch grown = new Branch();
      grown.insert(0, root);
      grown.insert(1, split);
      grown.entries = root.entries + split.entries;
      root = grown;
    }
  }

  /** Removes an entry; false when it was not there. */
  boolean remove(byte[] entry) {
    boolean removed = root.remove(entry);
    while (root instanceof Branch branch && branch.width == 1) {
      root = branch.children[0];
    }
    if (root.entries == 0) {
      root = new Leaf();
    }
    return removed;
  }

  /** The number of entries below {@code bound}: the rank of an entry that is there. */
  int lower(byte[] bound) {
    return lower(bound, 0);
  }

  /** The same by what the entries hold from the byte {@code from} on. */
  int lower(byte[] bound, int from) {
    int rank = 0;
    Node node = root;
    while (node instanceof Branch branch) {
      int child = branch.childFor(bound, from);
      for (int i = 0; i < child; i++) {
        rank += branch.children[i].entries;
      }
      node = branch.children[child];
    }
    return rank + ((Leaf) node).lower(bound, from);
  }

  private static int compare(long entryScore, byte[] entry, int from, long score, byte[] bound) {
    if (from != 0) {
      return Arrays.compareUnsigned(entry, from, entry.length, bound, 0, bound.length);
    }
    if (entryScore != score) {
      return entryScore < score ? -1 : 1;
    }
    int member = ScoredEntry.SCORE_BYTES;
    return Arrays.compareUnsigned(entry, member, entry.length, bound, member, bound.length);
  }

  /** The entry of this rank, which must be there. */
  byte[] entryAt(int rank) {
    Cursor cursor = new Cursor();
    cursor.seek(rank, false);
    return cursor.entry();
  }

  /** Goes from entry to neighbour; valid until the tree changes. */
  final class Cursor {
    private @Nullable Leaf leaf;
    private int index;
    private boolean reverse;

    /** Stands on the entry of {@code rank}; off the tree if there is none. */
    void seek(int rank, boolean reverse) {
      this.reverse = reverse;
      if (rank < 0 || rank >= root.entries) {
        leaf = null;
        return;
      }
      int left = rank;
      Node node = root;
      while (node instanceof Branch branch) {
        int child = 0;
        while (left >= branch.children[child].entries) {
          left -= branch.children[child++].entries;
        }
        node = branch.children[child];
      }
      leaf = (Leaf) node;
      index = left;
    }

    boolean isOver() {
      return leaf == null;
    }

    byte[] entry() {
      if (leaf == null) {
        throw new IllegalStateException("the cursor is off the tree");
      }
      return leaf.run[index];
    }

    void step() {
      if (leaf == null) {
        return;
      }
      index += reverse ? -1 : 1;
      if (index < 0) {
        leaf = leaf.previous;
        index = leaf == null ? 0 : leaf.entries - 1;
      } else if (index == leaf.entries) {
        leaf = leaf.next;
        index = 0;
      }
    }
  }
}
