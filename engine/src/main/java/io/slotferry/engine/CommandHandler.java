package io.slotferry.engine;

/** One command's behaviour: reads the arguments, changes the data, writes exactly one reply. */
@FunctionalInterface
public interface CommandHandler {
  void handle(CommandContext context);
}
