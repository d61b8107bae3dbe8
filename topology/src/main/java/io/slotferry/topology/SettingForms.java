package io.slotferry.topology;

import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.StringJoiner;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The written forms of settings: numbers of bytes, event classes, limits, and the like. */
final class SettingForms {
  private static final Pattern INTEGER = Pattern.compile("-?\\d{1,18}|-?9\\d{18}");

  /** No unit reaches 2^63 from so many digits. */
  private static final int BYTES_DIGITS_MAX = 19;

  private static final Map<String, Long> BYTE_UNITS =
      Map.of(
          "",
          1L,
          "b",
          1L,
          "k",
          1_000L,
          "kb",
          1L << 10,
          "m",
          1_000_000L,
          "mb",
          1L << 20,
          "g",
          1_000_000_000L,
          "gb",
          1L << 30);

  /** Those that A stands for, and behind them those that it does not. */
  private static final String ALL_EVENT_CLASSES = "g$lshzxetd";

  private static final String OTHER_EVENT_CLASSES = "nKEm";

  private SettingForms() {}

  static boolean isInteger(String value) {
    if (!INTEGER.matcher(value).matches()) {
      return false;
    }
    try {
      Long.parseLong(value);
      return true;
    } catch (NumberFormatException e) {
      return false;
    }
  }

  /** Bytes with an optional unit, -1 when it is none. */
  static long bytes(String value) {
    String lower = value.toLowerCase(Locale.ROOT);
    int digits = 0;
    while (digits < lower.length() && lower.charAt(digits) >= '0' && lower.charAt(digits) <= '9') {
      digits++;
    }
    Long unit = BYTE_UNITS.get(lower.substring(digits));
    if (digits == 0 || digits > BYTES_DIGITS_MAX || unit == null) {
      return -1;
    }
    try {
      return Math.multiplyExact(Long.parseLong(lower, 0, digits, 10), unit);
    } catch (ArithmeticException | NumberFormatException e) {
      return -1;
    }
  }

  static boolean isSavePoints(String value) {
    if (value.isEmpty()) {
      return true;
    }
    String[] numbers = value.split(" ");
    boolean valid = numbers.length % 2 == 0;
    for (int i = 0; i < numbers.length && valid; i++) {
      valid = isInteger(numbers[i]) && Long.parseLong(numbers[i]) >= (i % 2 == 0 ? 1 : 0);
    }
    return valid;
  }

  static @Nullable String badPercentiles(String value) {
    if (value.isEmpty()) {
      return null;
    }
    for (String number : value.split(" ")) {
      double percentile;
      try {
        percentile = Double.parseDouble(number);
      } catch (NumberFormatException e) {
        return "Invalid latency-tracking-info-percentiles parameters";
      }
      if (!(percentile >= 0 && percentile <= 100)) {
        return "latency-tracking-info-percentiles parameters should sit between [0.0,100.0]";
      }
    }
    return null;
  }

  /** 99.90 is written 99.9, and 50.0 is written 50. */
  static String percentiles(String value) {
    StringJoiner plain = new StringJoiner(" ");
    for (String number : value.isEmpty() ? new String[0] : value.split(" ")) {
      double percentile = Double.parseDouble(number);
      plain.add(
          percentile == Math.rint(percentile)
              ? Long.toString((long) percentile)
              : Double.toString(percentile));
    }
    return plain.toString();
  }

  static @Nullable String badEventClasses(String value) {
    String known = "A" + ALL_EVENT_CLASSES + OTHER_EVENT_CLASSES;
    return value.chars().allMatch(c -> known.indexOf(c) >= 0)
        ? null
        : "Invalid event class character. Use 'Ag$lshzxeKEtmdn'.";
  }

  static String eventClasses(String value) {
    String classes = only(value.indexOf('A') >= 0 ? ALL_EVENT_CLASSES : value, ALL_EVENT_CLASSES);
    return (classes.equals(ALL_EVENT_CLASSES) ? "A" : classes) + only(value, OTHER_EVENT_CLASSES);
  }

  /** Those of {@code classes} that {@code value} has. */
  private static String only(String value, String classes) {
    StringBuilder found = new StringBuilder();
    classes.chars().filter(c -> value.indexOf(c) >= 0).forEach(c -> found.append((char) c));
    return found.toString();
  }

  static @Nullable String badOutputLimits(String value) {
    String[] words = value.split(" ");
    if (words.length % 4 != 0) {
      return "Wrong number of arguments in buffer limit configuration.";
    }
    for (int i = 0; i < words.length; i += 4) {
      if (clientClass(words[i]).isEmpty()) {
        return "Invalid client class specified in buffer limit configuration.";
      }
      boolean valid =
          bytes(words[i + 1]) >= 0
              && bytes(words[i + 2]) >= 0
              && isInteger(words[i + 3])
              && Long.parseLong(words[i + 3]) >= 0;
      if (!valid) {
        return "Error in hard, soft or soft_seconds setting in buffer limit configuration.";
      }
    }
    return null;
  }

  private static String clientClass(String word) {
    return switch (word.toLowerCase(Locale.ROOT)) {
      case "normal" -> "normal";
      case "slave", "replica" -> "slave";
      case "pubsub" -> "pubsub";
      default -> "";
    };
  }

  static String outputLimits(String value, String before) {
    Map<String, String> limits = new LinkedHashMap<>();
    for (String words : new String[] {before, value}) {
      String[] word = words.split(" ");
      for (int i = 0; i + 3 < word.length; i += 4) {
        String limit = bytes(word[i + 1]) + " " + bytes(word[i + 2]) + " " + word[i + 3];
        limits.put(clientClass(word[i]), limit);
      }
    }
    StringBuilder all = new StringBuilder();
    limits.forEach((name, limit) ->
        all.append(all.isEmpty() ? "" : " ").append(name).append(' ').append(limit));
    return all.toString();
  }
}
