package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A pattern of SORT's BY and GET: {@code weight_*} is the string at the key that an element makes
 * of it, {@code object_*->field} a field of the hash there, {@code #} the element itself.
 */
final class SortPattern {
  private static final int NONE = -1;

  private final byte[] pattern;
  private final int star;

  /** Where "->" stands, or the pattern's end without a field. */
  private final int keyEnd;

  private final boolean hasField;

  SortPattern(byte[] pattern) {
    this.pattern = pattern;
    this.star = indexOf(pattern, '*', 0);
    int arrow = star == NONE ? NONE : arrow(pattern, star + 1);
    this.hasField = arrow != NONE && arrow + 2 < pattern.length;
    this.keyEnd = hasField ? arrow : pattern.length;
  }

  private static int indexOf(byte[] bytes, char wanted, int from) {
    for (int i = from; i < bytes.length; i++) {
      if (bytes[i] == wanted) {
        return i;
      }
    }
    return NONE;
  }

  private static int arrow(byte[] bytes, int from) {
    int dash = indexOf(bytes, '-', from);
    while (dash != NONE && (dash + 1 == bytes.length || bytes[dash + 1] != '>')) {
      dash = indexOf(bytes, '-', dash + 1);
    }
    return dash;
  }

  /** Whether it makes the same of every element. */
  boolean isConstant() {
    return star == NONE;
  }

  /** What an element makes of the pattern; null when there is no such key or field. */
  byte @Nullable [] lookUp(CommandContext context, byte[] element) {
    if (star == NONE) {
      return pattern.length == 1 && pattern[0] == '#' ? element : null;
    }
    Value value = context.peek(key(element));
    if (hasField) {
      Slice slice = new Slice();
      int field = keyEnd + 2;
      boolean found =
          value instanceof HashValue hash
              && hash.get(pattern, field, pattern.length - field, slice)
              && !isExpired(context, hash, hash.find(pattern, field, pattern.length - field));
      return found ? slice.toByteArray() : null;
    }
    return value instanceof StringValue string ? string.toByteArray() : null;
  }

  private static boolean isExpired(CommandContext context, HashValue hash, int position) {
    long expiry = hash.expiryAt(position);
    return expiry != HashValue.NO_EXPIRY && expiry <= context.nowMillis();
  }

  private byte[] key(byte[] element) {
    byte[] key = Arrays.copyOf(pattern, keyEnd - 1 + element.length);
    System.arraycopy(element, 0, key, star, element.length);
    System.arraycopy(pattern, star + 1, key, star + element.length, keyEnd - star - 1);
    return key;
  }
}
