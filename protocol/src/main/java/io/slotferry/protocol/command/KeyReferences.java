package io.slotferry.protocol.command;

import io.slotferry.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The keys that a request names, and what its command does to each: by the key specifications, and
 * by the options of the few commands whose options decide it.
 */
public final class KeyReferences {
  private static final List<String> WRITTEN = List.of("OW", "update");
  private static final List<String> READ = List.of("RO", "access");
  private static final List<String> READ_AND_WRITTEN = List.of("RW", "access", "update");

  private record Reference(int argument, List<String> flags) {}

  private final List<Reference> references = new ArrayList<>();

  private KeyReferences() {}

  /** The keys of a request of this command, which has as many arguments as it needs. */
  public static KeyReferences of(CommandInfo command, Request request) {
    KeyReferences keys = new KeyReferences();
    switch (command.name()) {
      case "set" -> keys.add(1, has(request, 3, "GET") ? READ_AND_WRITTEN : WRITTEN);
      case "bitfield" -> keys.add(1, onlyReads(request) ? READ : READ_AND_WRITTEN);
      default -> command.keys().forEach(spec -> spec.addKeys(request, keys));
    }
    if (command.name().equals("sort")) {
      keys.addStore(request);
    }
    return keys;
  }

  private static boolean has(Request request, int from, String word) {
    for (int i = from; i < request.count(); i++) {
      if (request.is(i, word)) {
        return true;
      }
    }
    return false;
  }

  private static boolean onlyReads(Request request) {
    for (int i = 2; i < request.count(); i++) {
      switch (request.text(i).toUpperCase(Locale.ROOT)) {
        case "GET" -> i += 2;
        case "SET", "INCRBY" -> {
          return false;
        }
        default -> {
          // OVERFLOW and its word, or a mistake.
        }
      }
    }
    return true;
  }

  /** The last STORE counts, and words that are values of other options do not. */
  private void addStore(Request request) {
    int store = 0;
    for (int i = 2; i < request.count(); i++) {
      if (request.is(i, "LIMIT")) {
        i += 2;
      } else if (request.is(i, "GET") || request.is(i, "BY")) {
        i++;
      } else if (request.is(i, "STORE") && i + 1 < request.count()) {
        store = ++i;
      }
    }
    if (store > 0) {
      add(store, WRITTEN);
    }
  }

  void add(int argument, List<String> flags) {
    references.add(new Reference(argument, flags));
  }

  public int count() {
    return references.size();
  }

  /** Which argument the {@code index}-th key is. */
  public int argument(int index) {
    return references.get(index).argument();
  }

  /** What the command does to the {@code index}-th key. */
  public List<String> flags(int index) {
    return references.get(index).flags();
  }

  /** Whether it is a channel, which has its place among the slots but is no key. */
  public boolean isChannel(int index) {
    return flags(index).contains("not_key");
  }

  /** Whether the value of the {@code index}-th key is read and shown. */
  public boolean reads(int index) {
    return flags(index).contains("access");
  }

  public boolean writes(int index) {
    List<String> flags = flags(index);
    return flags.contains("update") || flags.contains("insert") || flags.contains("delete");
  }
}
