package io.slotferry.engine.value;

/**
 * The number of nodes of Redis' radix tree over the IDs of a stream's blocks, as {@code XINFO
 * STREAM} tells it. A tree over sorted keys of 16 bytes is told by the lengths of the prefixes that
 * neighbours share: each run of nested lengths is a chain of branching nodes. Compressed nodes take
 * any number of bytes in which nothing branches.
 */
final class RadixNodes {
  private static final int KEY_BYTES = 16;

  /** Above the root. */
  private static final int NO_DEPTH = -1;

  /** Depths of the branching nodes on the path to the last key, from the root down. */
  private final int[] depths = new int[KEY_BYTES];

  private int open;
  private int nodes;

  private RadixNodes() {}

  static int count(IdIndex<StreamBlock> blocks) {
    RadixNodes tree = new RadixNodes();
    StreamBlock last = blocks.first();
    if (last == null) {
      return 1;
    }
    int lastDepth = NO_DEPTH;
    for (StreamBlock at = blocks.after(last); at != null; at = blocks.after(at)) {
      int depth = sharedBytes(last, at);
      tree.nodes += nodesFrom(Math.max(lastDepth, depth), KEY_BYTES);
      tree.closeBelow(depth);
      tree.branchAt(depth);
      last = at;
      lastDepth = depth;
    }
    tree.nodes += nodesFrom(lastDepth, KEY_BYTES);
    tree.closeBelow(NO_DEPTH);
    return tree.nodes;
  }

  private static int sharedBytes(StreamBlock left, StreamBlock right) {
    long difference = left.ms ^ right.ms;
    return difference == 0
        ? Long.BYTES + Long.numberOfLeadingZeros(left.seq ^ right.seq) / Byte.SIZE
        : Long.numberOfLeadingZeros(difference) / Byte.SIZE;
  }

  /** A node and, if there is a byte between it and the branching node above, a compressed one. */
  private static int nodesFrom(int above, int depth) {
    return depth - above > 1 ? 2 : 1;
  }

  private void branchAt(int depth) {
    if (open == 0 || depths[open - 1] != depth) {
      depths[open++] = depth;
    }
  }

  /** No further key branches off deeper than this. */
  private void closeBelow(int depth) {
    while (open > 0 && depths[open - 1] > depth) {
      int closed = depths[--open];
      int above = Math.max(depth, open == 0 ? NO_DEPTH : depths[open - 1]);
      nodes += nodesFrom(above, closed);
    }
  }
}
