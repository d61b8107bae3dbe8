package io.slotferry.protocol.access;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import java.util.ArrayList;
import java.util.BitSet;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Which commands are allowed: a bit for each command and subcommand, and the rules that led there,
 * in the order in which they were given.
 */
final class CommandRules {
  private final BitSet allowed;
  private final List<String> rules;

  /** Words that a command is allowed with as its first argument, by the command's id. */
  private final Map<Integer, Set<String>> firstArguments;

  private boolean startsFromAll;

  /**
   * All are allowed, and {@link #allowed} is not filled: a gateway where nobody has rules needs
   * nothing of {@link CommandInfos}.
   */
  private boolean everything;

  /** None. */
  CommandRules() {
    allowed = new BitSet();
    rules = new ArrayList<>();
    firstArguments = new HashMap<>();
  }

  CommandRules(CommandRules source) {
    allowed = (BitSet) source.allowed.clone();
    rules = new ArrayList<>(source.rules);
    firstArguments = new HashMap<>();
    source.firstArguments.forEach((id, words) -> firstArguments.put(id, new HashSet<>(words)));
    startsFromAll = source.startsFromAll;
    everything = source.everything;
  }

  boolean allowsAll() {
    return everything;
  }

  boolean allows(CommandInfo command, Request request) {
    return everything
        || allowed.get(command.id())
        || command.has("no_auth")
        || allowsFirstArgument(command, request);
  }

  private boolean allowsFirstArgument(CommandInfo command, Request request) {
    Set<String> words = firstArguments.get(command.id());
    return words != null
        && request.count() > 1
        && words.contains(request.text(1).toLowerCase(Locale.ROOT));
  }

  void setAll(boolean allow) {
    rules.clear();
    firstArguments.clear();
    allowed.clear();
    startsFromAll = allow;
    everything = allow;
  }

  /**
   * Adds a rule such as {@code +get}, {@code -@set} or {@code +config|get}; returns what is wrong
   * with it.
   */
  @Nullable String add(String rule) {
    boolean allow = rule.charAt(0) == '+';
    String what = rule.substring(1).toLowerCase(Locale.ROOT);
    if (what.startsWith("@")) {
      return setCategory(what.substring(1), allow);
    }
    CommandInfo command = CommandInfos.find(what);
    if (command != null) {
      set(command, allow);
      addRule(what, allow);
      return null;
    }
    return allow && what.indexOf('|') >= 0 ? addFirstArgument(what) : AclUser.UNKNOWN_COMMAND;
  }

  private @Nullable String setCategory(String category, boolean allow) {
    if (!Categories.ALL.contains(category)) {
      return AclUser.UNKNOWN_COMMAND;
    }
    for (CommandInfo command : CommandInfos.all()) {
      if (command.categories().contains(category)) {
        set(command, allow);
      }
    }
    addRule('@' + category, allow);
    return null;
  }

  private void set(CommandInfo command, boolean allow) {
    if (everything && !allow) {
      everything = false;
      allowed.set(0, CommandInfos.count());
    }
    allowed.set(command.id(), allow);
    firstArguments.remove(command.id());
    command.subcommands().forEach(each -> set(each, allow));
  }

  private @Nullable String addFirstArgument(String what) {
    int bar = what.lastIndexOf('|');
    CommandInfo command = CommandInfos.find(what.substring(0, bar));
    if (command == null) {
      return AclUser.UNKNOWN_COMMAND;
    }
    if (command.isSubcommand()) {
      return "Allowing first-arg of a subcommand is not supported";
    }
    String word = what.substring(bar + 1);
    if (word.isEmpty()) {
      return AclUser.SYNTAX_ERROR;
    }
    if (!command.subcommands().isEmpty()) {
      return AclUser.UNKNOWN_COMMAND;
    }
    firstArguments.computeIfAbsent(command.id(), id -> new HashSet<>()).add(word);
    addRule(what, true);
    return null;
  }

  /** A newer rule takes the place of those about the same command, or about a part of it. */
  private void addRule(String what, boolean allow) {
    rules.removeIf(rule -> {
      String old = rule.substring(1);
      return old.equals(what) || old.startsWith(what + '|');
    });
    rules.add((allow ? '+' : '-') + what);
  }

  @Override
  public String toString() {
    String start = startsFromAll ? "+@all" : "-@all";
    return rules.isEmpty() ? start : start + ' ' + String.join(" ", rules);
  }
}
