package io.slotferry.protocol.command;

import io.slotferry.protocol.command.KeySpec.Begin.Index;
import io.slotferry.protocol.command.KeySpec.Find.Range;
import java.util.List;

/**
 * What COMMAND tells of a command or subcommand, and access rules go by.
 *
 * @param id its place in {@link CommandInfos}, for sets of bits
 * @param name lower-case; {@code config|get} for a subcommand
 * @param arity the name counts, and the subcommand; negative means "at least"
 * @param flags as Redis names them
 * @param categories without the @
 * @param tips for clients that spread commands over several servers
 * @param keys where its keys are
 * @param subcommands in the order of their names; empty when it has none
 */
public record CommandInfo(
    int id,
    String name,
    int arity,
    List<String> flags,
    List<String> categories,
    List<String> tips,
    List<KeySpec> keys,
    String group,
    String since,
    String complexity,
    String summary,
    List<CommandInfo> subcommands) {
  public CommandInfo {
    flags = List.copyOf(flags);
    categories = List.copyOf(categories);
    tips = List.copyOf(tips);
    keys = List.copyOf(keys);
    subcommands = List.copyOf(subcommands);
  }

  public boolean isSubcommand() {
    return name.indexOf('|') >= 0;
  }

  public boolean has(String flag) {
    return flags.contains(flag);
  }

  /** Whether {@code count} arguments (the name included) are allowed. */
  public boolean accepts(int count) {
    return arity >= 0 ? count == arity : count >= -arity;
  }

  // ---- the keys as the three numbers of COMMAND INFO tell them

  /** The first key's argument; 0 when there is none, or it depends on the arguments. */
  public int firstKey() {
    for (KeySpec spec : keys) {
      if (spec.begin() instanceof Index index && spec.find() instanceof Range) {
        return index.argument();
      }
    }
    return 0;
  }

  /** The last key's argument; negative when it counts from the end. */
  public int lastKey() {
    int last = 0;
    for (KeySpec spec : keys) {
      if (spec.begin() instanceof Index index && spec.find() instanceof Range range) {
        if (range.last() < 0) {
          return range.last();
        }
        last = Math.max(last, index.argument() + range.last());
      }
    }
    return last;
  }

  public int keyStep() {
    for (KeySpec spec : keys) {
      if (spec.begin() instanceof Index && spec.find() instanceof Range range) {
        return range.step();
      }
    }
    return 0;
  }
}
