package io.slotferry.gateway.http;

import io.slotferry.topology.Slots;
import io.vertx.core.json.JsonArray;
import java.util.BitSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Slots and tablets as text: {@code 0-99} or {@code 7}, several with commas or in an array. */
final class Ranges {
  private static final Pattern RANGE = Pattern.compile("(\\d{1,5})(?:-(\\d{1,5}))?");

  private Ranges() {}

  /**
   * @param ascending partition ids
   */
  static JsonArray of(int[] ascending) {
    JsonArray ranges = new JsonArray();
    for (int start = 0; start < ascending.length; ) {
      int end = start;
      while (end + 1 < ascending.length && ascending[end + 1] == ascending[end] + 1) {
        end++;
      }
      String first = Integer.toString(ascending[start]);
      ranges.add(start == end ? first : first + "-" + ascending[end]);
      start = end + 1;
    }
    return ranges;
  }

  /** Slots from {@code "0-99,200"}, {@code 200} or an array of such; ascending. */
  static int[] slots(@Nullable Object json) {
    BitSet slots = new BitSet(Slots.COUNT);
    if (json instanceof JsonArray array) {
      array.forEach(each -> addAll(each, slots));
    } else {
      addAll(json, slots);
    }
    return slots.stream().toArray();
  }

  private static void addAll(@Nullable Object json, BitSet slots) {
    if (!(json instanceof String) && !(json instanceof Number)) {
      throw bad(String.valueOf(json));
    }
    for (String range : json.toString().split(",", -1)) {
      Matcher matcher = RANGE.matcher(range.trim());
      if (!matcher.matches()) {
        throw bad(range);
      }
      int first = Integer.parseInt(matcher.group(1));
      int last = matcher.group(2) == null ? first : Integer.parseInt(matcher.group(2));
      if (first > last || last >= Slots.COUNT) {
        throw bad(range);
      }
      slots.set(first, last + 1);
    }
  }

  private static ProblemException bad(String range) {
    return new ProblemException(
        Problem.badRequest(
            "'" + range + "' is no range of slots, such as 7 or 0-99, up to " + (Slots.COUNT - 1)));
  }
}
