package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.topology.Slots;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Whether the keys that SORT makes of its patterns can only be in the slot of the key it sorts: a
 * pattern must have its tag, <code>{…}</code>, before the {@code *}. Asked when there are several
 * shards; a single one has all keys.
 */
final class SortPatterns {
  private static final String DENIED =
      " option of SORT denied in Cluster mode when keys formed by the pattern may be in different"
          + " slots.";

  private SortPatterns() {}

  /** What is wrong with the request's patterns, or null. */
  static @Nullable String refusal(Request request, int partition) {
    for (int i = 2; i < request.count(); i++) {
      boolean hasNext = i + 1 < request.count();
      if (request.is(i, "LIMIT")) {
        i += 2;
      } else if (hasNext && request.is(i, "STORE")) {
        i++;
      } else if (hasNext && request.is(i, "BY")) {
        i++;
        String pattern = request.text(i);
        if (pattern.indexOf('*') >= 0 && leavesSlot(pattern, partition)) {
          return "ERR BY" + DENIED;
        }
      } else if (hasNext && request.is(i, "GET")) {
        i++;
        String pattern = request.text(i);
        if (!pattern.equals("#") && leavesSlot(pattern, partition)) {
          return "ERR GET" + DENIED;
        }
      }
    }
    return null;
  }

  private static boolean leavesSlot(String pattern, int partition) {
    int star = pattern.indexOf('*');
    String fixed = star < 0 ? pattern : pattern.substring(0, star);
    int open = fixed.indexOf('{');
    int close = open < 0 ? -1 : fixed.indexOf('}', open);
    boolean hasTag = close > open + 1;
    if (partition >= Slots.COUNT || (star >= 0 && !hasTag)) {
      return true;
    }
    byte[] key = fixed.getBytes(StandardCharsets.ISO_8859_1);
    return Slots.slotOf(key) != partition;
  }
}
