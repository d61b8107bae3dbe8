package io.slotferry.replication.storage;

import io.slotferry.protocol.Request;
import io.slotferry.replication.log.Backlog;
import io.slotferry.replication.log.LogRecords;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Reads the log once, from an offset to its end, when a copy starts; a torn end is cut. What it
 * reads also fills the backlog, so that followers go on from memory.
 *
 * <p>Thread: the one that opens the copy.
 */
final class LogRecovery {
  private static final Logger LOGGER = LoggerFactory.getLogger(LogRecovery.class);

  private final Volume volume;
  private final Path folder;
  private final List<Segment> segments;
  private final Backlog backlog;
  private final LogRecords records = new LogRecords();
  private int segment;
  private @Nullable VolumeFile file;
  private @Nullable BlockReader block;
  private long offset;
  private long blockEnd;
  private long endOnDisk;

  /**
   * @param from where a record starts
   * @param backlog receives what is read
   */
  LogRecovery(Volume volume, Path folder, long from, Backlog backlog) throws IOException {
    this.volume = volume;
    this.folder = folder;
    this.segments = Segment.list(volume, folder);
    this.backlog = backlog;
    this.offset = from;
    this.blockEnd = from;
    backlog.reset(from);
    segment = segments.size() - 1;
    while (segment >= 0 && segments.get(segment).start() > from) {
      segment--;
    }
    if (segment < 0 && !segments.isEmpty()) {
      throw damaged("it starts at offset " + segments.getFirst().start());
    }
    if (segment >= 0) {
      openSegment();
    }
  }

  /** The offset after the last record that {@link #next} gave. */
  long offset() {
    return offset;
  }

  /** Goes to the next record; false at the log's end. */
  boolean next() throws IOException {
    while (offset == blockEnd) {
      if (!nextBlock()) {
        return false;
      }
    }
    records.next();
    offset += records.size();
    return true;
  }

  int keyspace() {
    return records.keyspace();
  }

  int partition() {
    return records.partition();
  }

  Request effect() {
    return records.effect();
  }

  private boolean nextBlock() throws IOException {
    BlockReader block = this.block;
    if (block == null) {
      return false;
    }
    while (!block.next() || block.magic() != Block.LOG) {
      if (segment == segments.size() - 1) {
        return false;
      }
      segment++;
      if (segments.get(segment).start() != endOnDisk) {
        throw damaged(
            segments.get(segment - 1).path() + " has no whole block at offset " + endOnDisk);
      }
      block = openSegment();
    }
    if (block.offset() > offset) {
      throw damaged("offset " + offset + " is missing");
    }
    segments.get(segment).mark(block.offset(), block.position());
    endOnDisk = block.offset() + block.length();
    // The first block may begin before the offset where recovery does.
    int skipped = (int) Math.min(offset - block.offset(), block.length());
    int start = block.start() + skipped;
    int length = block.length() - skipped;
    records.reset(block.bytes(), start, length);
    backlog.append(block.bytes(), start, length);
    blockEnd = Math.max(endOnDisk, offset);
    return true;
  }

  private BlockReader openSegment() throws IOException {
    closeFile();
    Segment current = segments.get(segment);
    VolumeFile opened = volume.open(current.path());
    file = opened;
    BlockReader reader = new BlockReader(opened, current.positionBefore(offset));
    block = reader;
    endOnDisk = current.start();
    return reader;
  }

  /** When recovery fails. */
  void close() throws IOException {
    closeFile();
  }

  private void closeFile() throws IOException {
    VolumeFile file = this.file;
    if (file != null) {
      file.close();
    }
  }

  private StorageException damaged(String what) {
    return damaged(folder, what);
  }

  /** The data cannot be trusted: only the operator may decide to do without it. */
  static StorageException damaged(Path folder, String what) {
    return new StorageException(
        "the data in "
            + folder
            + " is damaged: "
            + what
            + ". To start this node empty, remove the folder "
            + folder.getParent()
            + ": it then copies its data from the shard's leader, if another copy is left");
  }

  /**
   * After {@link #next} has said that there is no more: cuts what follows the last whole block, and
   * returns the log to go on with. All of it is durable.
   */
  LogSegments finish(StorageSettings settings) throws IOException {
    LogSegments log = new LogSegments(volume, folder, settings, offset);
    VolumeFile last = file;
    BlockReader block = this.block;
    if (last == null || block == null) {
      return log;
    }
    if (endOnDisk < offset) {
      throw damaged("the log ends at offset " + endOnDisk + ", before the snapshot");
    }
    long size = block.endPosition();
    long torn = last.size() - size;
    if (torn > 0) {
      LOGGER.warn(
          "{}: the last write was not finished: {} bytes behind offset {} are cut",
          segments.getLast().path(),
          torn,
          offset);
      last.truncate(size);
    }
    last.force();
    log.resume(new ArrayList<>(segments), last, size);
    return log;
  }
}
