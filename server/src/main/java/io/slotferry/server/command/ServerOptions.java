package io.slotferry.server.command;

import io.slotferry.server.config.Settings;
import io.slotferry.server.config.SettingsReader;
import io.slotferry.server.config.SettingsReader.Option;
import java.nio.file.Path;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads the settings of a command, and says on stderr what is wrong with them. */
final class ServerOptions {
  private ServerOptions() {}

  /** Null when there was something to complain about. */
  static @Nullable Settings read(@Nullable Path file, List<Option> options) {
    return switch (SettingsReader.read(file, System.getenv(), options)) {
      case SettingsReader.Result.Valid(Settings settings) -> settings;
      case SettingsReader.Result.Invalid(List<String> problems) -> {
        problems.forEach(SlotferryCommand::say);
        yield null;
      }
    };
  }
}
