package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;

/**
 * A part of a sorted set, told by ranks, by scores ({@code (1.5}, {@code -inf}) or by members
 * ({@code [a}, {@code (a}, {@code -}, {@code +}); {@link #resolve} turns it into ranks {@code
 * [from, to)}.
 */
final class RankRange {
  enum By {
    RANK,
    SCORE,
    MEMBER
  }

  private final By by;
  private final Request request;
  private final int minArgument;
  private final int maxArgument;

  /** Ranks as they were given, negative ones from the end; or whole scores. */
  private long minRank;

  private long maxRank;
  private double minScore;
  private double maxScore;

  /** The ranks that are meant, counted from the lowest score: the first one, and after the last. */
  private int from;

  private int to;

  /** Reads the bounds, the lower one at {@code min}; latches what is wrong with them. */
  RankRange(CommandContext context, By by, int min, int max) {
    this.by = by;
    this.request = context.request();
    this.minArgument = min;
    this.maxArgument = max;
    switch (by) {
      case RANK -> {
        minRank = context.integer(min);
        maxRank = context.integer(max);
      }
      case SCORE -> {
        minScore = score(min);
        maxScore = score(max);
        if (Double.isNaN(minScore) || Double.isNaN(maxScore)) {
          context.fail("ERR min or max is not a float");
        }
      }
      case MEMBER -> {
        if (!isMemberBound(min) || !isMemberBound(max)) {
          context.fail("ERR min or max not valid string range item");
        }
      }
    }
  }

  private boolean isOpen(int argument) {
    return request.length(argument) > 0 && byteAt(argument) == '(';
  }

  private byte byteAt(int argument) {
    return request.buffer()[request.start(argument)];
  }

  private double score(int argument) {
    int sign = isOpen(argument) ? 1 : 0;
    int length = request.length(argument) - sign;
    // C's strtod reads nothing as 0.
    return length == 0
        ? 0
        : Decimal.toDouble(request.buffer(), request.start(argument) + sign, length);
  }

  private boolean isMemberBound(int argument) {
    if (request.length(argument) == 0) {
      return false;
    }
    return switch (byteAt(argument)) {
      case '(', '[' -> true;
      case '-', '+' -> request.length(argument) == 1;
      default -> false;
    };
  }

  /**
   * Finds the ranks in {@code set}.
   *
   * @param reverse whether ranks that were given count from the highest score
   */
  void resolve(SortedSetValue set, boolean reverse) {
    switch (by) {
      case RANK -> resolveRanks(set.size(), reverse);
      case SCORE -> {
        from = set.rankOf(minScore, isOpen(minArgument));
        to = set.rankOf(maxScore, !isOpen(maxArgument));
      }
      case MEMBER -> {
        from = rankOfMember(set, minArgument, isOpen(minArgument));
        to = rankOfMember(set, maxArgument, !isOpen(maxArgument));
      }
    }
    to = Math.max(from, to);
  }

  private void resolveRanks(int size, boolean reverse) {
    long first = Math.max(0, minRank < 0 ? size + minRank : minRank);
    long last = Math.min(size - 1, maxRank < 0 ? size + maxRank : maxRank);
    if (first > last) {
      from = 0;
      to = 0;
    } else if (reverse) {
      from = (int) (size - 1 - last);
      to = (int) (size - first);
    } else {
      from = (int) first;
      to = (int) last + 1;
    }
  }

  private int rankOfMember(SortedSetValue set, int argument, boolean after) {
    return switch (byteAt(argument)) {
      case '-' -> 0;
      case '+' -> set.size();
      default ->
          set.rankOf(
              request.buffer(), request.start(argument) + 1, request.length(argument) - 1, after);
    };
  }

  /**
   * Leaves {@code offset} members out and keeps {@code limit}; a negative limit keeps all, a
   * negative offset none, as in Redis.
   */
  void limit(long offset, long limit, boolean reverse) {
    int size = size();
    int skipped = offset < 0 ? size : (int) Math.min(offset, size);
    int kept = limit < 0 ? size - skipped : (int) Math.min(limit, size - skipped);
    if (reverse) {
      to -= skipped;
      from = to - kept;
    } else {
      from += skipped;
      to = from + kept;
    }
  }

  int from() {
    return from;
  }

  int to() {
    return to;
  }

  int size() {
    return to - from;
  }

  SortedSetValue.Walk walk(SortedSetValue set, boolean reverse) {
    return reverse ? set.walk(to - 1, true) : set.walk(from, false);
  }
}
