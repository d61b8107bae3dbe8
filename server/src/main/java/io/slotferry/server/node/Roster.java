package io.slotferry.server.node;

import io.slotferry.server.DataFolder;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings.ClusterSettings;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.ArrayList;
import java.util.List;

/**
 * Which nodes with copies a cluster on one machine has, kept in the file {@code nodes} of its data
 * folder: shards come and go, and a restart must bring back those that there were.
 */
public final class Roster {
  private static final String FILE = "nodes";

  private final Path folder;
  private final List<NodePlan> nodes = new ArrayList<>();

  private Roster(Path folder) {
    this.folder = folder;
  }

  /**
   * @param cluster how large a new cluster is
   */
  public static Roster open(Path folder, ClusterSettings cluster) throws StartRefusedException {
    Roster roster = new Roster(folder);
    Path file = folder.resolve(FILE);
    if (!Files.exists(file)) {
      for (int shard = 1; shard <= cluster.shards(); shard++) {
        roster.nodes.addAll(NodePlan.copies(shard, cluster.replicas()));
      }
      roster.write();
      return roster;
    }
    try {
      for (String id : Files.readAllLines(file)) {
        NodePlan node = NodePlan.copy(id);
        if (node == null) {
          throw new StartRefusedException(file + ": '" + id + "' is no node's name");
        }
        roster.nodes.add(node);
      }
    } catch (IOException e) {
      throw new StartRefusedException("cannot read " + file + ": " + e.getMessage());
    }
    return roster;
  }

  public List<NodePlan> nodes() {
    return List.copyOf(nodes);
  }

  public void add(NodePlan node) throws StartRefusedException {
    nodes.add(node);
    write();
  }

  /** Takes a node off that has been stopped, and removes its data. */
  public void remove(String id) throws StartRefusedException {
    nodes.removeIf(node -> node.id().equals(id));
    write();
    Path data = folder.resolve(id);
    try {
      if (Files.exists(data)) {
        DataFolder.delete(data);
      }
    } catch (IOException e) {
      throw new StartRefusedException("cannot remove " + data + ": " + e.getMessage());
    }
  }

  private void write() throws StartRefusedException {
    Path file = folder.resolve(FILE);
    Path draft = folder.resolve(FILE + ".new");
    try {
      Files.write(draft, nodes.stream().map(NodePlan::id).toList());
      Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException e) {
      throw new StartRefusedException("cannot write " + file + ": " + e.getMessage());
    }
  }
}
