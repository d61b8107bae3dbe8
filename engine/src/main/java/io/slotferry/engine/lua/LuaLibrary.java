package io.slotferry.engine.lua;

import java.io.IOException;
import java.io.InputStream;
import java.lang.foreign.Arena;
import java.lang.foreign.SymbolLookup;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Locale;

/**
 * Finds the native library of Lua 5.1 for this platform: a resource of the artifact {@code
 * lua51-platform}, unpacked into a file of its own when the first script comes. Whoever uses no
 * script loads nothing.
 */
final class LuaLibrary {
  private LuaLibrary() {}

  /** Loads the library, for the life of the process. */
  @SuppressWarnings("restricted")
  static SymbolLookup load() throws IOException {
    String name = resource(System.getProperty("os.name"), System.getProperty("os.arch"));
    try (InputStream in = LuaLibrary.class.getResourceAsStream("/" + name)) {
      if (in == null) {
        throw new IOException("no Lua library for this platform: " + name + " is not on the path");
      }
      // A folder that nobody else can write to: what is loaded is what was written.
      Path folder = Files.createTempDirectory("slotferry-lua");
      Path file = folder.resolve(name);
      Files.copy(in, file);
      SymbolLookup lookup = SymbolLookup.libraryLookup(file, Arena.global());
      file.toFile().deleteOnExit();
      folder.toFile().deleteOnExit();
      return lookup;
    }
  }

  /** The library's name among the resources. */
  static String resource(String os, String architecture) {
    String system = os.toLowerCase(Locale.ROOT);
    boolean arm = architecture.equals("aarch64") || architecture.startsWith("arm");
    String bits = architecture.contains("64") ? "64" : "";
    String suffix = (arm ? "arm" : "") + bits;
    if (system.startsWith("windows")) {
      return "lua51" + (suffix.isEmpty() ? "" : suffix) + ".dll";
    }
    return "liblua51" + suffix + (system.startsWith("mac") ? ".dylib" : ".so");
  }
}
