package io.slotferry.replication.storage;

import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.LogRecords;
import io.slotferry.replication.log.LogSlice;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * The log's files. A file is forced before the next one begins, so only the last one can be torn.
 *
 * <p>What was written since the last force is kept in memory ({@link #tail}): after a write or a
 * force that failed it is written once more, in place, because the system may have dropped it
 * although a later force succeeds. So a failure never leaves a hole.
 *
 * <p>Thread: the disk thread.
 */
final class LogSegments {
  /** Beyond this much, bytes are forced whatever the policy: they are in memory too. */
  private static final int UNFORCED_BYTES_MAX = 8 << 20;

  /** A block has more only when a single record is bigger. */
  private static final int BLOCK_BYTES_MAX = 256 << 10;

  private static final int TAIL_BYTES_INITIAL = 64 << 10;

  private final Volume volume;
  private final Path folder;
  private final StorageSettings settings;
  private final List<Segment> segments = new ArrayList<>();
  private @Nullable VolumeFile active;

  /** Blocks since the last force; they stand in the file from {@link #tailPosition} on. */
  private ByteBuffer tail = ByteBuffer.allocateDirect(TAIL_BYTES_INITIAL);

  private long tailPosition;
  private int tailWritten;
  private long end;
  private long writtenEnd;
  private long forcedEnd;

  /** A log whose next byte has the offset {@code end}. */
  LogSegments(Volume volume, Path folder, StorageSettings settings, long end) {
    this.volume = volume;
    this.folder = folder;
    this.settings = settings;
    this.end = end;
    this.writtenEnd = end;
    this.forcedEnd = end;
  }

  /** Goes on in the last of {@code recovered}, which is forced and {@code size} bytes long. */
  void resume(List<Segment> recovered, VolumeFile last, long size) {
    segments.addAll(recovered);
    active = last;
    tailPosition = size;
  }

  /** The oldest offset here. */
  long firstOffset() {
    return segments.isEmpty() ? end : segments.getFirst().start();
  }

  /** The offset after the last byte that was taken over, written or not. */
  long end() {
    return end;
  }

  long writtenEnd() {
    return writtenEnd;
  }

  long forcedEnd() {
    return forcedEnd;
  }

  /**
   * Takes over and writes the log's next bytes. If it fails before it has taken them ({@link
   * #end}), it is called with them again; if it fails afterwards, {@link #write} is.
   */
  void append(LogSlice slice) throws IOException {
    if (slice.from() != end) {
      throw new IllegalStateException("offset " + slice.from() + " after " + end);
    }
    VolumeFile file = active;
    if (file == null || tailPosition + tail.position() >= settings.segmentBytes()) {
      beginSegment();
    }
    Segment segment = segments.getLast();
    for (long at = slice.from(); at < slice.to(); ) {
      long blockEnd = slice.recordsEnd(at, BLOCK_BYTES_MAX);
      segment.mark(at, tailPosition + tail.position());
      addBlock(slice, at, blockEnd);
      at = blockEnd;
    }
    end = slice.to();
    write();
    if (tail.position() > UNFORCED_BYTES_MAX) {
      force();
    }
  }

  private void addBlock(LogSlice slice, long from, long to) {
    int start = tail.position();
    int bytes = Block.HEADER_BYTES + (int) (to - from);
    if (tail.remaining() < bytes) {
      int capacity = (int) Math.min((long) tail.capacity() * 2, Integer.MAX_VALUE - 16);
      tail = ByteBuffer.allocateDirect(Math.max(capacity, start + bytes)).put(tail.flip());
    }
    tail.position(start + Block.HEADER_BYTES);
    slice.copy(from, to, tail);
    Block.seal(tail, start, Block.LOG, from);
  }

  private void beginSegment() throws IOException {
    VolumeFile full = active;
    if (full != null) {
      force();
      full.close();
      active = null;
    }
    Segment next = new Segment(folder, end);
    VolumeFile file = volume.open(next.path());
    try {
      file.truncate(0);
      volume.forceFolder(folder);
    } catch (IOException failed) {
      file.close();
      throw failed;
    }
    segments.add(next);
    active = file;
    tailPosition = 0;
  }

  /** Writes what has been taken over and is not in the file. */
  void write() throws IOException {
    VolumeFile file = active;
    if (file == null || tailWritten == tail.position()) {
      return;
    }
    file.write(
        tail.duplicate().position(tailWritten).limit(tail.position()), tailPosition + tailWritten);
    tailWritten = tail.position();
    writtenEnd = end;
  }

  /** Writes, and makes all that was taken over durable. */
  void force() throws IOException {
    VolumeFile file = active;
    if (file == null || forcedEnd == end) {
      return;
    }
    write();
    try {
      file.force();
    } catch (IOException failed) {
      tailWritten = 0;
      throw failed;
    }
    forcedEnd = end;
    forgetTail();
  }

  private void forgetTail() {
    tailPosition += tailWritten;
    tailWritten = 0;
    tail.clear();
    if (tail.capacity() > 2 * UNFORCED_BYTES_MAX) {
      tail = ByteBuffer.allocateDirect(TAIL_BYTES_INITIAL);
    }
  }

  /**
   * Appends whole records from {@code from} on to {@code out}, about {@code bytesMax} but at least
   * one; nothing at the end of what is in the files.
   *
   * @throws StorageException if the offset is not here any more, or its bytes are damaged
   */
  void read(long from, int bytesMax, WireWriter out) throws IOException {
    if (from < firstOffset() || from > end) {
      throw new StorageException("offset " + from + " is not on disk");
    }
    int at = segments.size() - 1;
    while (at >= 0 && segments.get(at).start() > from) {
      at--;
    }
    if (at >= 0) {
      read(segments.get(at), from, bytesMax, out);
      if (out.size() == 0 && from < writtenEnd) {
        throw new StorageException(
            segments.get(at).path() + " is damaged where offset " + from + " should be");
      }
    }
  }

  private void read(Segment segment, long from, int bytesMax, WireWriter out) throws IOException {
    try (VolumeFile file = volume.open(segment.path())) {
      BlockReader block = new BlockReader(file, segment.positionBefore(from));
      long next = from;
      while (out.size() < bytesMax && block.next()) {
        segment.mark(block.offset(), block.position());
        int skipped = (int) Math.min(Math.max(0, next - block.offset()), block.length());
        int left = block.length() - skipped;
        if (left > 0) {
          int start = block.start() + skipped;
          int bytesLeft = bytesMax - out.size();
          int count = LogRecords.wholeRecords(block.bytes(), start, left, bytesLeft);
          if (out.size() > 0 && count > bytesLeft) {
            return;
          }
          out.raw(block.bytes(), start, count);
          next += count;
          if (count < left) {
            return;
          }
        }
      }
    }
  }

  /** Deletes the files of which nothing from {@code offset} on is left. */
  void dropBelow(long offset) throws IOException {
    while (segments.size() > 1 && segments.get(1).start() <= offset) {
      volume.delete(segments.getFirst().path());
      // One after another, so that no crash brings back one without its successor.
      volume.forceFolder(folder);
      segments.removeFirst();
    }
  }

  void close() throws IOException {
    VolumeFile file = active;
    if (file != null) {
      active = null;
      file.close();
    }
  }
}
