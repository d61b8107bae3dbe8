package io.slotferry.protocol;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Walks over encoded replies, RESP2 or RESP3, in a byte array: a cursor that stands before an
 * element. {@link #next} steps into it (over the header of an array, over all of a string), {@link
 * #skip} steps over it and everything in it, {@link #read} makes a tree of it. All three leave the
 * cursor where it was and say so when the element has not come completely.
 *
 * <p>The gateway merges replies with it: it reads the header, and copies the bytes of the elements
 * from one {@link #position} to the next.
 *
 * <p>Thread: one at a time. Nothing but {@link #read} allocates.
 */
public final class ReplyReader {
  /** {@link #read} refuses a reply of more levels than this. */
  private static final int NESTING_MAX = 128;

  private static final Reply NIL = new Reply.Nil();

  private byte[] bytes;
  private int at;
  private int end;

  // Of the element that next() stepped into.
  private byte type;
  private long number;
  private int payloadStart;
  private int payloadLength;

  public ReplyReader() {
    this(new byte[0], 0, 0);
  }

  public ReplyReader(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
  }

  /** Reads {@code bytes[offset, offset + length)} from now on. */
  public void reset(byte[] bytes, int offset, int length) {
    this.bytes = bytes;
    this.at = offset;
    this.end = offset + length;
  }

  public byte[] buffer() {
    return bytes;
  }

  /** Index in {@link #buffer} of the next element. */
  public int position() {
    return at;
  }

  public int remaining() {
    return end - at;
  }

  /** Whether the next element is an error; false if there is none. */
  public boolean isErrorNext() {
    return at < end && (bytes[at] == '-' || bytes[at] == '!');
  }

  // ---- steps

  /**
   * Steps into the next element.
   *
   * @return false if its header (or, of a string, all of it) has not come yet
   * @throws MalformedReplyException if it is no RESP
   */
  public boolean next() {
    int lineEnd = lineEnd();
    if (lineEnd < 0) {
      return false;
    }
    type = bytes[at];
    payloadStart = at + 1;
    payloadLength = lineEnd - payloadStart;
    number = 0;
    int behind = lineEnd + 2;
    switch (type) {
      case '+', '-', ',', '(', '#', '_' -> {}
      case ':' -> number = number(Long.MIN_VALUE, Long.MAX_VALUE);
      case '*', '~', '>', '%', '|' -> number = number(-1, Integer.MAX_VALUE);
      case '$', '=', '!' -> {
        number = number(-1, Integer.MAX_VALUE);
        payloadStart = behind;
        payloadLength = (int) Math.max(number, 0);
        if (number >= 0) {
          if (end - behind - 2 < payloadLength) {
            return false;
          }
          behind += payloadLength + 2;
        }
      }
      default -> throw new MalformedReplyException("no type of reply: byte " + type);
    }
    at = behind;
    return true;
  }

  /** Steps over the next element and all that is in it; false if it has not come completely. */
  public boolean skip() {
    int start = at;
    long left = 1;
    while (left > 0) {
      if (!next()) {
        at = start;
        return false;
      }
      // An attribute goes before the element that it describes, and is none itself.
      left += type == '|' ? elements() : elements() - 1;
    }
    return true;
  }

  // ---- the element that next() stepped into

  /** Its first byte: {@code + - : $ * _ , # ( = ! % ~ > |}. */
  public byte type() {
    return type;
  }

  public boolean isError() {
    return type == '-' || type == '!';
  }

  /** Whether it is a null, in any of the three spellings. */
  public boolean isNull() {
    return type == '_' || number < 0 && type != ':';
  }

  /** The value of an integer. */
  public long integer() {
    return number;
  }

  /** The number of elements that follow as its content; of a map, keys and values; 0 of others. */
  public long elements() {
    return switch (type) {
      case '*', '~', '>' -> Math.max(number, 0);
      case '%', '|' -> 2 * Math.max(number, 0);
      default -> 0;
    };
  }

  /** Index in {@link #buffer} of the first byte of a string, an error or a number's text. */
  public int payloadStart() {
    return payloadStart;
  }

  public int payloadLength() {
    return payloadLength;
  }

  /** The payload as UTF-8. */
  public String text() {
    return new String(bytes, payloadStart, payloadLength, StandardCharsets.UTF_8);
  }

  // ---- trees

  /** The next reply, attributes left out; null if it has not come completely. */
  public @Nullable Reply read() {
    int start = at;
    if (!skip()) {
      return null;
    }
    at = start;
    return tree(NESTING_MAX);
  }

  private Reply tree(int levels) {
    next();
    while (type == '|') {
      for (long left = elements(); left > 0; left--) {
        skip();
      }
      next();
    }
    if (isNull()) {
      return NIL;
    }
    return switch (type) {
      case '+' -> new Reply.SimpleString(text());
      case '-', '!' -> new Reply.SimpleError(text());
      case ':' -> new Reply.Int(number);
      case '$' -> new Reply.BulkString(payload());
      case ',' -> new Reply.Real(real());
      case '#' -> new Reply.Bool(payloadLength == 1 && bytes[payloadStart] == 't');
      case '(' -> new Reply.BigNumber(text());
      case '=' -> verbatim();
      case '%' -> new Reply.Pairs(pairs(levels));
      case '~' -> new Reply.Distinct(trees(levels));
      case '>' -> new Reply.Push(trees(levels));
      default -> new Reply.Array(trees(levels));
    };
  }

  private List<Reply> trees(int levels) {
    checkNesting(levels);
    List<Reply> elements = new ArrayList<>();
    for (long left = elements(); left > 0; left--) {
      elements.add(tree(levels - 1));
    }
    return elements;
  }

  private List<Reply.Pair> pairs(int levels) {
    checkNesting(levels);
    List<Reply.Pair> pairs = new ArrayList<>();
    for (long left = number; left > 0; left--) {
      Reply key = tree(levels - 1);
      pairs.add(new Reply.Pair(key, tree(levels - 1)));
    }
    return pairs;
  }

  private static void checkNesting(int levels) {
    if (levels == 0) {
      throw new MalformedReplyException("more than " + NESTING_MAX + " levels");
    }
  }

  private byte[] payload() {
    byte[] payload = new byte[payloadLength];
    System.arraycopy(bytes, payloadStart, payload, 0, payloadLength);
    return payload;
  }

  private double real() {
    double value = Decimal.toDouble(bytes, payloadStart, payloadLength);
    if (Double.isNaN(value) && !text().endsWith("nan")) {
      throw new MalformedReplyException("not a double: " + text());
    }
    return value;
  }

  private Reply verbatim() {
    String text = text();
    if (payloadLength < 4 || bytes[payloadStart + 3] != ':') {
      throw new MalformedReplyException("verbatim text without format");
    }
    return new Reply.Verbatim(text.substring(0, 3), text.substring(4));
  }

  // ---- bytes

  /** The index of the carriage return that ends the line at the cursor, or -1. */
  private int lineEnd() {
    for (int i = at; i < end - 1; i++) {
      if (bytes[i] == '\r' && bytes[i + 1] == '\n') {
        return i;
      }
    }
    return -1;
  }

  private long number(long min, long max) {
    if (!Decimal.isLong(bytes, payloadStart, payloadLength)) {
      throw new MalformedReplyException("not a number: " + text());
    }
    long value = Decimal.toLong(bytes, payloadStart, payloadLength);
    if (value < min || value > max) {
      throw new MalformedReplyException("not a length: " + value);
    }
    return value;
  }
}
