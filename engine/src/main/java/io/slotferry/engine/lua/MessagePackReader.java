package io.slotferry.engine.lua;

/** Reads MessagePack, and pushes what it says. */
final class MessagePackReader {
  /** Values in values; each level takes room on two stacks. */
  private static final int NESTING_MAX = 1000;

  private final Arguments arguments;
  private final byte[] data;
  private int at;

  MessagePackReader(Arguments arguments, byte[] data, int start) {
    this.arguments = arguments;
    this.data = data;
    this.at = start;
  }

  boolean isAtEnd() {
    return at == data.length;
  }

  int position() {
    return at;
  }

  private void need(long bytes) {
    if (bytes > data.length - at) {
      throw new ScriptException("Missing bytes in input.");
    }
  }

  private long unsigned(int bytes) {
    need(bytes);
    long value = 0;
    for (int i = 0; i < bytes; i++) {
      value = value << 8 | data[at++] & 0xFF;
    }
    return value;
  }

  private long signed(int bytes) {
    int unused = Long.SIZE - 8 * bytes;
    return unsigned(bytes) << unused >> unused;
  }

  /** Pushes the next value. */
  void value(int level) {
    arguments.ensure(3, "too many return values at once; use unpack_one or unpack_limit instead.");
    if (level == NESTING_MAX) {
      throw new ScriptException("Bad data format in input.");
    }
    int code = (int) unsigned(1);
    switch (code) {
      case 0xC0 -> Lua.pushNil(arguments.state);
      case 0xC2, 0xC3 -> arguments.returnBoolean(code == 0xC3);
      case 0xCA -> arguments.returnNumber(Float.intBitsToFloat((int) unsigned(4)));
      case 0xCB -> arguments.returnNumber(Double.longBitsToDouble(unsigned(8)));
      case 0xCC, 0xCD, 0xCE -> arguments.returnInteger(unsigned(1 << code - 0xCC));
      // As in Redis, the 64th bit is a sign here too.
      case 0xCF -> arguments.returnInteger(unsigned(8));
      case 0xD0, 0xD1, 0xD2, 0xD3 -> arguments.returnInteger(signed(1 << code - 0xD0));
      case 0xD9, 0xDA, 0xDB -> string(unsigned(1 << code - 0xD9));
      case 0xDC, 0xDD -> array(unsigned(2 << code - 0xDC), level);
      case 0xDE, 0xDF -> map(unsigned(2 << code - 0xDE), level);
      default -> small(code, level);
    }
  }

  /** Values whose number or length is in the first byte. */
  private void small(int code, int level) {
    if (code < 0x80) {
      arguments.returnInteger(code);
    } else if (code >= 0xE0) {
      arguments.returnInteger((byte) code);
    } else if (code < 0x90) {
      map(code & 15, level);
    } else if (code < 0xA0) {
      array(code & 15, level);
    } else if (code < 0xC0) {
      string(code & 31);
    } else {
      throw new ScriptException("Bad data format in input.");
    }
  }

  private void string(long length) {
    need(length);
    arguments.stack.push(arguments.state, data, at, (int) length);
    at += (int) length;
  }

  private void array(long length, int level) {
    Lua.createTable(arguments.state, 0, 0);
    for (int i = 1; i <= length; i++) {
      value(level + 1);
      Lua.rawSetIndex(arguments.state, -2, i);
    }
  }

  private void map(long entries, int level) {
    Lua.createTable(arguments.state, 0, 0);
    for (long left = entries; left > 0; left--) {
      value(level + 1);
      boolean noKey = isNoKey();
      value(level + 1);
      if (noKey) {
        throw new ScriptException("table index is nil");
      }
      Lua.rawSet(arguments.state, -3);
    }
  }

  /** Nil and what is no number are no keys of a table. */
  private boolean isNoKey() {
    int type = Lua.type(arguments.state, -1);
    return type == Lua.NIL || type == Lua.NUMBER && Double.isNaN(Lua.toNumber(arguments.state, -1));
  }
}
