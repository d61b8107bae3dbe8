package io.slotferry.topology.message;

import io.slotferry.topology.Node;
import java.util.List;

/**
 * A node's heartbeat.
 *
 * @param node the node as it wants to stand in the map
 * @param incarnation start number of its process; grows with every start
 * @param mapVersion version of the map it has
 * @param heard the stamp of the last answer
 * @param copies the shard copies it carries, at most {@link #COPIES_MAX}
 */
public record NodeReport(
    Node node, long incarnation, long mapVersion, Stamp heard, List<CopyReport> copies) {
  public static final int COPIES_MAX = 64;

  public NodeReport {
    copies = List.copyOf(copies);
    if (copies.size() > COPIES_MAX) {
      throw new IllegalArgumentException(copies.size() + " copies on node " + node.id());
    }
  }
}
