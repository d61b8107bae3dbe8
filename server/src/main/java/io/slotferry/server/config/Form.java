package io.slotferry.server.config;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What a setting's value must look like. Lists and maps can be written in one line too ({@code a,b}
 * and {@code a=x,b=y}), which is how they stand in environment variables.
 */
interface Form<T> {
  /**
   * @param refusal receives the reason, without the setting's name, when the answer is null
   */
  @Nullable T parse(Raw raw, Consumer<String> refusal);

  static Form<String> text() {
    return scalar("a single value", text -> text);
  }

  /** A node's id names its folder and its addresses on the event bus. Empty for none. */
  static Form<String> name() {
    return scalar(
        "at most 64 letters, digits, '.', '_' and '-', a letter or digit first",
        text -> text.matches("|[A-Za-z0-9][A-Za-z0-9._-]{0,63}") ? text : null);
  }

  static Form<Path> folder() {
    return scalar(
        "a folder", text -> text.isBlank() || text.indexOf('\0') >= 0 ? null : Path.of(text));
  }

  static Form<Boolean> bool() {
    return scalar(
        "true or false",
        text ->
            switch (text) {
              case "true" -> true;
              case "false" -> false;
              default -> null;
            });
  }

  static Form<Integer> integer(int min, int max) {
    return scalar(
        "a number from " + min + " to " + max,
        text -> {
          try {
            int number = Integer.parseInt(text);
            return number >= min && number <= max ? number : null;
          } catch (NumberFormatException e) {
            return null;
          }
        });
  }

  /** A TCP port; 0 takes any free one. */
  static Form<Integer> port() {
    return integer(0, 65_535);
  }

  static <E extends Enum<E>> Form<E> oneOf(Class<E> type) {
    return scalar("one of " + names(type), text -> constant(type, text));
  }

  static <E extends Enum<E>> Form<Set<E>> someOf(Class<E> type) {
    Form<List<String>> list = texts();
    return (raw, refusal) -> {
      List<String> names = list.parse(raw, refusal);
      if (names == null) {
        return null;
      }
      Set<E> chosen = EnumSet.noneOf(type);
      for (String name : names) {
        E constant = constant(type, name);
        if (constant == null) {
          refusal.accept("must be some of " + names(type) + ", was '" + name + "'");
          return null;
        }
        chosen.add(constant);
      }
      return Set.copyOf(chosen);
    };
  }

  static Form<List<String>> texts() {
    return (raw, refusal) ->
        switch (raw) {
          case Raw.Many many -> List.copyOf(many.texts());
          case Raw.Text text -> split(text.text());
          case Raw.Named _ -> {
            refusal.accept("must be a list");
            yield null;
          }
        };
  }

  /** A list of {@code HOST:PORT}. */
  static Form<List<HostPort>> addresses() {
    Form<List<String>> list = texts();
    return (raw, refusal) -> {
      List<String> texts = list.parse(raw, refusal);
      if (texts == null) {
        return null;
      }
      List<HostPort> addresses = new ArrayList<>(texts.size());
      for (String text : texts) {
        HostPort address = HostPort.parse(text);
        if (address == null) {
          refusal.accept("must be a list of HOST:PORT, has '" + text + "'");
          return null;
        }
        addresses.add(address);
      }
      return List.copyOf(addresses);
    };
  }

  /** {@code HOST:PORT} by name. */
  static Form<Map<String, HostPort>> addressesByName() {
    return (raw, refusal) -> {
      Map<String, HostPort> addresses = new LinkedHashMap<>();
      for (Map.Entry<String, String> entry : named(raw).entrySet()) {
        HostPort address = HostPort.parse(entry.getValue());
        if (address == null) {
          refusal.accept(
              "must be HOST:PORT by name, has '" + entry.getKey() + "=" + entry.getValue() + "'");
          return null;
        }
        addresses.put(entry.getKey(), address);
      }
      return addresses;
    };
  }

  private static Map<String, String> named(Raw raw) {
    if (raw instanceof Raw.Named(Map<String, String> texts)) {
      return texts;
    }
    List<String> entries =
        raw instanceof Raw.Many(List<String> texts) ? texts : split(((Raw.Text) raw).text());
    Map<String, String> named = new LinkedHashMap<>();
    for (String entry : entries) {
      int equals = entry.indexOf('=');
      named.put(
          equals < 0 ? entry : entry.substring(0, equals).strip(),
          equals < 0 ? "" : entry.substring(equals + 1).strip());
    }
    return named;
  }

  private static <T> Form<T> scalar(String description, Function<String, @Nullable T> parser) {
    return (raw, refusal) -> {
      if (!(raw instanceof Raw.Text(String text))) {
        refusal.accept("must be " + description);
        return null;
      }
      T value = parser.apply(text.strip());
      if (value == null) {
        refusal.accept("must be " + description + ", was '" + text + "'");
      }
      return value;
    };
  }

  private static List<String> split(String text) {
    List<String> parts = new ArrayList<>();
    for (String part : text.split(",", -1)) {
      if (!part.isBlank()) {
        parts.add(part.strip());
      }
    }
    return List.copyOf(parts);
  }

  private static <E extends Enum<E>> @Nullable E constant(Class<E> type, String name) {
    for (E constant : type.getEnumConstants()) {
      if (constant.name().toLowerCase(Locale.ROOT).equals(name)) {
        return constant;
      }
    }
    return null;
  }

  private static <E extends Enum<E>> String names(Class<E> type) {
    List<String> names = new ArrayList<>();
    for (E constant : type.getEnumConstants()) {
      names.add(constant.name().toLowerCase(Locale.ROOT));
    }
    return String.join(", ", names);
  }
}
