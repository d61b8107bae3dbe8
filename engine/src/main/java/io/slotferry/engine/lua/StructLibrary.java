package io.slotferry.engine.lua;

import java.io.ByteArrayOutputStream;
import java.util.Map;

/**
 * {@code struct}: packs numbers and strings into bytes by a format, and back. Options: {@code < >}
 * order of bytes, {@code !n} alignment, {@code b h l T i[n]} signed and {@code B H L I[n]} unsigned
 * integers, {@code f d} floats, {@code s} a string with a zero at its end, {@code cn} of n bytes,
 * {@code x} a byte of padding.
 */
final class StructLibrary {
  private static final int INTEGER_BYTES_MAX = 32;
  private static final int ALIGNMENT_DEFAULT = 8;

  /** One walk over a format. */
  private static final class Format {
    private final Arguments arguments;
    private final byte[] format;
    private int at;
    private boolean littleEndian = true;
    private int alignment = 1;

    /** The option that the walk is at, and its size in bytes. */
    char option;

    int size;

    Format(Arguments arguments) {
      this.arguments = arguments;
      this.format = arguments.string(1);
    }

    boolean next() {
      if (at == format.length || format[at] == 0) {
        return false;
      }
      option = (char) (format[at++] & 0xFF);
      size = sizeOfOption();
      return true;
    }

    private int sizeOfOption() {
      return switch (option) {
        case 'B', 'b', 'x' -> 1;
        case 'H', 'h' -> 2;
        case 'L', 'l', 'T', 'd' -> 8;
        case 'f' -> 4;
        case 'c' -> number(1);
        case 'i', 'I' -> {
          int bytes = number(4);
          if (bytes > INTEGER_BYTES_MAX) {
            throw new ScriptException(
                "integral size " + bytes + " is larger than limit of " + INTEGER_BYTES_MAX);
          }
          yield bytes;
        }
        default -> 0;
      };
    }

    private int number(int whenAbsent) {
      if (at == format.length || !Character.isDigit(format[at])) {
        return whenAbsent;
      }
      long number = 0;
      while (at < format.length && Character.isDigit(format[at])) {
        number = number * 10 + format[at++] - '0';
        if (number > Integer.MAX_VALUE) {
          throw new ScriptException("integral size overflow");
        }
      }
      return (int) number;
    }

    /** How many bytes are missing at {@code position} for this option to be aligned. */
    int padding(long position) {
      if (size == 0 || option == 'c') {
        return 0;
      }
      int unit = Math.min(size, alignment);
      return (int) (unit - (position & (unit - 1)) & (unit - 1));
    }

    /** An option that packs nothing. */
    void control() {
      switch (option) {
        case ' ' -> {}
        case '>' -> littleEndian = false;
        case '<' -> littleEndian = true;
        case '!' -> {
          int unit = number(ALIGNMENT_DEFAULT);
          if (Integer.bitCount(unit) != 1) {
            throw new ScriptException("alignment " + unit + " is not a power of 2");
          }
          alignment = unit;
        }
        default -> throw arguments.bad(1, "invalid format option '" + option + "'");
      }
    }

    void put(ByteArrayOutputStream out, long value, int bytes) {
      for (int i = 0; i < bytes; i++) {
        int place = littleEndian ? i : bytes - 1 - i;
        out.write(place < Long.BYTES ? (int) (value >>> 8 * place) : 0);
      }
    }

    long get(byte[] data, int start, int bytes) {
      long value = 0;
      for (int i = 0; i < bytes; i++) {
        int place = littleEndian ? bytes - 1 - i : i;
        value = value << 8 | data[start + place] & 0xFF;
      }
      return value;
    }
  }

  private StructLibrary() {}

  private static int pack(Arguments arguments) {
    Format format = new Format(arguments);
    ByteArrayOutputStream out = new ByteArrayOutputStream();
    int argument = 2;
    while (format.next()) {
      for (int left = format.padding(out.size()); left > 0; left--) {
        out.write(0);
      }
      switch (format.option) {
        case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' ->
            format.put(out, integer(arguments.number(argument++)), format.size);
        case 'x' -> out.write(0);
        case 'f' ->
            format.put(out, Float.floatToRawIntBits((float) arguments.number(argument++)), 4);
        case 'd' -> format.put(out, Double.doubleToRawLongBits(arguments.number(argument++)), 8);
        case 'c', 's' -> putString(arguments, argument++, format, out);
        default -> format.control();
      }
    }
    return arguments.returnString(out.toByteArray(), out.size());
  }

