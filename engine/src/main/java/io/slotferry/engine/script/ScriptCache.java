package io.slotferry.engine.script;

import io.slotferry.engine.lua.Interpreter.Mode;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.ScriptName;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The compiled scripts of one shard, by the SHA-1 of their bodies. Those that were loaded stay
 * until they are flushed; of those that only came with EVAL, the ones used last.
 */
final class ScriptCache {
  /** Scripts kept that were never loaded; as in Redis. */
  private static final int RECENT_SCRIPTS_MAX = 500;

  /** Scripts kept that were loaded. */
  private static final int LOADED_SCRIPTS_MAX = 50_000;

  private static final float LOAD_FACTOR = 0.75f;

  private final ScriptEngine engine;
  private final Map<String, Script> loaded = new HashMap<>();
  private final LinkedHashMap<String, Script> recent =
      new LinkedHashMap<>(RECENT_SCRIPTS_MAX, LOAD_FACTOR, true);

  ScriptCache(ScriptEngine engine) {
    this.engine = engine;
  }

  /** The script whose SHA-1 an argument is. */
  @Nullable Script find(Request request, int argument) {
    return find(request.text(argument).toLowerCase(Locale.ROOT));
  }

  private @Nullable Script find(String sha) {
    Script script = loaded.get(sha);
    return script == null ? recent.get(sha) : script;
  }

  /** The script with this body, compiled if it is not known. */
  Script ofBody(byte[] buffer, int start, int length) {
    String sha = ScriptName.of(buffer, start, length);
    Script known = find(sha);
    if (known != null) {
      return known;
    }
    Script script = compile(sha, buffer, start, length);
    if (recent.size() == RECENT_SCRIPTS_MAX) {
      Iterator<Script> oldest = recent.values().iterator();
      engine.release(oldest.next());
      oldest.remove();
    }
    recent.put(sha, script);
    return script;
  }

  /** As {@link #ofBody}, and keeps it. */
  Script keep(byte[] buffer, int start, int length) {
    Script script = ofBody(buffer, start, length);
    if (loaded.size() < LOADED_SCRIPTS_MAX) {
      recent.remove(script.name());
      loaded.put(script.name(), script);
    }
    return script;
  }

  private Script compile(String sha, byte[] buffer, int start, int length) {
    Shebang shebang = Shebang.of(buffer, start, length, "Invalid script shebang");
    int flags = shebang.flagsOfScript();
    // The end of the first line stays, so that lines are counted as their author does.
    int reference =
        engine.compile(
            buffer,
            start + shebang.bytes(),
            length - shebang.bytes(),
            "@user_script",
            Mode.EVAL,
            "Error compiling script (new function): ");
    return new Script(sha, reference, flags, Arrays.copyOfRange(buffer, start, start + length));
  }

  int size() {
    return loaded.size() + recent.size();
  }

  void flush() {
    loaded.values().forEach(engine::release);
    recent.values().forEach(engine::release);
    loaded.clear();
    recent.clear();
  }
}
