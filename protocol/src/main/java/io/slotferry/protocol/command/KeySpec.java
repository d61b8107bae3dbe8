package io.slotferry.protocol.command;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import java.util.List;

/**
 * One of the key specifications of a command: where some of its keys begin, how many there are, and
 * what the command does to them.
 *
 * @param flags Redis' names: RO, RW, OW or RM, and access, update, insert, delete, …
 */
public record KeySpec(List<String> flags, Begin begin, Find find) {
  private static final int NONE = -1;

  public KeySpec {
    flags = List.copyOf(flags);
  }

  /** Where the first key is. */
  public sealed interface Begin {
    /** At an argument. */
    record Index(int argument) implements Begin {}

    /** Behind a word that is looked for from an argument on; from the end if that is negative. */
    record Keyword(String word, int from) implements Begin {}

    record Unknown() implements Begin {}
  }

  /** Which arguments from the first key on are keys. */
  public sealed interface Find {
    /**
     * @param last counted from the first key, or from the end when negative
     * @param limit the keys are the first part of so many of the rest; 0 and 1: all of it
     */
    record Range(int last, int step, int limit) implements Find {}

    /**
     * As many as an argument says.
     *
     * @param index of that argument, counted from where the keys begin
     * @param first the first key, counted from there too
     */
    record KeyNumber(int index, int first, int step) implements Find {}

    record Unknown() implements Find {}
  }

  /**
   * Of {@code flag+flag:begin:find}: {@code index,POS}, {@code keyword,WORD,FROM} or {@code
   * unknown}, and {@code range,LAST,STEP,LIMIT}, {@code keynum,INDEX,FIRST,STEP} or {@code
   * unknown}.
   */
  static KeySpec parse(String text) {
    String[] parts = text.split(":");
    return new KeySpec(
        List.of(parts[0].split("\\+")), begin(parts[1].split(",")), find(parts[2].split(",")));
  }

  private static Begin begin(String[] parts) {
    return switch (parts[0]) {
      case "index" -> new Begin.Index(Integer.parseInt(parts[1]));
      case "keyword" -> new Begin.Keyword(parts[1], Integer.parseInt(parts[2]));
      default -> new Begin.Unknown();
    };
  }

  private static Find find(String[] parts) {
    return switch (parts[0]) {
      case "range" ->
          new Find.Range(
              Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), Integer.parseInt(parts[3]));
      case "keynum" ->
          new Find.KeyNumber(
              Integer.parseInt(parts[1]), Integer.parseInt(parts[2]), Integer.parseInt(parts[3]));
      default -> new Find.Unknown();
    };
  }

  /** Adds the keys of a request; none when the request is not as the specification says. */
  void addKeys(Request request, KeyReferences keys) {
    int first = first(request);
    if (first == NONE) {
      return;
    }
    switch (find) {
      case Find.Range range ->
          addKeys(request, first, last(range, first, request.count()), range.step(), keys);
      case Find.KeyNumber number -> {
        long count = number(request, first + number.index());
        long last = first + number.first() + (count - 1) * number.step();
        addKeys(
            request,
            first + number.first(),
            (int) Math.min(last, Integer.MAX_VALUE),
            number.step(),
            keys);
      }
      case Find.Unknown _ -> {
        // Only the command itself knows.
      }
    }
  }

  private void addKeys(Request request, int first, int last, int step, KeyReferences keys) {
    if (last < request.count()) {
      for (int at = first; at <= last; at += step) {
        keys.add(at, flags);
      }
    }
  }

  private int first(Request request) {
    return switch (begin) {
      case Begin.Index index -> index.argument();
      case Begin.Keyword keyword -> behind(request, keyword);
      case Begin.Unknown _ -> NONE;
    };
  }

  private static int behind(Request request, Begin.Keyword keyword) {
    int step = keyword.from() < 0 ? -1 : 1;
    int at = keyword.from() < 0 ? request.count() + keyword.from() : keyword.from();
    for (; at >= 1 && at < request.count(); at += step) {
      if (request.is(at, keyword.word())) {
        return at + 1;
      }
    }
    return NONE;
  }

  private static int last(Find.Range range, int first, int count) {
    if (range.last() >= 0) {
      return first + range.last();
    }
    return range.limit() > 1
        ? first + (count - first) / range.limit() + range.last()
        : count + range.last();
  }

  private static long number(Request request, int argument) {
    if (argument >= request.count()) {
      return 0;
    }
    byte[] buffer = request.buffer();
    int start = request.start(argument);
    int length = request.length(argument);
    return Decimal.isLong(buffer, start, length)
        ? Math.clamp(Decimal.toLong(buffer, start, length), 0, Integer.MAX_VALUE)
        : 0;
  }
}
