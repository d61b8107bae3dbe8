package io.slotferry.replication.storage;

import java.io.IOException;
import java.nio.file.Path;

/**
 * Writes one snapshot, under a temporary name until it is whole and durable. Thread: the disk
 * thread.
 */
final class SnapshotWriter {
  private final Volume volume;
  private final Path folder;
  private final long offset;
  private final VolumeFile file;
  private long position;

  /**
   * @param offset where recovery will start in the log
   */
  SnapshotWriter(Volume volume, Path folder, long offset) throws IOException {
    this.volume = volume;
    this.folder = folder;
    this.offset = offset;
    file = volume.open(SnapshotReader.unfinished(folder));
    try {
      file.truncate(0);
      write(Block.SNAPSHOT, offset, new byte[0], 0);
    } catch (IOException failed) {
      abort();
      throw failed;
    }
  }

  /** Chunks as they were when the log ended at {@code asOf}. */
  void append(long asOf, byte[] chunks, int length) throws IOException {
    write(Block.CHUNK, asOf, chunks, length);
  }

  private void write(int magic, long offset, byte[] payload, int length) throws IOException {
    file.write(Block.of(magic, offset, payload, length), position);
    position += Block.HEADER_BYTES + length;
  }

  /**
   * The log ended at {@code end} when the last chunk was cut, and is durable up to there.
   *
   * @return the snapshot's bytes
   */
  long finish(long end) throws IOException {
    write(Block.SNAPSHOT_END, end, new byte[0], 0);
    file.force();
    file.close();
    volume.rename(SnapshotReader.unfinished(folder), SnapshotReader.path(folder, offset));
    volume.forceFolder(folder);
    SnapshotReader.deleteOthers(volume, folder, offset);
    return position;
  }

  /** Gives up. */
  void abort() throws IOException {
    file.close();
    volume.delete(SnapshotReader.unfinished(folder));
  }
}
