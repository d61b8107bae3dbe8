package io.slotferry.engine.lua;

import io.slotferry.protocol.frame.WireWriter;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** {@code cmsgpack}: MessagePack to and from Lua values. */
final class MessagePackLibrary {
  /** Tables in tables beyond this depth become nil, so that a cycle ends. */
  private static final int NESTING_MAX = 16;

  private MessagePackLibrary() {}

  // ---- packing

  private static int pack(Arguments arguments) {
    if (arguments.count() == 0) {
      throw arguments.bad(0, "MessagePack pack needs input.");
    }
    WireWriter out = new WireWriter();
    for (int i = 1; i <= arguments.count(); i++) {
      arguments.ensure(1, "in function mp_check");
      Lua.pushValue(arguments.state, arguments.index(i));
      value(arguments, out, 0);
    }
    return arguments.returnString(out.bytes(), out.size());
  }

  /** Packs the value at the top of the stack, and takes it off. */
  private static void value(Arguments arguments, WireWriter out, int level) {
    long state = arguments.state;
    switch (Lua.type(state, -1)) {
      case Lua.STRING -> string(Lua.bytes(state, -1), out);
      case Lua.BOOLEAN -> out.u8(Lua.toBoolean(state, -1) != 0 ? 0xC3 : 0xC2);
      case Lua.NUMBER -> number(Lua.toNumber(state, -1), out);
      case Lua.TABLE -> {
        if (level == NESTING_MAX) {
          out.u8(0xC0);
        } else {
          table(arguments, out, level);
        }
      }
      default -> out.u8(0xC0);
    }
    Lua.pop(state, 1);
  }

  private static void string(byte @Nullable [] bytes, WireWriter out) {
    if (bytes == null) {
      return;
    }
    int length = bytes.length;
    if (length < 32) {
      out.u8(0xA0 | length);
    } else if (length <= 0xFF) {
      out.u8(0xD9);
      out.u8(length);
    } else {
      length(out, length, 0xDA);
    }
    out.raw(bytes, 0, length);
  }

  /** A length of two bytes, or (with the next code) of four. */
  private static void length(WireWriter out, int length, int code) {
    out.u8(length <= 0xFFFF ? code : code + 1);
    bigEndian(out, length, length <= 0xFFFF ? 2 : 4);
  }

  private static void bigEndian(WireWriter out, long value, int bytes) {
    for (int shift = 8 * (bytes - 1); shift >= 0; shift -= 8) {
      out.u8((int) (value >>> shift) & 0xFF);
    }
  }

  private static void number(double value, WireWriter out) {
    long integer = (long) value;
    if (integer == value && integer != Long.MAX_VALUE) {
      integer(integer, out);
    } else if ((float) value == value) {
      out.u8(0xCA);
      bigEndian(out, Float.floatToRawIntBits((float) value) & 0xFFFFFFFFL, 4);
    } else {
      out.u8(0xCB);
      bigEndian(out, Double.doubleToRawLongBits(value), 8);
    }
  }

  private static void integer(long value, WireWriter out) {
    if (value >= -32 && value <= 127) {
      out.u8((int) value & 0xFF);
    } else if (value >= 0) {
      int size = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : value <= 0xFFFFFFFFL ? 2 : 3;
      out.u8(0xCC + size);
      bigEndian(out, value, 1 << size);
    } else {
      int size =
          value >= Byte.MIN_VALUE
              ? 0
              : value >= Short.MIN_VALUE ? 1 : value >= Integer.MIN_VALUE ? 2 : 3;
      out.u8(0xD0 + size);
      bigEndian(out, value, 1 << size);
    }
  }

  private static void table(Arguments arguments, WireWriter out, int level) {
    arguments.ensure(4, "in function mp_encode_lua_table");
    long state = arguments.state;
    long entries = 0;
    double max = 0;
    boolean array = true;
    Lua.pushNil(state);
    while (Lua.next(state, -2) != 0) {
      Lua.pop(state, 1);
      entries++;
      double key = Lua.type(state, -1) == Lua.NUMBER ? Lua.toNumber(state, -1) : 0;
      array &= key > 0 && key == (int) key;
      max = Math.max(max, key);
    }
    if (array && max == entries) {
      array(arguments, out, (int) max, level);
    } else {
      map(arguments, out, (int) entries, level);
    }
  }

  private static void array(Arguments arguments, WireWriter out, int length, int level) {
    if (length < 16) {
      out.u8(0x90 | length);
    } else {
      length(out, length, 0xDC);
    }
    for (int i = 1; i <= length; i++) {
      Lua.rawGetIndex(arguments.state, -1, i);
      value(arguments, out, level + 1);
    }
  }

  private static void map(Arguments arguments, WireWriter out, int entries, int level) {
    if (entries < 16) {
      out.u8(0x80 | entries);
    } else {
      length(out, entries, 0xDE);
    }
    Lua.pushNil(arguments.state);
    while (Lua.next(arguments.state, -2) != 0) {
      Lua.pushValue(arguments.state, -2);
      value(arguments, out, level + 1);
      value(arguments, out, level + 1);
    }
  }

  // ---- unpacking

  private static int unpack(Arguments arguments) {
    return unpack(arguments, 0, 0);
  }

  private static int unpackOne(Arguments arguments) {
    return unpack(arguments, 1, arguments.integer(2, 0));
  }

  private static int unpackLimit(Arguments arguments) {
    return unpack(arguments, arguments.integer(2), arguments.integer(3, 0));
  }

  /** All values, or with a limit or an offset: where to go on (-1 at the end), then the values. */
  private static int unpack(Arguments arguments, long limit, long offset) {
    byte[] data = arguments.string(1);
    if (offset < 0 || limit < 0) {
      throw new ScriptException(
          "Invalid request to unpack with offset of "
              + offset
              + " and limit of "
              + data.length
              + ".");
    }
    if (offset > data.length) {
      throw new ScriptException(
          "Start offset " + offset + " greater than input length " + data.length + ".");
    }
    boolean all = limit == 0 && offset == 0;
    MessagePackReader reader = new MessagePackReader(arguments, data, (int) offset);
    int values = 0;
    if (!all) {
      arguments.ensure(1, "in function mp_unpack_full");
      Lua.pushNil(arguments.state);
    }
    while (!reader.isAtEnd() && (all || values < limit)) {
      reader.value(0);
      values++;
    }
    if (!all) {
      int first = -values - 1;
      Lua.pushNumber(arguments.state, reader.isAtEnd() ? -1 : reader.position());
      Lua.replace(arguments.state, first - 1);
      values++;
    }
    return values;
  }

  static void bind(Map<String, LuaFunction> functions) {
    functions.put("cmsgpack.pack", MessagePackLibrary::pack);
    functions.put("cmsgpack.unpack", MessagePackLibrary::unpack);
    functions.put("cmsgpack.unpack_one", MessagePackLibrary::unpackOne);
    functions.put("cmsgpack.unpack_limit", MessagePackLibrary::unpackLimit);
  }
}
