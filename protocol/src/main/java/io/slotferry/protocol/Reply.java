package io.slotferry.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.List;

/**
 * A reply as a tree, for those who are not on the data path: HTTP, the command line, tests. {@link
 * ReplyReader#read} makes it from RESP2 or RESP3.
 */
public sealed interface Reply {

  /** {@code +OK}. */
  record SimpleString(String text) implements Reply {}

  /** {@code -ERR …}, or RESP3's bulk error. */
  record SimpleError(String message) implements Reply {}

  record Int(long value) implements Reply {}

  /** Bytes, not to be changed. */
  record BulkString(byte[] bytes) implements Reply {
    /** The bytes as UTF-8. */
    public String text() {
      return new String(bytes, StandardCharsets.UTF_8);
    }

    @Override
    public boolean equals(Object other) {
      return other instanceof BulkString(byte[] others) && Arrays.equals(bytes, others);
    }

    @Override
    public int hashCode() {
      return Arrays.hashCode(bytes);
    }

    @Override
    public String toString() {
      return "BulkString[" + new String(bytes, StandardCharsets.ISO_8859_1) + "]";
    }
  }

  /** RESP3's null, and RESP2's null bulk string and null array. */
  record Nil() implements Reply {}

  record Real(double value) implements Reply {}

  record Bool(boolean value) implements Reply {}

  record BigNumber(String digits) implements Reply {}

  /** Text with its three-letter format, "txt" or "mkd". */
  record Verbatim(String format, String text) implements Reply {}

  record Array(List<Reply> elements) implements Reply {}

  /** A map; pairs in the order they came. */
  record Pairs(List<Pair> pairs) implements Reply {}

  record Pair(Reply key, Reply value) {}

  /** A set; elements in the order they came. */
  record Distinct(List<Reply> elements) implements Reply {}

  /** An out-of-band message. */
  record Push(List<Reply> elements) implements Reply {}
}
