package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireWriter;
import java.util.List;

/**
 * The blocks and groups of a stream at one moment. Head: its IDs and counters. A part: blocks, and
 * behind all of them pieces of groups, each behind its tag.
 */
final class FrozenStream extends FrozenValue {
  static final int BLOCK = 1;
  static final int GROUP = 2;

  private final byte[] head;
  private final List<StreamBlock> blocks;
  private final List<byte[]> pieces;
  private int next;

  FrozenStream(byte[] head, List<StreamBlock> blocks, List<byte[]> pieces) {
    this.head = head;
    this.blocks = blocks;
    this.pieces = pieces;
  }

  @Override
  void writeHead(WireWriter out) {
    out.raw(head, 0, head.length);
  }

  @Override
  boolean writeElements(WireWriter out, int sizeMax) {
    int all = blocks.size() + pieces.size();
    for (; next < all && out.size() < sizeMax; next++) {
      if (next < blocks.size()) {
        out.u8(BLOCK);
        blocks.get(next).encode(out);
      } else {
        byte[] piece = pieces.get(next - blocks.size());
        out.u8(GROUP);
        out.raw(piece, 0, piece.length);
      }
    }
    return next < all;
  }
}
