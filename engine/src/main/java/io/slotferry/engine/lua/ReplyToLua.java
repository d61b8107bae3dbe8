package io.slotferry.engine.lua;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyReader;

/** Pushes a command's reply as the value that Redis' scripts know it as. */
final class ReplyToLua {
  private static final int SLOTS_A_LEVEL = 6;

  private final LuaStack stack;
  private final ReplyReader reader = new ReplyReader();

  ReplyToLua(LuaStack stack) {
    this.stack = stack;
  }

  /** Pushes one value; true if the reply is an error. */
  boolean push(long state, byte[] reply, int size) {
    reader.reset(reply, 0, size);
    boolean error = reader.isErrorNext();
    next(state);
    return error;
  }

  private void next(long state) {
    if (Lua.checkStack(state, SLOTS_A_LEVEL) == 0) {
      throw new ScriptException("reached lua stack limit");
    }
    if (!reader.next()) {
      throw new IllegalStateException("a reply without an end");
    }
    switch (reader.type()) {
      case ':' -> Lua.pushNumber(state, (double) reader.integer());
      case '$' -> {
        if (reader.isNull()) {
          Lua.pushBoolean(state, 0);
        } else {
          payload(state);
        }
      }
      case '+' -> {
        Lua.createTable(state, 0, 1);
        payload(state);
        stack.setField(state, "ok");
      }
      case '-', '!' -> error(state);
      case '*', '>' -> array(state);
      case '~' -> set(state);
      case '%' -> map(state);
      case '_' -> Lua.pushNil(state);
      case '#' -> Lua.pushBoolean(state, reader.text().equals("t") ? 1 : 0);
      case ',' -> {
        Lua.createTable(state, 0, 1);
        Lua.pushNumber(
            state,
            Decimal.toDouble(reader.buffer(), reader.payloadStart(), reader.payloadLength()));
        stack.setField(state, "double");
      }
      case '(' -> {
        Lua.createTable(state, 0, 1);
        payload(state);
        stack.setField(state, "big_number");
      }
      case '=' -> verbatim(state);
      case '|' -> described(state);
      default -> throw new IllegalStateException("a reply of no type that scripts know");
    }
  }

  private void payload(long state) {
    stack.push(state, reader.buffer(), reader.payloadStart(), reader.payloadLength());
  }

  /** {@code {err = 'CODE message'}}. */
  private void error(long state) {
    Lua.createTable(state, 0, 2);
    payload(state);
    stack.setField(state, "err");
    Lua.pushBoolean(state, 1);
    stack.setField(state, "ignore_error_stats_update");
  }

  private void array(long state) {
    if (reader.isNull()) {
      Lua.pushBoolean(state, 0);
      return;
    }
    int elements = (int) reader.elements();
    Lua.createTable(state, elements, 0);
    for (int i = 1; i <= elements; i++) {
      next(state);
      Lua.rawSetIndex(state, -2, i);
    }
  }

  private void set(long state) {
    long elements = reader.elements();
    Lua.createTable(state, 0, 1);
    Lua.createTable(state, 0, (int) elements);
    for (long left = elements; left > 0; left--) {
      next(state);
      Lua.pushBoolean(state, 1);
      setUnlessNil(state);
    }
    stack.setField(state, "set");
  }

  private void map(long state) {
    long entries = reader.elements() / 2;
    Lua.createTable(state, 0, 1);
    Lua.createTable(state, 0, (int) entries);
    for (long left = entries; left > 0; left--) {
      next(state);
      next(state);
      setUnlessNil(state);
    }
    stack.setField(state, "map");
  }

  /** Nil is no key of a table. */
  private static void setUnlessNil(long state) {
    if (Lua.type(state, -2) == Lua.NIL) {
      Lua.pop(state, 2);
    } else {
      Lua.rawSet(state, -3);
    }
  }

  /** An attribute is dropped: scripts see what it describes. */
  private void described(long state) {
    for (long left = reader.elements(); left > 0; left--) {
      reader.skip();
    }
    next(state);
  }

  private void verbatim(long state) {
    int start = reader.payloadStart();
    Lua.createTable(state, 0, 1);
    Lua.createTable(state, 0, 2);
    stack.push(state, reader.buffer(), start, 3);
    stack.setField(state, "format");
    stack.push(state, reader.buffer(), start + 4, reader.payloadLength() - 4);
    stack.setField(state, "string");
    stack.setField(state, "verbatim_string");
  }
}
