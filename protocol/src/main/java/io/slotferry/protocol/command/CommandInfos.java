package io.slotferry.protocol.command;

import io.slotferry.protocol.Request;
import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What is known of all commands, and of their subcommands: {@code commands.tsv}, a line each, its
 * columns those of {@link CommandInfo}. It is read when somebody first asks: a client for COMMAND,
 * or a user with rules.
 */
public final class CommandInfos {
  private static final String TABLE = "commands.tsv";

  /** By name, in the order of names; a subcommand as {@code config|get}. */
  private static final Map<String, CommandInfo> BY_NAME = new LinkedHashMap<>();

  private static final @Nullable CommandInfo[] BY_COMMAND =
      new @Nullable CommandInfo[Command.values().length];

  private static final int COUNT;

  static {
    List<String[]> rows = read();
    COUNT = rows.size();
    Map<String, List<CommandInfo>> subcommands = new LinkedHashMap<>();
    for (int id = 0; id < rows.size(); id++) {
      String name = rows.get(id)[0];
      int bar = name.indexOf('|');
      if (bar > 0) {
        subcommands
            .computeIfAbsent(name.substring(0, bar), container -> new ArrayList<>())
            .add(info(id, rows.get(id), List.of()));
      }
    }
    for (int id = 0; id < rows.size(); id++) {
      String name = rows.get(id)[0];
      if (isCommand(name)) {
        List<CommandInfo> children = subcommands.getOrDefault(name, List.of());
        BY_NAME.put(name, info(id, rows.get(id), children));
        children.forEach(child -> BY_NAME.put(child.name(), child));
      }
    }
    for (Command command : Command.values()) {
      BY_COMMAND[command.ordinal()] = BY_NAME.get(command.lowerName());
    }
  }

  private CommandInfos() {}

  private static boolean isCommand(String name) {
    byte[] ascii = name.getBytes(StandardCharsets.US_ASCII);
    return CommandTable.lookup(ascii, 0, ascii.length) != null;
  }

  private static List<String[]> read() {
    try (InputStream in = CommandInfos.class.getResourceAsStream(TABLE)) {
      if (in == null) {
        throw new IllegalStateException(TABLE + " is missing");
      }
      return new BufferedReader(new InputStreamReader(in, StandardCharsets.UTF_8))
          .lines()
          .map(line -> line.split("\t", -1))
          .toList();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static CommandInfo info(int id, String[] row, List<CommandInfo> subcommands) {
    return new CommandInfo(
        id,
        row[0],
        Integer.parseInt(row[1]),
        words(row[2], ","),
        words(row[3], ","),
        words(row[4], ","),
        words(row[5], " ").stream().map(KeySpec::parse).toList(),
        row[6],
        row[7],
        row[8],
        row[9],
        subcommands);
  }

  private static List<String> words(String text, String separator) {
    return text.isEmpty() ? List.of() : List.of(text.split(separator));
  }

  /** One more than the greatest {@link CommandInfo#id}. */
  public static int count() {
    return COUNT;
  }

  public static CommandInfo of(Command command) {
    CommandInfo info = BY_COMMAND[command.ordinal()];
    if (info == null) {
      throw new IllegalStateException(command + " has no line in " + TABLE);
    }
    return info;
  }

  /** Of a command's name, or {@code container|subcommand}; ASCII case ignored. */
  public static @Nullable CommandInfo find(String name) {
    return BY_NAME.get(name.toLowerCase(Locale.ROOT));
  }

  /** All commands that there are, and their subcommands, in the order of names. */
  public static Iterable<CommandInfo> all() {
    return BY_NAME.values();
  }

  /** The command that a request calls: a subcommand if it names one that there is. */
  public static CommandInfo called(Command command, Request request) {
    CommandInfo info = of(command);
    if (info.subcommands().isEmpty() || request.count() < 2) {
      return info;
    }
    CommandInfo subcommand = find(info.name() + '|' + request.text(1));
    return subcommand == null ? info : subcommand;
  }
}
