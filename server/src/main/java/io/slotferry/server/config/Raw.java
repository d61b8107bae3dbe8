package io.slotferry.server.config;

import java.util.List;
import java.util.Map;

/** A value as it was written, before it is known what it should be. */
sealed interface Raw {
  /** A scalar of the file, an environment variable, or an option. */
  record Text(String text) implements Raw {}

  /** A list of scalars. */
  record Many(List<String> texts) implements Raw {}

  /** Scalars by name, in the order of the file. */
  record Named(Map<String, String> texts) implements Raw {}
}
