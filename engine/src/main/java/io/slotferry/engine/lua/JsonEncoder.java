package io.slotferry.engine.lua;

import io.slotferry.protocol.frame.WireWriter;
import java.math.BigDecimal;
import java.math.MathContext;
import java.math.RoundingMode;
import java.nio.charset.StandardCharsets;

/** Writes the value at the top of a stack as JSON. */
final class JsonEncoder {
  private static final byte[] HEX = ascii("0123456789abcdef");
  private static final byte[] NULL = ascii("null");
  private static final byte[] TRUE = ascii("true");
  private static final byte[] FALSE = ascii("false");
  private static final byte[] UNICODE = ascii("\\u00");

  /** Below this power of ten all numbers are written without an exponent. */
  private static final double PLAIN_INTEGER_MAX = 1e14;

  private static final int NOT_AN_ARRAY = -1;

  private final JsonLibrary options;
  private final long state;
  private final WireWriter out = new WireWriter();

  JsonEncoder(JsonLibrary options, Arguments arguments) {
    this.options = options;
    this.state = arguments.state;
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  byte[] bytes() {
    return out.bytes();
  }

  int size() {
    return out.size();
  }

  private void raw(byte[] bytes) {
    out.raw(bytes, 0, bytes.length);
  }

  /** Encodes the value at the top, and leaves it there. */
  void value(int depth) {
    switch (Lua.type(state, -1)) {
      case Lua.STRING -> string(-1);
      case Lua.NUMBER -> number(-1);
      case Lua.BOOLEAN -> raw(Lua.toBoolean(state, -1) != 0 ? TRUE : FALSE);
      case Lua.TABLE -> table(depth + 1);
      case Lua.NIL -> raw(NULL);
      case Lua.LIGHT_USERDATA -> {
        if (Lua.toUserdata(state, -1) != 0) {
          throw refused(-1, "type not supported");
        }
        raw(NULL);
      }
      default -> throw refused(-1, "type not supported");
    }
  }

  private ScriptException refused(int index, String why) {
    return new ScriptException("Cannot serialise " + Lua.typeName(state, index) + ": " + why);
  }

  private void table(int depth) {
    if (depth > options.encodeDepthMax || Lua.checkStack(state, 4) == 0) {
      throw new ScriptException("Cannot serialise, excessive nesting (" + depth + ")");
    }
    int length = arrayLength();
    if (length > 0) {
      array(depth, length);
    } else {
      object(depth);
    }
  }

  /** The largest index if all keys are positive integers; else, and of too few, an object. */
  private int arrayLength() {
    double max = 0;
    long items = 0;
    Lua.pushNil(state);
    while (Lua.next(state, -2) != 0) {
      Lua.pop(state, 1);
      double key = Lua.type(state, -1) == Lua.NUMBER ? Lua.toNumber(state, -1) : 0;
      if (!(key >= 1 && Math.floor(key) == key)) {
        Lua.pop(state, 1);
        return NOT_AN_ARRAY;
      }
      max = Math.max(max, key);
      items++;
    }
    boolean sparse =
        options.sparseRatio > 0
            && max > (double) items * options.sparseRatio
            && max > options.sparseSafe;
    if (sparse && !options.convertSparse) {
      throw refused(-1, "excessively sparse array");
    }
    return sparse ? NOT_AN_ARRAY : (int) max;
  }

  private void array(int depth, int length) {
    for (int i = 1; i <= length; i++) {
      out.u8(i == 1 ? '[' : ',');
      Lua.rawGetIndex(state, -1, i);
      value(depth);
      Lua.pop(state, 1);
    }
    out.u8(']');
  }

  private void object(int depth) {
    int separator = '{';
    Lua.pushNil(state);
    while (Lua.next(state, -2) != 0) {
      out.u8(separator);
      separator = ',';
      key();
      out.u8(':');
      value(depth);
      Lua.pop(state, 1);
    }
    if (separator == '{') {
      out.u8('{');
    }
    out.u8('}');
  }

  private void key() {
    switch (Lua.type(state, -2)) {
      case Lua.NUMBER -> {
        out.u8('"');
        number(-2);
        out.u8('"');
      }
      case Lua.STRING -> string(-2);
      default -> throw refused(-2, "table key must be a number or string");
    }
  }

  private void string(int index) {
    byte[] bytes = Lua.bytes(state, index);
    out.u8('"');
    if (bytes != null) {
      int written = 0;
      for (int i = 0; i < bytes.length; i++) {
        byte b = bytes[i];
        if (b >= ' ' && b != '"' && b != '\\' && b != '/' && b != 0x7F || b < 0) {
          continue;
        }
        out.raw(bytes, written, i - written);
        written = i + 1;
        escape(b);
      }
      out.raw(bytes, written, bytes.length - written);
    }
    out.u8('"');
  }

  private void escape(byte b) {
    int letter =
        switch (b) {
          case '"', '\\', '/' -> b;
          case '\b' -> 'b';
          case '\t' -> 't';
          case '\n' -> 'n';
          case '\f' -> 'f';
          case '\r' -> 'r';
          default -> 0;
        };
    if (letter != 0) {
      out.u8('\\');
      out.u8(letter);
      return;
    }
    raw(UNICODE);
    out.u8(HEX[b >> 4]);
    out.u8(HEX[b & 15]);
  }

  private void number(int index) {
    double value = Lua.toNumber(state, index);
    if (Double.isFinite(value)) {
      raw(ascii(general(value, options.precision)));
      return;
    }
    switch (options.encodeInvalid) {
      case OFF -> throw refused(index, "must not be NaN or Inf");
      case NULL -> raw(NULL);
      case ON -> raw(ascii(Double.isNaN(value) ? "nan" : value > 0 ? "inf" : "-inf"));
    }
  }

  /** A finite number as C's {@code %.<precision>g} writes it. */
  static String general(double value, int precision) {
    if (value == (long) value && Math.abs(value) < PLAIN_INTEGER_MAX && precision == 14) {
      return value == 0 && 1 / value < 0 ? "-0" : Long.toString((long) value);
    }
    if (value == 0) {
      return 1 / value < 0 ? "-0" : "0";
    }
    BigDecimal rounded =
        new BigDecimal(value)
            .round(new MathContext(precision, RoundingMode.HALF_EVEN))
            .stripTrailingZeros();
    int exponent = rounded.precision() - rounded.scale() - 1;
    if (exponent >= -4 && exponent < precision) {
      return rounded.toPlainString();
    }
    String digits = rounded.unscaledValue().abs().toString();
    return (value < 0 ? "-" : "")
        + digits.charAt(0)
        + (digits.length() > 1 ? "." + digits.substring(1) : "")
        + 'e'
        + (exponent < 0 ? '-' : '+')
        + (Math.abs(exponent) < 10 ? "0" : "")
        + Math.abs(exponent);
  }
}
