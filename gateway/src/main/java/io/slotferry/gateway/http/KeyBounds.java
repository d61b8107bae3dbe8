package io.slotferry.gateway.http;

import static io.slotferry.gateway.http.Text.utf8;

import io.slotferry.topology.KeyOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** Two ends of a range of ordered keys that only get closer; each as KEYRANGE wants it. */
final class KeyBounds {
  private final KeyOrder order;
  private byte @Nullable [] min;
  private boolean minExclusive;
  private byte @Nullable [] max;

  KeyBounds(KeyOrder order) {
    this.order = order;
  }

  /** Only keys from {@code key} on. */
  void from(byte[] key) {
    if (min == null || order.compare(key, min) > 0) {
      min = key;
      minExclusive = false;
    }
  }

  /** Only keys after {@code key}. */
  void after(byte[] key) {
    if (min == null || order.compare(key, min) >= 0) {
      min = key;
      minExclusive = true;
    }
  }

  /** Only keys before {@code key}. */
  void before(byte[] key) {
    if (max == null || order.compare(key, max) < 0) {
      max = key;
    }
  }

  /**
   * No key that begins with {@code prefix} is left out. In bytewise order only those are left; in
   * natural order others may be between them, as {@code a2} is between {@code a1} and {@code a10}.
   */
  void prefix(byte[] prefix) {
    from(prefix);
    byte[] end = prefixEnd(order, prefix);
    if (end != null) {
      before(end);
    }
  }

  /**
   * A key above all that begin with {@code prefix}: the last byte that can grow does. A digit
   * cannot in natural order, nor can a byte become one: both would be read with digits around them.
   */
  private static byte @Nullable [] prefixEnd(KeyOrder order, byte[] prefix) {
    int length = prefix.length;
    while (length > 0 && !canGrow(order, prefix[length - 1])) {
      length--;
    }
    if (length == 0) {
      return null;
    }
    byte[] end = Arrays.copyOf(prefix, length);
    boolean beforeDigits = order == KeyOrder.NATURAL && end[length - 1] == '0' - 1;
    end[length - 1] = beforeDigits ? '9' + 1 : (byte) (end[length - 1] + 1);
    return end;
  }

  private static boolean canGrow(KeyOrder order, byte last) {
    return last != (byte) 0xff && !(order == KeyOrder.NATURAL && last >= '0' && last <= '9');
  }

  byte[] min() {
    return min == null ? utf8("-") : bound(minExclusive ? '(' : '[', min);
  }

  byte[] max() {
    return max == null ? utf8("+") : bound('(', max);
  }

  private static byte[] bound(char kind, byte[] key) {
    byte[] bound = new byte[key.length + 1];
    bound[0] = (byte) kind;
    System.arraycopy(key, 0, bound, 1, key.length);
    return bound;
  }
}
