package io.slotferry.engine.lua;

import java.util.Map;

/** {@code bit}: operations on 32-bit integers, with the interface of Lua BitOp. */
final class BitLibrary {
  /** Adding it leaves the lower 32 bits of an integer where they can be read off. */
  private static final double SHIFT = 6755399441055744.0;

  private static final int HEX_DIGITS = 8;

  private BitLibrary() {}

  /** The integer nearest to a number, its lower 32 bits. */
  private static int bits(Arguments arguments, int argument) {
    return (int) Double.doubleToRawLongBits(arguments.number(argument) + SHIFT);
  }

  /** An operation on two operands that is repeated for all that follow. */
  @FunctionalInterface
  private interface Operation {
    int apply(int left, int right);
  }

  private static LuaFunction all(Operation operation) {
    return arguments -> {
      int result = bits(arguments, 1);
      for (int i = 2; i <= arguments.count(); i++) {
        result = operation.apply(result, bits(arguments, i));
      }
      return arguments.returnNumber(result);
    };
  }

  private static LuaFunction shift(Operation operation) {
    return arguments ->
        arguments.returnNumber(operation.apply(bits(arguments, 1), bits(arguments, 2) & 31));
  }

  private static int tohex(Arguments arguments) {
    int value = bits(arguments, 1);
    int digits = arguments.count() < 2 ? HEX_DIGITS : bits(arguments, 2);
    String text = "%08x".formatted(value);
    if (digits < 0) {
      text = "%08X".formatted(value);
      digits = digits == Integer.MIN_VALUE ? HEX_DIGITS : -digits;
    }
    return arguments.returnString(text.substring(HEX_DIGITS - Math.min(digits, HEX_DIGITS)));
  }

  static void bind(Map<String, LuaFunction> functions) {
    functions.put("bit.tobit", arguments -> arguments.returnNumber(bits(arguments, 1)));
    functions.put("bit.bnot", arguments -> arguments.returnNumber(~bits(arguments, 1)));
    functions.put("bit.band", all((left, right) -> left & right));
    functions.put("bit.bor", all((left, right) -> left | right));
    functions.put("bit.bxor", all((left, right) -> left ^ right));
    functions.put("bit.lshift", shift((value, count) -> value << count));
    functions.put("bit.rshift", shift((value, count) -> value >>> count));
    functions.put("bit.arshift", shift((value, count) -> value >> count));
    functions.put("bit.rol", shift(Integer::rotateLeft));
    functions.put("bit.ror", shift(Integer::rotateRight));
    functions.put(
        "bit.bswap", arguments -> arguments.returnNumber(Integer.reverseBytes(bits(arguments, 1))));
    functions.put("bit.tohex", BitLibrary::tohex);
  }
}
