package io.slotferry.engine.script;

import io.slotferry.engine.lua.ScriptException;
import io.slotferry.protocol.InlineArguments;
import io.slotferry.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The first line of a script or a library, {@code #!lua name=… flags=…}.
 *
 * @param bytes its length without the line's end; 0 when there is none
 * @param engine what stands behind {@code #!}
 * @param options the words that follow
 */
record Shebang(int bytes, String engine, List<String> options) {
  private static final Shebang NONE = new Shebang(0, "", List.of());

  private static final String FLAGS = "flags=";
  private static final String NAME = "name=";

  boolean isPresent() {
    return bytes > 0;
  }

  /**
   * @throws ScriptException with {@code invalid} when the line does not end, or a quote in it does
   *     not
   */
  static Shebang of(byte[] code, int start, int length, String invalid) {
    if (length < 2 || code[start] != '#' || code[start + 1] != '!') {
      return NONE;
    }
    int end = start;
    while (end < start + length && code[end] != '\n') {
      end++;
    }
    if (end == start + length) {
      throw new ScriptException(invalid);
    }
    Request words = new Request();
    if (!InlineArguments.split(code, start, end, words)) {
      throw new ScriptException(invalid);
    }
    List<String> options = new ArrayList<>();
    for (int i = 1; i < words.count(); i++) {
      options.add(words.text(i));
    }
    return new Shebang(end - start, words.text(0).substring(2), options);
  }

  /** The flags of a script; none of them makes a script of the old kind. */
  int flagsOfScript() {
    if (!isPresent()) {
      return ScriptFlags.COMPATIBLE;
    }
    if (!engine.equals("lua")) {
      throw new ScriptException("Unexpected engine in script shebang: #!" + engine);
    }
    int flags = 0;
    for (String option : options) {
      if (!option.startsWith(FLAGS)) {
        throw new ScriptException("Unknown lua shebang option: " + option);
      }
      String names = option.substring(FLAGS.length());
      for (String name : names.isEmpty() ? new String[0] : names.split(",", -1)) {
        int flag = ScriptFlags.of(name);
        if (flag == 0) {
          throw new ScriptException("Unexpected flag in script shebang: " + name);
        }
        flags |= flag;
      }
    }
    return flags;
  }

  /** The name of a library. */
  String nameOfLibrary() {
    String name = null;
    for (String option : options) {
      if (!option.toLowerCase(Locale.ROOT).startsWith(NAME)) {
        throw new ScriptException("Invalid metadata value given: " + option);
      }
      if (name != null) {
        throw new ScriptException("Invalid metadata value, name argument was given multiple times");
      }
      name = option.substring(NAME.length());
    }
    if (name == null) {
      throw new ScriptException("Library name was not given");
    }
    return name;
  }
}
