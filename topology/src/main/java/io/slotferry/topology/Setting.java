package io.slotferry.topology;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One setting of {@code CONFIG GET} and {@code CONFIG SET}: its name, whose it is, and which values
 * it takes, with Redis' own words for the others.
 *
 * @param alias its older name; empty when it has none
 * @param words the words that it takes, of kind WORD and WORDS
 * @param initial its value when nobody has set it, in canonical form
 */
public record Setting(
    String name,
    String alias,
    Scope scope,
    Kind kind,
    long min,
    long max,
    List<String> words,
    String initial) {
  /** Whose value it is. */
  public enum Scope {
    /** One value in the whole cluster, which stands in the cluster map. */
    CLUSTER,
    /** Each gateway's own; forgotten when it stops. */
    GATEWAY,
    /** Cannot be set. */
    FIXED
  }

  /** What values it takes. */
  enum Kind {
    TEXT,
    YES_NO,
    INTEGER,
    /** A number of bytes, which may have a unit: 100mb. */
    BYTES,
    /** A number of bytes, or a percentage. */
    BYTES_OR_PERCENT,
    /** One of the words. */
    WORD,
    /** Some of the words, blanks between them. */
    WORDS,
    /** Pairs of seconds and changes. */
    SAVE_POINTS,
    /** Classes of keyspace events, a letter each. */
    EVENT_CLASSES,
    /** For a class of clients each: hard limit, soft limit, seconds. */
    OUTPUT_LIMITS,
    PERCENTILES
  }

  public Setting {
    words = List.copyOf(words);
  }

  /** Why {@code value} cannot be its value; null when it can. */
  public @Nullable String refusal(String value) {
    return switch (kind) {
      case TEXT -> null;
      case YES_NO -> isWord(List.of("yes", "no"), value) ? null : "argument must be 'yes' or 'no'";
      case INTEGER -> badInteger(value);
      case BYTES -> badBytes(value, "argument must be a memory value");
      case BYTES_OR_PERCENT ->
          value.endsWith("%")
              ? badPercent(value)
              : badBytes(value, "argument must be a memory or percent value");
      case WORD -> isWord(words, value) ? null : badWord();
      case WORDS -> isWords(value) ? null : badWord();
      case SAVE_POINTS -> SettingForms.isSavePoints(value) ? null : "Invalid save parameters";
      case EVENT_CLASSES -> SettingForms.badEventClasses(value);
      case OUTPUT_LIMITS -> SettingForms.badOutputLimits(value);
      case PERCENTILES -> SettingForms.badPercentiles(value);
    };
  }

  private static boolean isWord(List<String> words, String value) {
    return words.contains(value.toLowerCase(Locale.ROOT));
  }

  private boolean isWords(String value) {
    return List.of(value.toLowerCase(Locale.ROOT).split(" ")).stream().allMatch(words::contains);
  }

  private String badWord() {
    return "argument(s) must be one of the following: " + String.join(", ", words);
  }

  private @Nullable String badInteger(String value) {
    if (!SettingForms.isInteger(value)) {
      return "argument couldn't be parsed into an integer";
    }
    return outOfBounds(Long.parseLong(value));
  }

  private @Nullable String badBytes(String value, String notBytes) {
    long bytes = SettingForms.bytes(value);
    return bytes < 0 ? notBytes : outOfBounds(bytes);
  }

  private @Nullable String outOfBounds(long value) {
    return value < min || value > max
        ? "argument must be between %d and %d inclusive".formatted(min, max)
        : null;
  }

  private static @Nullable String badPercent(String value) {
    String number = value.substring(0, value.length() - 1);
    if (!SettingForms.isInteger(number) || number.startsWith("-")) {
      return "argument must be a memory or percent value";
    }
    return Long.parseLong(number) > 100 ? "percentage argument must be less or equal to 100" : null;
  }

  /**
   * The form in which a value that {@link #refusal} lets pass is kept and shown.
   *
   * @param before the value so far, which some kinds change only in part
   */
  public String canonical(String value, String before) {
    return switch (kind) {
      case TEXT, SAVE_POINTS -> value;
      case PERCENTILES -> SettingForms.percentiles(value);
      case INTEGER -> Long.toString(Long.parseLong(value));
      case YES_NO, WORD -> value.toLowerCase(Locale.ROOT);
      case WORDS ->
          String.join(" ", inTableOrder(Set.of(value.toLowerCase(Locale.ROOT).split(" "))));
      case BYTES, BYTES_OR_PERCENT ->
          value.endsWith("%") ? value : Long.toString(SettingForms.bytes(value));
      case EVENT_CLASSES -> SettingForms.eventClasses(value);
      case OUTPUT_LIMITS -> SettingForms.outputLimits(value, before);
    };
  }

  private List<String> inTableOrder(Set<String> chosen) {
    return words.stream().filter(chosen::contains).toList();
  }
}
