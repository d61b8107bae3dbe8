package io.slotferry.server.command;

import java.util.Objects;
import picocli.CommandLine.Command;
import picocli.CommandLine.IVersionProvider;

/** {@code slotferry version}. */
@Command(name = "version", description = "Print the version.", mixinStandardHelpOptions = true)
final class VersionCommand implements Runnable, IVersionProvider {
  /** As the jar's manifest says; run from classes, as tests do, there is none. */
  static String version() {
    return Objects.requireNonNullElse(
        VersionCommand.class.getPackage().getImplementationVersion(), "development");
  }

  @Override
  public String[] getVersion() {
    return new String[] {"slotferry " + version() + " (Java " + Runtime.version().feature() + ")"};
  }

  @Override
  public void run() {
    System.out.println(getVersion()[0]);
  }
}
