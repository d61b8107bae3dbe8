package io.slotferry.replication.log;

import io.slotferry.protocol.frame.WireWriter;
import java.util.Arrays;

/**
 * The newest bytes of the log, in memory: pages of equal size in a ring, allocated as the log grows
 * and reused once it is full. A page of a large value that never changes is a part of the value's
 * own array. It holds at least its bound's bytes once that many were appended, and more only while
 * the disk has not taken them ({@link #keepFrom}).
 *
 * <p>Thread: the loop that owns the shard copy. {@link LogSlice}s of it may be read anywhere.
 */
public final class Backlog {
  /** Redis' {@code repl-backlog-size} is 1 MB; effects of a short cut at a high rate need more. */
  public static final int BYTES_DEFAULT = 16 << 20;

  /** As much as Redis keeps is enough when nobody follows: whoever comes starts with a sync. */
  public static final int BYTES_ALONE = 1 << 20;

  private static final int PAGE_BITS = 16;
  static final int PAGE_BYTES = 1 << PAGE_BITS;
  private static final byte[] NO_PAGE = new byte[0];
  private static final int PAGES_INITIAL = 4;

  private final int bytesMaxFollowed;
  private int bytesMax;
  private byte[][] ring = emptyRing(PAGES_INITIAL);

  /** Where in its array each page starts. */
  private int[] starts = new int[PAGES_INITIAL];

  private byte[] spare = NO_PAGE;
  private long first;
  private long end;
  private long kept = Long.MAX_VALUE;

  /** The end of the last value that is larger than the bound: nothing before it can be used. */
  private long useless;

  /**
   * @param bytesMax how much it holds, unless {@link #followed} says that nobody needs it
   */
  public Backlog(int bytesMax) {
    this.bytesMaxFollowed = bytesMax;
    this.bytesMax = bytesMax;
  }

  /** Whether there are copies that may want to go on from an older offset. */
  public void followed(boolean isFollowed) {
    bytesMax = isFollowed ? bytesMaxFollowed : Math.min(bytesMaxFollowed, BYTES_ALONE);
    trim();
  }

  static long pageOf(long offset) {
    return offset >>> PAGE_BITS;
  }

  static int inPage(long offset) {
    return (int) offset & (PAGE_BYTES - 1);
  }

  /** The oldest offset still here; not necessarily where a record starts. */
  public long firstOffset() {
    return first;
  }

  /** The offset after the last byte. */
  public long endOffset() {
    return end;
  }

  /** Forgets everything; the next byte has this offset. */
  public void reset(long offset) {
    ring = emptyRing(PAGES_INITIAL);
    starts = new int[PAGES_INITIAL];
    spare = NO_PAGE;
    first = offset;
    end = offset;
    useless = offset;
    kept = Long.MAX_VALUE;
  }

  /** Bytes from {@code offset} on stay whatever the bound says, until this is called again. */
  public void keepFrom(long offset) {
    kept = offset;
    trim();
  }

  public void append(byte[] source, int offset, int length) {
    int at = offset;
    int left = length;
    while (left > 0) {
      int inPage = inPage(end);
      int count = Math.min(left, PAGE_BYTES - inPage);
      System.arraycopy(source, at, tailPage(), inPage, count);
      end += count;
      at += count;
      left -= count;
      if (inPage + count == PAGE_BYTES) {
        trim();
      }
    }
  }

  /** {@link #append} of bytes that never change, and are many: they are not copied. */
  public void share(byte[] source, int offset, int length) {
    int head = Math.min(length, PAGE_BYTES - inPage(end));
    append(source, offset, head);
    int at = offset + head;
    int left = length - head;
    for (; left >= PAGE_BYTES; left -= PAGE_BYTES) {
      int index = tailIndex();
      ring[index] = source;
      starts[index] = at;
      end += PAGE_BYTES;
      at += PAGE_BYTES;
      trim();
    }
    append(source, at, left);
    if (length > bytesMax) {
      useless = end;
      trim();
    }
  }

  /** The page that the next byte goes to. */
  private byte[] tailPage() {
    int index = tailIndex();
    if (ring[index].length == 0) {
      ring[index] = spare.length == 0 ? new byte[PAGE_BYTES] : spare;
      starts[index] = 0;
      spare = NO_PAGE;
    }
    return ring[index];
  }

  private int tailIndex() {
    if (pageOf(end) - pageOf(first) >= ring.length) {
      grow();
    }
    return index(pageOf(end));
  }

  private void grow() {
    byte[][] old = ring;
    int[] oldStarts = starts;
    ring = emptyRing(old.length * 2);
    starts = new int[ring.length];
    for (long page = pageOf(first); page < pageOf(end); page++) {
      int oldIndex = (int) page & (old.length - 1);
      ring[index(page)] = old[oldIndex];
      starts[index(page)] = oldStarts[oldIndex];
    }
  }

  /** Drops whole pages that neither the bound nor the disk needs. */
  private void trim() {
    long needed = Math.min(Math.max(end - bytesMax, useless), kept);
    while (pageStart(pageOf(first) + 1) <= needed) {
      int index = index(pageOf(first));
      if (ring[index].length == PAGE_BYTES) {
        spare = ring[index];
      }
      ring[index] = NO_PAGE;
      first = pageStart(pageOf(first) + 1);
    }
  }

  private static long pageStart(long page) {
    return page << PAGE_BITS;
  }

  private int index(long page) {
    return (int) page & (ring.length - 1);
  }

  private static byte[][] emptyRing(int pages) {
    byte[][] ring = new byte[pages][];
    Arrays.fill(ring, NO_PAGE);
    return ring;
  }

  /** {@code [from, to)}, which must lie within what is here. */
  public LogSlice slice(long from, long to) {
    if (from < first || to > end || from > to) {
      throw new IllegalArgumentException(
          "[" + from + ", " + to + ") of a backlog from " + first + " to " + end);
    }
    int count = from == to ? 0 : (int) (pageOf(to - 1) - pageOf(from)) + 1;
    byte[][] pages = new byte[count][];
    int[] pageStarts = new int[count];
    for (int i = 0; i < count; i++) {
      int index = index(pageOf(from) + i);
      pages[i] = ring[index];
      pageStarts[i] = starts[index];
    }
    return new LogSlice(from, to, pages, pageStarts);
  }

  /**
   * Appends whole records from {@code from} on to {@code out}: as many as fit in {@code bytesMax},
   * but at least one.
   *
   * @param from where a record starts
   * @return the number of bytes; 0 at the end; -1 when {@code from} is not here
   */
  public int read(long from, WireWriter out, int bytesMax) {
    if (from < first || from > end) {
      return -1;
    }
    if (from == end) {
      return 0;
    }
    LogSlice slice = slice(from, end);
    long to = slice.recordsEnd(from, bytesMax);
    slice.copy(from, to, out);
    return (int) (to - from);
  }
}
