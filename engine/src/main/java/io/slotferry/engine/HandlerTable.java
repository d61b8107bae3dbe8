package io.slotferry.engine;

import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** Commands to their handlers, by ordinal: the dispatch is one array access. */
public final class HandlerTable {
  private final @Nullable CommandHandler[] handlers =
      new @Nullable CommandHandler[Command.values().length];

  /** Binds a row of the command table to its behaviour; a row is bound once. */
  public void bind(Command command, CommandHandler handler) {
    if (handlers[command.ordinal()] != null) {
      throw new IllegalStateException(command + " is bound twice");
    }
    handlers[command.ordinal()] = handler;
  }

  public @Nullable CommandHandler handlerOf(Command command) {
    return handlers[command.ordinal()];
  }
}
