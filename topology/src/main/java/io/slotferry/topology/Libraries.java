package io.slotferry.topology;

import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * The libraries of functions, which are the same for all shards.
 *
 * @param revision the version of the map that last changed them
 * @param all in the order of their names
 */
public record Libraries(long revision, List<Library> all) {
  /** All code together. */
  public static final int CODE_BYTES_MAX = 4 << 20;

  static final Libraries NONE = new Libraries(0, List.of());

  public Libraries {
    all = List.copyOf(all);
  }

  public @Nullable Library find(String name) {
    for (Library library : all) {
      if (library.name().equals(name)) {
        return library;
      }
    }
    return null;
  }

  /** Why these cannot be the libraries; null when they can. */
  static @Nullable String refusal(List<Library> libraries) {
    long bytes = 0;
    Set<String> functions = new HashSet<>();
    String before = "";
    for (Library library : libraries) {
      bytes += library.code().length;
      if (library.name().compareTo(before) <= 0) {
        return "libraries are in the order of their names";
      }
      before = library.name();
      for (Library.Function function : library.functions()) {
        if (!functions.add(function.name())) {
          return "Function " + function.name() + " already exists";
        }
      }
    }
    return bytes > CODE_BYTES_MAX
        ? "the libraries have more than %d bytes".formatted(CODE_BYTES_MAX)
        : null;
  }
}
