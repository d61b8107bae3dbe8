package io.slotferry.replication.storage;

import io.slotferry.protocol.frame.WireReader;
import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Reads a finished snapshot, and knows the snapshots' names. Thread: one. */
final class SnapshotReader implements Closeable {
  private static final String PREFIX = "snapshot-";
  private static final String SUFFIX = ".snap";
  private static final String UNFINISHED = "snapshot.new";

  private final Path folder;
  private final String name;
  private final VolumeFile file;
  private final BlockReader block;
  private final WireReader chunks = new WireReader(new byte[0]);

  private SnapshotReader(Path folder, String name, VolumeFile file) throws IOException {
    this.folder = folder;
    this.name = name;
    this.file = file;
    this.block = new BlockReader(file, 0);
  }

  static Path path(Path folder, long offset) {
    return folder.resolve(PREFIX + String.format(Locale.ROOT, "%020d", offset) + SUFFIX);
  }

  static Path unfinished(Path folder) {
    return folder.resolve(UNFINISHED);
  }

  /** Deletes what a crash left: an unfinished snapshot, and all but the one at {@code offset}. */
  static void deleteOthers(Volume volume, Path folder, long offset) throws IOException {
    Path kept = path(folder, offset);
    for (String name : volume.list(folder)) {
      Path path = folder.resolve(name);
      if (name.equals(UNFINISHED) || (isSnapshot(name) && !path.equals(kept))) {
        volume.delete(path);
      }
    }
  }

  private static boolean isSnapshot(String name) {
    return name.startsWith(PREFIX) && name.endsWith(SUFFIX);
  }

  /** The newest snapshot of the folder, or null. */
  static @Nullable SnapshotReader open(Volume volume, Path folder) throws IOException {
    String newest = null;
    for (String name : volume.list(folder)) {
      if (isSnapshot(name)) {
        newest = name;
      }
    }
    if (newest == null) {
      return null;
    }
    SnapshotReader reader = new SnapshotReader(folder, newest, volume.open(folder.resolve(newest)));
    if (!reader.block.next() || reader.block.magic() != Block.SNAPSHOT) {
      throw reader.damaged();
    }
    return reader;
  }

  /** Where recovery starts in the log, until {@link #next}; then the current chunk's moment. */
  long offset() {
    return block.offset();
  }

  /** Goes to the next chunks; false at the end, whose moment is {@link #offset} then. */
  boolean next() throws IOException {
    if (!block.next() || (block.magic() != Block.CHUNK && block.magic() != Block.SNAPSHOT_END)) {
      throw damaged();
    }
    chunks.reset(block.bytes(), block.start(), block.length());
    return block.magic() == Block.CHUNK;
  }

  WireReader chunks() {
    return chunks;
  }

  /** What has been read so far; at the end, the snapshot's size. */
  long bytes() {
    return block.endPosition();
  }

  private StorageException damaged() {
    return LogRecovery.damaged(folder, name + " has no whole block at " + block.endPosition());
  }

  @Override
  public void close() throws IOException {
    file.close();
  }
}
