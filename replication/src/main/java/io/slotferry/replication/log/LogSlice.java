package io.slotferry.replication.log;

import io.slotferry.protocol.frame.WireWriter;
import java.nio.ByteBuffer;

/**
 * The log's bytes from one offset to another, as references to the backlog's pages. The backlog
 * never changes bytes that it has, and keeps pages that {@link Backlog#keepFrom} names, so the disk
 * thread reads a slice while the owner loop appends.
 */
public final class LogSlice {
  private final long from;
  private final long to;
  private final byte[][] pages;
  private final int[] pageStarts;

  /**
   * @param pages the pages of {@code [from, to)}, the first one holding {@code from}
   * @param pageStarts where in its array each page starts
   */
  LogSlice(long from, long to, byte[][] pages, int[] pageStarts) {
    this.from = from;
    this.to = to;
    this.pages = pages;
    this.pageStarts = pageStarts;
  }

  public long from() {
    return from;
  }

  public long to() {
    return to;
  }

  private int pageIndex(long offset) {
    return (int) (Backlog.pageOf(offset) - Backlog.pageOf(from));
  }

  private byte[] page(long offset) {
    return pages[pageIndex(offset)];
  }

  /** Where in the array of its page the byte stands. */
  private int inArray(long offset) {
    return pageStarts[pageIndex(offset)] + Backlog.inPage(offset);
  }

  /**
   * The end of the whole records from {@code start} on that fit in {@code bytesMax}; of one record
   * if already the first is bigger. {@code start} is where a record starts.
   */
  public long recordsEnd(long start, int bytesMax) {
    if (to - start <= bytesMax) {
      return to;
    }
    long end = start + recordBytes(start);
    while (end < to) {
      long next = end + recordBytes(end);
      if (next - start > bytesMax) {
        break;
      }
      end = next;
    }
    return end;
  }

  private long recordBytes(long offset) {
    int length = 0;
    for (int i = 0; i < LogRecords.LENGTH_BYTES; i++) {
      length = length << 8 | page(offset + i)[inArray(offset + i)] & 0xff;
    }
    return LogRecords.LENGTH_BYTES + Integer.toUnsignedLong(length);
  }

  /** Copies {@code [start, end)}. */
  public void copy(long start, long end, WireWriter out) {
    out.ensure(Math.toIntExact(end - start));
    for (long at = start; at < end; ) {
      int count = countInPage(at, end);
      out.raw(page(at), inArray(at), count);
      at += count;
    }
  }

  /** Copies {@code [start, end)}. */
  public void copy(long start, long end, ByteBuffer out) {
    for (long at = start; at < end; ) {
      int count = countInPage(at, end);
      out.put(page(at), inArray(at), count);
      at += count;
    }
  }

  private static int countInPage(long at, long end) {
    return (int) Math.min(end - at, Backlog.PAGE_BYTES - Backlog.inPage(at));
  }
}
