package io.slotferry.engine.redis;

import io.slotferry.protocol.differential.Reply;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/** What is different between the streams of Redis 7.2, which we keep, and those of 7.0. */
final class StreamDifferences {
  /** Keys of what XINFO tells since 7.2. */
  private static final Set<String> SINCE_72 = Set.of("inactive", "active-time");

  /** Keys before what depends on the clock. */
  private static final Set<String> TIMES = Set.of("idle", "seen-time");

  private static final long TIME_MILLIS_MAX = 120_000;

  private StreamDifferences() {}

  /**
   * Since 7.2 a read or a claim creates its consumer even if there is nothing for it: here it is
   * there before.
   */
  static List<List<String>> consumerCreations(List<String> command) {
    List<List<String>> creations = new ArrayList<>();
    String name = command.getFirst();
    if ((name.equals("XCLAIM") || name.equals("XAUTOCLAIM")) && command.size() > 3) {
      creations.add(creation(command.get(1), command.get(2), command.get(3)));
    } else if (name.equals("XREADGROUP")) {
      int first = command.indexOf("STREAMS") + 1;
      for (int i = first; i < first + (command.size() - first) / 2; i++) {
        creations.add(creation(command.get(i), command.get(2), command.get(3)));
      }
    }
    return creations;
  }

  private static List<String> creation(String key, String group, String consumer) {
    return List.of("XGROUP", "CREATECONSUMER", key, group, consumer);
  }

  /** XSETID has one more condition. */
  static boolean isRefusedSince72(byte[] reply) {
    return new String(reply, StandardCharsets.ISO_8859_1)
        .contains("smaller than current max_deleted_entry_id");
  }

  /** The error has another text. */
  static boolean isUnbalanced(Reply reply) {
    return reply.text().startsWith("ERR Unbalanced ");
  }

  static boolean areEqualButForTimes(Reply redis, Reply engine) {
    Reply known = withoutNew(engine);
    return redis.type() == known.type()
        && redis.text().equals(known.text())
        && haveEqualElements(redis.elements(), known.elements());
  }

  private static boolean haveEqualElements(List<Reply> redis, List<Reply> engine) {
    boolean isEqual = redis.size() == engine.size();
    for (int i = 0; isEqual && i < redis.size(); i++) {
      isEqual =
          isTime(redis, i)
              ? isNear(redis.get(i), engine.get(i))
              : areEqualButForTimes(redis.get(i), engine.get(i));
    }
    return isEqual;
  }

  /** By its name before it, or second before the number of deliveries. */
  private static boolean isTime(List<Reply> elements, int i) {
    boolean isNumber = elements.get(i).type() == ':';
    boolean isNamed = i > 0 && TIMES.contains(elements.get(i - 1).text());
    boolean isOfPending = (i == 1 || i == 2) && elements.size() == i + 2;
    return isNumber && (isNamed || isOfPending);
  }

  private static boolean isNear(Reply left, Reply right) {
    long distance = Long.parseLong(left.text()) - Long.parseLong(right.text());
    return left.type() == right.type() && Math.abs(distance) < TIME_MILLIS_MAX;
  }

  private static Reply withoutNew(Reply reply) {
    List<Reply> kept = new ArrayList<>(reply.elements());
    for (int i = 0; i + 1 < kept.size(); i++) {
      if (SINCE_72.contains(kept.get(i).text())) {
        kept.subList(i, i + 2).clear();
      }
    }
    int dropped = reply.elements().size() - kept.size();
    if (dropped == 0) {
      return reply;
    }
    int each = reply.type() == '%' ? 2 : 1;
    return new Reply(reply.type(), "" + kept.size() / each, kept);
  }
}
