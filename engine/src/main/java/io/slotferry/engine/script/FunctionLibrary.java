package io.slotferry.engine.script;

import io.slotferry.engine.lua.ScriptException;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.Pattern;

/** A library of functions while it is loaded, and what it has registered. */
final class FunctionLibrary implements ScriptRun.LibraryLoad {
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_]+");
  private static final String BAD_NAME =
      " names can only contain letters, numbers, or underscores(_) and must be at least one"
          + " character long";

  /**
   * @param description empty when there is none
   */
  record Function(Script script, String description) {}

  private final String name;
  private final byte[] code;
  private final Shebang shebang;
  private final List<Function> functions = new ArrayList<>();

  /**
   * @throws ScriptException when the first line does not say what it has to
   */
  FunctionLibrary(byte[] code) {
    this.code = code;
    shebang = Shebang.of(code, 0, code.length, "Invalid library metadata");
    if (!shebang.isPresent()) {
      throw new ScriptException("Missing library metadata");
    }
    name = shebang.nameOfLibrary();
    if (!NAME.matcher(name).matches()) {
      throw new ScriptException("Library" + BAD_NAME);
    }
    if (!shebang.engine().equalsIgnoreCase("lua")) {
      throw new ScriptException("Engine '" + shebang.engine() + "' not found");
    }
  }

  String name() {
    return name;
  }

  byte[] code() {
    return code;
  }

  /** Where the code begins: at the end of the first line. */
  int start() {
    return shebang.bytes();
  }

  List<Function> functions() {
    return functions;
  }

  @Override
  public void register(String function, String description, List<String> flagNames, int callback) {
    if (!NAME.matcher(function).matches()) {
      throw new ScriptException("ERR Library" + BAD_NAME);
    }
    for (Function known : functions) {
      if (known.script().name().equals(function)) {
        throw new ScriptException("ERR Function already exists in the library");
      }
    }
    int flags = 0;
    for (String flagName : flagNames) {
      int flag = ScriptFlags.of(flagName);
      if (flag == 0) {
        throw new ScriptException("ERR unknown flag given");
      }
      flags |= flag;
    }
    functions.add(new Function(new Script(function, callback, flags, new byte[0]), description));
  }
}
