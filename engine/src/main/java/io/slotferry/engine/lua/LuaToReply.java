package io.slotferry.engine.lua;

import io.slotferry.protocol.ReplyWriter;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/** Writes a script's result as a reply, by Redis' rules. Metatables are not asked. */
final class LuaToReply {
  private static final int SLOTS_A_LEVEL = 6;

  /** Tables in tables: each takes room on Java's stack too. */
  private static final int NESTING_MAX = 2_000;

  private final LuaStack stack;
  private final long state;
  private final boolean scriptResp3;
  private final ReplyWriter reply;

  /**
   * @param scriptResp3 what the script has chosen: whether a boolean stays one
   */
  LuaToReply(LuaStack stack, long state, boolean scriptResp3, ReplyWriter reply) {
    this.stack = stack;
    this.state = state;
    this.scriptResp3 = scriptResp3;
    this.reply = reply;
  }

  /** Writes the value at the top of the stack, and takes it off. */
  void write() {
    write(0);
  }

  private void write(int level) {
    if (level == NESTING_MAX || Lua.checkStack(state, SLOTS_A_LEVEL) == 0) {
      reply.error("ERR reached lua stack limit");
      Lua.pop(state, 1);
      return;
    }
    switch (Lua.type(state, -1)) {
      case Lua.STRING -> bulk(-1);
      case Lua.BOOLEAN -> bool(Lua.toBoolean(state, -1) != 0);
      case Lua.NUMBER -> reply.integer((long) Lua.toNumber(state, -1));
      case Lua.TABLE -> table(level);
      default -> reply.nullBulk();
    }
    Lua.pop(state, 1);
  }

  private void bulk(int index) {
    byte[] bytes = Lua.bytes(state, index);
    if (bytes != null) {
      reply.bulk(bytes);
    }
  }

  private void bool(boolean value) {
    if (scriptResp3) {
      reply.bool(value);
    } else if (value) {
      reply.integer(1);
    } else {
      reply.nullBulk();
    }
  }

  private void table(int level) {
    boolean written = special() || pairs("map", level) || pairs("set", level);
    if (!written) {
      array(level);
    }
  }

  /** Tables that stand for one reply by the name of their only field. */
  private boolean special() {
    String error = text("err");
    if (error != null) {
      reply.error(error);
      return true;
    }
    String status = text("ok");
    if (status != null) {
      reply.simple(oneLine(status));
      return true;
    }
    return number() || verbatim();
  }

  private boolean number() {
    stack.getField(state, "double");
    boolean isDouble = Lua.type(state, -1) == Lua.NUMBER;
    if (isDouble) {
      reply.doubleValue(Lua.toNumber(state, -1));
    }
    Lua.pop(state, 1);
    String digits = isDouble ? null : text("big_number");
    if (digits != null) {
      reply.bigNumber(oneLine(digits));
    }
    return isDouble || digits != null;
  }

  private static String oneLine(String text) {
    return text.replace('\r', ' ').replace('\n', ' ');
  }

  private boolean verbatim() {
    stack.getField(state, "verbatim_string");
    boolean written = false;
    if (Lua.type(state, -1) == Lua.TABLE) {
      String format = text("format");
      stack.getField(state, "string");
      byte[] bytes = Lua.type(state, -1) == Lua.STRING ? Lua.bytes(state, -1) : null;
      Lua.pop(state, 1);
      if (format != null && bytes != null) {
        reply.verbatim((format + "   ").substring(0, 3), bytes);
        written = true;
      }
    }
    Lua.pop(state, 1);
    return written;
  }

  /** The text of a field that is a string; null for all else. */
  private @Nullable String text(String field) {
    stack.getField(state, field);
    byte[] bytes = Lua.type(state, -1) == Lua.STRING ? Lua.bytes(state, -1) : null;
    Lua.pop(state, 1);
    return bytes == null ? null : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /** A map, or a set, whose members are the keys of the table. */
  private boolean pairs(String field, int level) {
    stack.getField(state, field);
    boolean found = Lua.type(state, -1) == Lua.TABLE;
    if (found) {
      boolean map = field.equals("map");
      int count = count();
      if (map) {
        reply.map(count);
      } else {
        reply.set(count);
      }
      Lua.pushNil(state);
      while (Lua.next(state, -2) != 0) {
        Lua.pushValue(state, -2);
        write(level + 1);
        if (map) {
          write(level + 1);
        } else {
          Lua.pop(state, 1);
        }
      }
    }
    Lua.pop(state, 1);
    return found;
  }

  private int count() {
    int count = 0;
    Lua.pushNil(state);
    while (Lua.next(state, -2) != 0) {
      Lua.pop(state, 1);
      count++;
    }
    return count;
  }

  /** The elements up to the first nil. */
  private void array(int level) {
    int count = 0;
    do {
      Lua.rawGetIndex(state, -1, ++count);
    } while (popIsValue());
    count--;
    reply.array(count);
    for (int i = 1; i <= count; i++) {
      Lua.rawGetIndex(state, -1, i);
      write(level + 1);
    }
  }

  private boolean popIsValue() {
    boolean value = Lua.type(state, -1) != Lua.NIL;
    Lua.pop(state, 1);
    return value;
  }
}
