package io.slotferry.protocol.access;

import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.KeyReferences;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** A set of rules that all have to allow a command: which commands, on which keys and channels. */
public final class Selector {
  private static final String AFTER_ALL_KEYS =
      "Adding a pattern after the * pattern (or the 'allkeys' flag) is not valid and does not have"
          + " any effect. Try 'resetkeys' to start with an empty list of patterns";
  private static final String AFTER_ALL_CHANNELS =
      "Adding a pattern after the * pattern (or the 'allchannels' flag) is not valid and does not"
          + " have any effect. Try 'resetchannels' to start with an empty list of channels";

  private final CommandRules commands;
  private final List<KeyPattern> keys = new ArrayList<>();
  private final List<String> channels = new ArrayList<>();
  private boolean allKeys;
  private boolean allChannels;

  /** Allows nothing. */
  Selector() {
    commands = new CommandRules();
  }

  Selector(Selector source) {
    commands = new CommandRules(source.commands);
    keys.addAll(source.keys);
    channels.addAll(source.channels);
    allKeys = source.allKeys;
    allChannels = source.allChannels;
  }

  // ---- changes

  /** Carries a modifier out; returns what is wrong with it. */
  @Nullable String change(String modifier) {
    switch (modifier.toLowerCase(Locale.ROOT)) {
      case "allkeys", "~*" -> setAllKeys(true);
      case "resetkeys" -> setAllKeys(false);
      case "allchannels", "&*" -> setAllChannels(true);
      case "resetchannels" -> setAllChannels(false);
      case "allcommands", "+@all" -> commands.setAll(true);
      case "nocommands", "-@all" -> commands.setAll(false);
      default -> {
        return changeOne(modifier);
      }
    }
    return null;
  }

  private @Nullable String changeOne(String modifier) {
    return switch (modifier.isEmpty() ? ' ' : modifier.charAt(0)) {
      case '~' -> addKeys(modifier.substring(1), true, true);
      case '%' -> addKeys(modifier);
      case '&' -> addChannels(modifier.substring(1));
      case '+', '-' -> commands.add(modifier);
      default -> AclUser.SYNTAX_ERROR;
    };
  }

  private void setAllKeys(boolean all) {
    allKeys = all;
    keys.clear();
  }

  private void setAllChannels(boolean all) {
    allChannels = all;
    channels.clear();
  }

  private @Nullable String addKeys(String modifier) {
    int tilde = modifier.indexOf('~');
    String permissions = tilde < 0 ? "" : modifier.substring(1, tilde).toUpperCase(Locale.ROOT);
    return switch (permissions) {
      case "R" -> addKeys(modifier.substring(tilde + 1), true, false);
      case "W" -> addKeys(modifier.substring(tilde + 1), false, true);
      case "RW", "WR" -> addKeys(modifier.substring(tilde + 1), true, true);
      default -> allKeys ? AFTER_ALL_KEYS : AclUser.SYNTAX_ERROR;
    };
  }

  private @Nullable String addKeys(String pattern, boolean read, boolean write) {
    if (allKeys) {
      return AFTER_ALL_KEYS;
    }
    if (AclUser.hasBlank(pattern)) {
      return AclUser.SYNTAX_ERROR;
    }
    for (int i = 0; i < keys.size(); i++) {
      KeyPattern known = keys.get(i);
      if (known.pattern().equals(pattern)) {
        keys.set(i, new KeyPattern(pattern, known.read() || read, known.write() || write));
        return null;
      }
    }
    keys.add(new KeyPattern(pattern, read, write));
    return null;
  }

  private @Nullable String addChannels(String pattern) {
    if (allChannels) {
      return AFTER_ALL_CHANNELS;
    }
    if (AclUser.hasBlank(pattern)) {
      return AclUser.SYNTAX_ERROR;
    }
    if (!channels.contains(pattern)) {
      channels.add(pattern);
    }
    return null;
  }

  // ---- questions

  boolean allowsAll() {
    return allChannels && allKeys && commands.allowsAll();
  }

  /** Why it does not allow a command; null when it does. */
  @Nullable Denial denial(CommandInfo command, Request request) {
    if (!commands.allows(command, request)) {
      return Denial.OF_COMMAND;
    }
    Denial denial = allKeys ? null : deniedKey(command, request);
    return denial == null && !allChannels ? deniedChannel(command, request) : denial;
  }

  private @Nullable Denial deniedKey(CommandInfo command, Request request) {
    if (command.keys().isEmpty()) {
      return null;
    }
    KeyReferences found = KeyReferences.of(command, request);
    for (int i = 0; i < found.count(); i++) {
      if (found.isChannel(i)) {
        continue;
      }
      int argument = found.argument(i);
      if (!allowsKey(request, argument, found.reads(i), found.writes(i))) {
        return new Denial(Denial.Reason.KEY, argument);
      }
    }
    return null;
  }

  private boolean allowsKey(Request request, int argument, boolean reads, boolean writes) {
    for (KeyPattern pattern : keys) {
      if (pattern.allows(reads, writes) && pattern.matches(request, argument)) {
        return true;
      }
    }
    return false;
  }

  /** Whether every key may be read: SORT reads keys that it does not name. */
  boolean readsAllKeys() {
    return allKeys || keys.stream().anyMatch(key -> key.read() && key.pattern().equals("*"));
  }

  private @Nullable Denial deniedChannel(CommandInfo command, Request request) {
    Channels kind = Channels.of(command.name());
    int last = kind == Channels.NONE ? 0 : kind == Channels.FIRST ? 1 : request.count() - 1;
    for (int i = 1; i <= last; i++) {
      if (!allowsChannel(request.text(i), kind == Channels.PATTERNS)) {
        return new Denial(Denial.Reason.CHANNEL, i);
      }
    }
    return null;
  }

  boolean allowsChannel(String name, boolean isPattern) {
    return allChannels
        || (isPattern
            ? channels.contains(name)
            : channels.stream().anyMatch(each -> GlobPattern.ofText(each).matchesText(name)));
  }

  // ---- as text

  public String commands() {
    return commands.toString();
  }

  public String keys() {
    return allKeys ? "~*" : String.join(" ", keys.stream().map(KeyPattern::toString).toList());
  }

  public String channels() {
    return allChannels
        ? "&*"
        : String.join(" ", channels.stream().map(each -> '&' + each).toList());
  }

  /** The modifiers that make it, as ACL LIST shows them. */
  @Override
  public String toString() {
    String keysText = keys();
    String channelsText = channels();
    return (keysText.isEmpty() ? "" : keysText + ' ')
        + (allChannels ? "" : "resetchannels ")
        + (channelsText.isEmpty() ? "" : channelsText + ' ')
        + commands;
  }
}