  /** A positive number may use the 64th bit. */
  private static long integer(double number) {
    return number >= 0x1p63 ? (long) (number - 0x1p63) ^ Long.MIN_VALUE : (long) number;
  }

  private static void putString(
      Arguments arguments, int argument, Format format, ByteArrayOutputStream out) {
    byte[] bytes = arguments.string(argument);
    int size = format.size == 0 ? bytes.length : format.size;
    if (bytes.length < size) {
      throw arguments.bad(argument + 1, "string too short");
    }
    out.write(bytes, 0, size);
    if (format.option == 's') {
      out.write(0);
    }
  }

  private static int unpack(Arguments arguments) {
    Format format = new Format(arguments);
    byte[] data = arguments.string(2);
    long position = arguments.integer(3, 1) - 1;
    if (position < 0) {
      throw arguments.bad(3, "offset must be 1 or greater");
    }
    int results = 0;
    while (format.next()) {
      position += format.padding(position);
      checkLength(arguments, data, position, format.size);
      arguments.ensure(2, "stack overflow (too many results)");
      int start = (int) position;
      int size = format.size;
      switch (format.option) {
        case 'b', 'B', 'h', 'H', 'l', 'L', 'T', 'i', 'I' -> {
          boolean signed = Character.isLowerCase(format.option);
          results += arguments.returnNumber(number(format.get(data, start, size), size, signed));
        }
        case 'x' -> {}
        case 'f' ->
            results +=
                arguments.returnNumber(Float.intBitsToFloat((int) format.get(data, start, 4)));
        case 'd' ->
            results += arguments.returnNumber(Double.longBitsToDouble(format.get(data, start, 8)));
        case 'c' -> {
          if (size == 0) {
            size = lengthBefore(arguments, results--);
            checkLength(arguments, data, position, size);
          }
          arguments.stack.push(arguments.state, data, start, size);
          results++;
        }
        case 's' -> {
          int end = start;
          while (end < data.length && data[end] != 0) {
            end++;
          }
          if (end == data.length) {
            throw new ScriptException("unfinished string in data");
          }
          arguments.stack.push(arguments.state, data, start, end - start);
          results++;
          size = end - start + 1;
        }
        default -> format.control();
      }
      position += size;
    }
    return results + arguments.returnInteger(position + 1);
  }

  private static void checkLength(Arguments arguments, byte[] data, long position, long size) {
    if (size > data.length || position > data.length - size) {
      throw arguments.bad(2, "data string too short");
    }
  }

  /** {@code c0}: the number that was unpacked last is the length, and no result. */
  private static int lengthBefore(Arguments arguments, int results) {
    long state = arguments.state;
    if (results == 0 || Lua.isNumber(state, -1) == 0) {
      throw new ScriptException("format 'c0' needs a previous size");
    }
    double length = Lua.toNumber(state, -1);
    Lua.pop(state, 1);
    if (!(length >= 0 && length <= Integer.MAX_VALUE)) {
      throw arguments.bad(2, "data string too short");
    }
    return (int) length;
  }

  private static double number(long value, int size, boolean signed) {
    if (signed) {
      int unused = Math.max(0, Long.SIZE - 8 * size);
      return size == 0 ? 0 : (double) (value << unused >> unused);
    }
    return value >= 0 ? (double) value : (double) (value >>> 1 | value & 1) * 2;
  }

  private static int size(Arguments arguments) {
    Format format = new Format(arguments);
    long position = 0;
    while (format.next()) {
      position += format.padding(position);
      if (format.option == 's') {
        throw arguments.bad(1, "option 's' has no fixed size");
      }
      if (format.option == 'c' && format.size == 0) {
        throw arguments.bad(1, "option 'c0' has no fixed size");
      }
      if (!Character.isLetterOrDigit(format.option)) {
        format.control();
      }
      position += format.size;
    }
    return arguments.returnInteger(position);
  }

  static void bind(Map<String, LuaFunction> functions) {
    functions.put("struct.pack", StructLibrary::pack);
    functions.put("struct.unpack", StructLibrary::unpack);
    functions.put("struct.size", StructLibrary::size);
  }
}
