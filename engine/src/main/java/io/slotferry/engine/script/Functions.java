package io.slotferry.engine.script;

import io.slotferry.engine.lua.Interpreter.Mode;
import io.slotferry.engine.lua.ScriptException;
import java.lang.System.Logger;
import java.lang.System.Logger.Level;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The functions that can be called on one shard. The cluster's map says which libraries there are;
 * their code is compiled here when the first function is called after a change.
 */
final class Functions {
  private static final Logger LOG = System.getLogger("io.slotferry.script");

  private final ScriptEngine engine;

  /** By their names in lower case. */
  private final Map<String, Script> functions = new HashMap<>();

  private List<byte[]> libraries = List.of();
  private boolean loaded = true;

  Functions(ScriptEngine engine) {
    this.engine = engine;
  }

  /** All libraries, from now on. */
  void use(List<byte[]> libraries) {
    this.libraries = libraries;
    loaded = false;
  }

  @Nullable Script find(String name) {
    if (!loaded) {
      functions.values().forEach(engine::release);
      functions.clear();
      libraries.forEach(this::load);
      loaded = true;
    }
    return functions.get(name.toLowerCase(Locale.ROOT));
  }

  /** The code was checked before it came into the map. */
  private void load(byte[] code) {
    try {
      for (FunctionLibrary.Function function : read(code).functions()) {
        functions.put(function.script().name().toLowerCase(Locale.ROOT), function.script());
      }
    } catch (ScriptException e) {
      LOG.log(Level.WARNING, "a library of functions cannot be loaded: " + e.text());
    }
  }

  /**
   * Compiles and runs the code of a library, which registers its functions.
   *
   * @throws ScriptException with Redis' message
   */
  FunctionLibrary read(byte[] code) {
    FunctionLibrary library = new FunctionLibrary(code);
    int main =
        engine.compile(
            code,
            library.start(),
            code.length - library.start(),
            "@user_function",
            Mode.LOAD,
            "Error compiling function: ");
    engine.load(main, library);
    if (library.functions().isEmpty()) {
      throw new ScriptException("No functions registered");
    }
    return library;
  }

  /** Forgets what {@link #read} has made. */
  void release(FunctionLibrary library) {
    library.functions().forEach(function -> engine.release(function.script()));
  }
}
