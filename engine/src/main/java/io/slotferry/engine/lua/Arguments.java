package io.slotferry.engine.lua;

import java.nio.charset.StandardCharsets;

/**
 * The arguments of the library function that is being called, counted from 1, with Lua's own checks
 * and messages; and the stack that its results go to. One instance per interpreter, used again for
 * every call.
 */
final class Arguments {
  /** Below the arguments stands the number of the function. */
  private static final int BELOW = 1;

  final LuaStack stack = new LuaStack();
  long state;
  private int count;
  private String function = "";

  void begin(long state, int count, String function) {
    this.state = state;
    this.count = count - BELOW;
    this.function = function;
  }

  int count() {
    return count;
  }

  /** Where an argument stands on the stack. */
  int index(int argument) {
    return argument + BELOW;
  }

  int type(int argument) {
    return argument > count ? -1 : Lua.type(state, index(argument));
  }

  boolean isAbsent(int argument) {
    return type(argument) <= Lua.NIL;
  }

  byte[] string(int argument) {
    byte[] bytes =
        isAbsent(argument) || type(argument) == Lua.BOOLEAN
            ? null
            : Lua.bytes(state, index(argument));
    if (bytes == null) {
      throw expected(argument, "string");
    }
    return bytes;
  }

  /** A string, one char a byte. */
  String text(int argument) {
    return new String(string(argument), StandardCharsets.ISO_8859_1);
  }

  double number(int argument) {
    if (isAbsent(argument) || Lua.isNumber(state, index(argument)) == 0) {
      throw expected(argument, "number");
    }
    return Lua.toNumber(state, index(argument));
  }

  /** A number without its fraction. */
  long integer(int argument) {
    return (long) number(argument);
  }

  long integer(int argument, long whenAbsent) {
    return isAbsent(argument) ? whenAbsent : integer(argument);
  }

  private ScriptException expected(int argument, String type) {
    String got = argument > count ? "no value" : Lua.typeName(state, index(argument));
    return bad(argument, type + " expected, got " + got);
  }

  ScriptException bad(int argument, String why) {
    String name = function.substring(function.lastIndexOf('.') + 1);
    return new ScriptException("bad argument #" + argument + " to '" + name + "' (" + why + ")");
  }

  // ---- results

  int returnNumber(double value) {
    Lua.pushNumber(state, value);
    return 1;
  }

  int returnInteger(long value) {
    return returnNumber((double) value);
  }

  int returnBoolean(boolean value) {
    Lua.pushBoolean(state, value ? 1 : 0);
    return 1;
  }

  int returnString(byte[] bytes, int length) {
    stack.push(state, bytes, 0, length);
    return 1;
  }

  int returnString(String text) {
    stack.push(state, text);
    return 1;
  }

  /** Makes room on the stack, which what the script is told to do may not have. */
  void ensure(int slots, String error) {
    if (Lua.checkStack(state, slots) == 0) {
      throw new ScriptException(error);
    }
  }
}
