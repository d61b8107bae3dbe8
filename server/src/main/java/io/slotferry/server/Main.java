package io.slotferry.server;

import io.slotferry.server.command.SlotferryCommand;

/** The program. */
public final class Main {
  private Main() {}

  public static void main(String[] arguments) {
    System.exit(SlotferryCommand.run(arguments));
  }
}
