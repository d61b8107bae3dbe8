package io.slotferry.replication.storage;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/** One file of the log, and where in it some of its blocks are. Thread: the disk thread. */
final class Segment {
  private static final String PREFIX = "log-";
  private static final String SUFFIX = ".slog";
  private static final int MARK_EVERY_BYTES = 1 << 20;

  private final Path path;
  private long[] offsets = new long[8];
  private long[] positions = new long[8];
  private int marks = 1;

  /** The segment that starts with the byte at {@code start}. */
  Segment(Path folder, long start) {
    path = folder.resolve(PREFIX + String.format(Locale.ROOT, "%020d", start) + SUFFIX);
    offsets[0] = start;
  }

  /** The segments that the folder has, ascending. */
  static List<Segment> list(Volume volume, Path folder) throws IOException {
    List<Segment> segments = new ArrayList<>();
    for (String name : volume.list(folder)) {
      if (name.startsWith(PREFIX) && name.endsWith(SUFFIX)) {
        String digits = name.substring(PREFIX.length(), name.length() - SUFFIX.length());
        segments.add(new Segment(folder, Long.parseLong(digits)));
      }
    }
    return segments;
  }

  /** The offset of its first byte. */
  long start() {
    return offsets[0];
  }

  Path path() {
    return path;
  }

  /** Remembers where a block is, unless one shortly before it is remembered. */
  void mark(long offset, long position) {
    if (position - positions[marks - 1] < MARK_EVERY_BYTES) {
      return;
    }
    if (marks == offsets.length) {
      offsets = Arrays.copyOf(offsets, marks * 2);
      positions = Arrays.copyOf(positions, marks * 2);
    }
    offsets[marks] = offset;
    positions[marks] = position;
    marks++;
  }

  /** The position of a block from which reading on comes to {@code offset}. */
  long positionBefore(long offset) {
    int found = Arrays.binarySearch(offsets, 0, marks, offset);
    return positions[found >= 0 ? found : Math.max(0, ~found - 1)];
  }
}
