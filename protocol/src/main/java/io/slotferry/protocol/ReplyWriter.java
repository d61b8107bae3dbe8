package io.slotferry.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Encodes replies into one growing byte array, in RESP2 or RESP3 as the connection chose. Types
 * that RESP2 lacks are written as Redis writes them there (a map as a flat array, a double as a
 * bulk string, a null as a null bulk, …), so that handlers are written once.
 *
 * <p>Large values need not be copied: a writer that {@link #sharing shares} only notes where they
 * belong, and its owner takes what was written piece by piece ({@link #pieces}).
 *
 * <p>Source: the RESP3 specification and Redis' {@code networking.c} behaviour. Thread: one event
 * loop at a time; reused between commands.
 */
public final class ReplyWriter {
  /** Beyond this size (bytes) the array is given back to the collector by {@link #clear}. */
  private static final int RETAINED_BYTES_MAX = 1 << 20;

  private static final int INITIAL_BYTES = 1 << 12;
  private static final byte[] OK = ascii("+OK\r\n");
  private static final byte[] NULL_RESP3 = ascii("_\r\n");
  private static final byte[] NULL_BULK_RESP2 = ascii("$-1\r\n");
  private static final byte[] NULL_ARRAY_RESP2 = ascii("*-1\r\n");
  private static final byte[] EMPTY_ARRAY = ascii("*0\r\n");

  private byte[] bytes;
  private int size;
  private boolean resp3;
  private final boolean sharing;
  private @Nullable List<Shared> shared;
  private long sharedBytes;
  private final byte[] doubleChars = new byte[Decimal.DOUBLE_CHARS_MAX];

  /** Bytes of others that belong behind the first {@code at} ones of this writer. */
  private record Shared(int at, byte[] source, int offset, int length) {}

  /** Takes the pieces of what was written, in order. */
  @FunctionalInterface
  public interface Pieces {
    /**
     * @param lasting whether the bytes never change; else they are valid only during the call
     */
    void take(byte[] source, int offset, int length, boolean lasting);
  }

  public ReplyWriter() {
    this(INITIAL_BYTES);
  }

  public ReplyWriter(int initialBytes) {
    this(initialBytes, false);
  }

  private ReplyWriter(int initialBytes, boolean sharing) {
    bytes = new byte[initialBytes];
    this.sharing = sharing;
  }

  /** A writer that does not copy large values: {@link #bytes} alone is not what was written. */
  public static ReplyWriter sharing() {
    return new ReplyWriter(INITIAL_BYTES, true);
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  // ---- the buffer

  /** The backing array; valid up to {@link #size} until the next write. */
  public byte[] bytes() {
    return bytes;
  }

  /** The number of bytes written, without those that are shared. */
  public int size() {
    return size;
  }

  /** The number of bytes written, with those that are shared. */
  public long totalSize() {
    return size + sharedBytes;
  }

  /** Whether there are shared bytes, and {@link #pieces} is the way to get all. */
  public boolean hasShared() {
    return shared != null;
  }

  /** Gives out all that was written. */
  public void pieces(Pieces pieces) {
    int from = 0;
    if (shared != null) {
      for (Shared each : shared) {
        pieces.take(bytes, from, each.at - from, false);
        pieces.take(each.source, each.offset, each.length, true);
        from = each.at;
      }
    }
    pieces.take(bytes, from, size - from, false);
  }

  public byte[] toByteArray() {
    return Arrays.copyOf(bytes, size);
  }

  public void clear() {
    size = 0;
    shared = null;
    sharedBytes = 0;
    if (bytes.length > RETAINED_BYTES_MAX) {
      bytes = new byte[INITIAL_BYTES];
    }
  }

  /** Cuts everything after the first {@code newSize} bytes: takes back a reply that was begun. */
  public void truncate(int newSize) {
    size = newSize;
    while (shared != null && shared.getLast().at > newSize) {
      sharedBytes -= shared.removeLast().length;
      if (shared.isEmpty()) {
        shared = null;
      }
    }
  }

  /** Protocol version of what follows: 2 or 3. */
  public void useProtocol(int version) {
    resp3 = version == 3;
  }

  public boolean isResp3() {
    return resp3;
  }

  private void ensure(int more) {
    if (bytes.length - size < more) {
      long wanted = Math.max((long) bytes.length * 2, (long) size + more);
      bytes = Arrays.copyOf(bytes, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
    }
  }

  /** Bytes that are RESP already (a reply that came from another process). */
  public void raw(byte[] source, int offset, int length) {
    ensure(length);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
  }

  public void raw(byte[] source) {
    raw(source, 0, source.length);
  }

  // ---- replies

  public void ok() {
    raw(OK);
  }

  /** {@code +text}; the text is ASCII without line ends. */
  public void simple(String text) {
    line('+', text);
  }

  /** {@code -message}; the message starts with its code ("ERR …"); line ends become blanks. */
  public void error(String message) {
    ensure(message.length() + 3);
    bytes[size++] = '-';
    for (int i = 0; i < message.length(); i++) {
      char c = message.charAt(i);
      bytes[size++] = c == '\r' || c == '\n' ? (byte) ' ' : (byte) c;
    }
    crlf();
  }

  public void integer(long value) {
    header(':', value);
  }

  public void bulk(byte[] source, int offset, int length) {
    header('$', length);
    ensure(length + 2);
    System.arraycopy(source, offset, bytes, size, length);
    size += length;
    crlf();
  }

  public void bulk(byte[] value) {
    bulk(value, 0, value.length);
  }

  /** {@link #bulk(byte[], int, int)} of bytes that never change if there are many of them. */
  public void lastingBulk(byte[] source, int offset, int length) {
    if (!sharing || length < Request.LARGE_BYTES) {
      bulk(source, offset, length);
      return;
    }
    header('$', length);
    if (shared == null) {
      shared = new ArrayList<>();
    }
    shared.add(new Shared(size, source, offset, length));
    sharedBytes += length;
    crlf();
  }

  /** A bulk string of UTF-8 text. */
  public void bulk(String value) {
    bulk(value.getBytes(StandardCharsets.UTF_8));
  }

  /** A bulk string of the decimal digits of {@code value}. */
  public void bulkLong(long value) {
    int digits = Decimal.length(value);
    header('$', digits);
    ensure(digits + 2);
    Decimal.write(value, bytes, size, digits);
    size += digits;
    crlf();
  }

  public void nullBulk() {
    raw(resp3 ? NULL_RESP3 : NULL_BULK_RESP2);
  }

  public void nullArray() {
    raw(resp3 ? NULL_RESP3 : NULL_ARRAY_RESP2);
  }

  public void emptyArray() {
    raw(EMPTY_ARRAY);
  }

  /** Header of an array; its {@code count} elements follow. */
  public void array(int count) {
    header('*', count);
  }

  /** Header of a map of {@code pairs} key-value pairs (RESP2: a flat array of twice as many). */
  public void map(int pairs) {
    header(resp3 ? '%' : '*', resp3 ? pairs : pairs * 2L);
  }

  /** Makes an array of the {@code count} elements that were written from {@code start} on. */
  public void arrayFrom(int start, int count) {
    int end = size;
    array(count);
    moveTo(start, end);
  }

  /** Makes a map ({@link #map}) of the pairs that were written from {@code start} on. */
  public void mapFrom(int start, int pairs) {
    int end = size;
    map(pairs);
    moveTo(start, end);
  }

  /** Moves what was written from {@code end} on, a header, before the rest from {@code start}. */
  private void moveTo(int start, int end) {
    byte[] header = Arrays.copyOfRange(bytes, end, size);
    System.arraycopy(bytes, start, bytes, start + header.length, end - start);
    System.arraycopy(header, 0, bytes, start, header.length);
  }

  public void set(int count) {
    header(resp3 ? '~' : '*', count);
  }

  /** Header of what is told beside the reply that follows, RESP3 only. */
  public void attribute(int pairs) {
    header('|', pairs);
  }

  /** Header of an out-of-band push (RESP2: an array, as pub/sub messages are there). */
  public void push(int count) {
    header(resp3 ? '>' : '*', count);
  }

  /** A double, in the digits of {@link Decimal#format}: RESP3 {@code ,1.5}, RESP2 a bulk string. */
  public void doubleValue(double value) {
    decimal(doubleChars, Decimal.write(value, doubleChars, 0));
  }

  /** A number whose digits are given, typed as a {@link #doubleValue}. */
  public void decimal(byte[] digits) {
    decimal(digits, digits.length);
  }

  private void decimal(byte[] digits, int length) {
    if (!resp3) {
      bulk(digits, 0, length);
      return;
    }
    ensure(1);
    bytes[size++] = ',';
    raw(digits, 0, length);
    crlf();
  }

  /** RESP3 {@code #t}/{@code #f}, RESP2 the integers 1 and 0. */
  public void bool(boolean value) {
    if (resp3) {
      line('#', value ? "t" : "f");
    } else {
      integer(value ? 1 : 0);
    }
  }

  /** RESP3 {@code (digits}, RESP2 a bulk string. */
  public void bigNumber(String digits) {
    if (resp3) {
      line('(', digits);
    } else {
      bulk(digits);
    }
  }

  /** RESP3 verbatim text with its three-letter format; RESP2 a bulk string. */
  public void verbatim(String format, String text) {
    verbatim(format, text.getBytes(StandardCharsets.UTF_8));
  }

  public void verbatim(String format, byte[] text) {
    if (!resp3) {
      bulk(text);
      return;
    }
    header('=', text.length + 4L);
    ensure(text.length + 6);
    for (int i = 0; i < 3; i++) {
      bytes[size++] = (byte) format.charAt(i);
    }
    bytes[size++] = ':';
    System.arraycopy(text, 0, bytes, size, text.length);
    size += text.length;
    crlf();
  }

  private void header(char type, long value) {
    int digits = Decimal.length(value);
    ensure(digits + 3);
    bytes[size++] = (byte) type;
    Decimal.write(value, bytes, size, digits);
    size += digits;
    crlf();
  }

  private void line(char type, String text) {
    ensure(text.length() + 3);
    bytes[size++] = (byte) type;
    for (int i = 0; i < text.length(); i++) {
      bytes[size++] = (byte) text.charAt(i);
    }
    crlf();
  }

  private void crlf() {
    ensure(2);
    bytes[size++] = '\r';
    bytes[size++] = '\n';
  }
}
