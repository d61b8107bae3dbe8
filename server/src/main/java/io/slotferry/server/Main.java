package io.slotferry.server;

import io.slotferry.server.command.SlotferryCommand;
import java.util.logging.Level;
import java.util.logging.Logger;

/** The program. */
public final class Main {
  /** What Ratis' gRPC logs goes here; kept, for the JDK forgets loggers that nobody holds. */
  private static final Logger JDK_LOGGER = Logger.getLogger("");

  private Main() {}

  public static void main(String[] arguments) {
    JDK_LOGGER.setLevel(Level.WARNING);
    System.exit(SlotferryCommand.run(arguments));
  }
}
