package io.slotferry.protocol.differential;

import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandFlags;
import io.slotferry.protocol.command.CommandInfo;
import io.slotferry.protocol.command.CommandInfos;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.Routing;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * How often which command, or subcommand, was compared with a real Redis, in which version of the
 * protocol; the report of it, and what is missing. Each of them has to be compared in both
 * versions, and to be refused at least once, or stands among the exceptions with a reason.
 *
 * <p>Two tests share the commands: one compares what the engine answers, the other, through a whole
 * server, what needs a gateway.
 */
public final class ComparedCommands {
  /** Who answers a command. */
  public enum Answerer {
    ENGINE,
    SERVER
  }

  private static final class Counts {
    long resp2;
    long resp2Errors;
    long resp3;
    long resp3Errors;

    boolean isComplete(CommandInfo info) {
      // With any number of arguments, any arguments may be right.
      boolean mayNeverFail = info.arity() == (info.isSubcommand() ? -2 : -1);
      return resp2 > 0 && resp3 > 0 && (mayNeverFail || resp2Errors + resp3Errors > 0);
    }
  }

  private final Answerer answerer;
  private final Map<String, String> exceptions;
  private final Map<String, Counts> counts = new TreeMap<>();

  /**
   * @param exceptions reasons, by the names of commands and {@code container|subcommand}
   */
  public ComparedCommands(Answerer answerer, Map<String, String> exceptions) {
    this.answerer = answerer;
    this.exceptions = new TreeMap<>(exceptions);
  }

  /** One comparison more; names that are no command are left out. */
  public void add(List<String> command, int respVersion, boolean isError) {
    CommandInfo info = called(command);
    if (info == null) {
      return;
    }
    Counts count = counts.computeIfAbsent(info.name(), name -> new Counts());
    if (respVersion == 2) {
      count.resp2++;
      count.resp2Errors += isError ? 1 : 0;
    } else {
      count.resp3++;
      count.resp3Errors += isError ? 1 : 0;
    }
  }

  private static @Nullable CommandInfo called(List<String> command) {
    CommandInfo info = CommandInfos.find(command.getFirst());
    CommandInfo subcommand =
        command.size() > 1 ? CommandInfos.find(command.getFirst() + '|' + command.get(1)) : null;
    return subcommand == null ? info : subcommand;
  }

  /** Every command to be compared with too few arguments, and with too many. */
  public List<List<String>> wrongCounts() {
    List<List<String>> all = new ArrayList<>();
    for (CommandInfo info : ofAnswerer()) {
      if (!isException(info)) {
        List<String> name = List.of(info.name().toUpperCase(Locale.ROOT).split("\\|"));
        if (!info.accepts(name.size())) {
          all.add(name);
        }
        if (info.arity() > 0) {
          List<String> tooMany = new ArrayList<>(name);
          tooMany.addAll(Collections.nCopies(info.arity() + 1 - name.size(), "x"));
          all.add(tooMany);
        }
      }
    }
    return all;
  }

  private boolean isException(CommandInfo info) {
    return exceptions.containsKey(info.name());
  }

  /** Writes the report, and tells what is wrong: nothing, if all is well. */
  public List<String> report(Path file) throws IOException {
    Files.createDirectories(file.toAbsolutePath().getParent());
    Files.writeString(file, text());
    return faults();
  }

  private List<String> faults() {
    List<String> faults = new ArrayList<>();
    TreeSet<String> unknown = new TreeSet<>(exceptions.keySet());
    for (CommandInfo info : ofAnswerer()) {
      Counts count = counts.get(info.name());
      boolean isComplete = count != null && count.isComplete(info);
      boolean isException = isException(info);
      unknown.remove(info.name());
      if (isException && isComplete) {
        faults.add(info.name() + " is compared, and no exception");
      } else if (!isException && !isComplete) {
        faults.add(info.name() + " is not compared in both protocols and refused");
      }
    }
    unknown.forEach(name -> faults.add(name + " is no command of the " + answerer));
    return faults;
  }

  /** A container is covered by its subcommands, if it can do nothing without one. */
  private List<CommandInfo> ofAnswerer() {
    List<CommandInfo> all = new ArrayList<>();
    for (CommandInfo info : CommandInfos.all()) {
      boolean isContainer = !info.subcommands().isEmpty() && info.arity() != -1;
      if (!isContainer && answerer(info) == answerer) {
        all.add(info);
      }
    }
    return all;
  }

  /** What a shard tells of itself, and scripts with what is around them, need a gateway. */
  private static Answerer answerer(CommandInfo info) {
    byte[] name = info.name().split("\\|")[0].getBytes(StandardCharsets.US_ASCII);
    Command command = CommandTable.lookup(name, 0, name.length);
    if (command == null) {
      throw new IllegalStateException(info.name() + " has no row in the command table");
    }
    boolean isServer =
        command.routing() == Routing.GATEWAY
            || command.routing() == Routing.SCRIPT_CALL
            || command.is(CommandFlags.OF_COPY);
    return isServer ? Answerer.SERVER : Answerer.ENGINE;
  }

  private String text() {
    StringBuilder text =
        new StringBuilder("# Compared with redis-server 7.0\n\n")
            .append("| command | RESP2 replies | errors | RESP3 replies | errors |\n")
            .append("|---|---|---|---|---|\n");
    counts.forEach((name, count) ->
        text.append(
            "| `%s` | %d | %d | %d | %d |\n"
                .formatted(
                    shown(name), count.resp2, count.resp2Errors, count.resp3, count.resp3Errors)));
    text.append("\n## Not compared\n\n| command | why |\n|---|---|\n");
    exceptions.forEach(
        (name, reason) -> text.append("| `%s` | %s |\n".formatted(shown(name), reason)));
    long all = ofAnswerer().size();
    long left = ofAnswerer().stream().filter(this::isException).count();
    return text.append("\n%d compared, %d not\n".formatted(all - left, left)).toString();
  }

  private static String shown(String name) {
    return name.replace('|', ' ').toUpperCase(Locale.ROOT);
  }
}
