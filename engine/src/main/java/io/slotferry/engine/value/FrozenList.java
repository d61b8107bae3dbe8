package io.slotferry.engine.value;

import io.slotferry.protocol.frame.WireWriter;
import java.util.List;

/** The nodes of a list at one moment. No head; a part: elements. */
final class FrozenList extends FrozenValue {
  private final List<ListNode> nodes;
  private final Slice slice = new Slice();
  private int node;
  private int at;

  FrozenList(List<ListNode> nodes) {
    this.nodes = nodes;
    this.at = nodes.getFirst().first();
  }

  @Override
  void writeHead(WireWriter out) {
    // The elements say it all.
  }

  @Override
  boolean writeElements(WireWriter out, int sizeMax) {
    while (at >= 0 && out.size() < sizeMax) {
      ListNode current = nodes.get(node);
      current.elementAt(at, slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
      at = current.next(at);
      if (at < 0 && ++node < nodes.size()) {
        at = nodes.get(node).first();
      }
    }
    return at >= 0;
  }
}
