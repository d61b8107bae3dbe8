package io.slotferry.engine.lua;

import java.util.Map;

/**
 * {@code cjson}: JSON to and from Lua values. Null is {@code cjson.null}, a light userdata of the
 * address zero. The options last as long as the interpreter, as in Redis.
 */
final class JsonLibrary {
  private static final int PRECISION_MAX = 14;

  /** What becomes of infinities and of what is no number. */
  enum InvalidNumbers {
    OFF,
    ON,
    NULL
  }

  // ---- options

  boolean convertSparse;
  int sparseRatio = 2;
  int sparseSafe = 10;
  int encodeDepthMax = 1000;
  int decodeDepthMax = 1000;
  int precision = PRECISION_MAX;
  InvalidNumbers encodeInvalid = InvalidNumbers.OFF;
  boolean decodeInvalid = true;
  private boolean keepBuffer = true;

  private static void checkCount(Arguments arguments, int max) {
    if (arguments.count() > max) {
      throw arguments.bad(max + 1, "found too many arguments");
    }
  }

  private static int integer(Arguments arguments, int argument, int value, int min, int max) {
    if (!arguments.isAbsent(argument)) {
      int wanted = (int) arguments.integer(argument);
      if (wanted < min || wanted > max) {
        throw arguments.bad(1, "expected integer between " + min + " and " + max);
      }
      value = wanted;
    }
    return value;
  }

  private static boolean flag(Arguments arguments, int argument, boolean value) {
    if (arguments.isAbsent(argument)) {
      return value;
    }
    if (arguments.type(argument) == Lua.BOOLEAN) {
      return Lua.toBoolean(arguments.state, arguments.index(argument)) != 0;
    }
    return option(arguments, argument, "off", "on") == 1;
  }

  private static int option(Arguments arguments, int argument, String... options) {
    String text = arguments.text(argument);
    for (int i = 0; i < options.length; i++) {
      if (options[i].equals(text)) {
        return i;
      }
    }
    throw arguments.bad(argument, "invalid option '" + text + "'");
  }

  private int sparseArray(Arguments arguments) {
    checkCount(arguments, 3);
    convertSparse = flag(arguments, 1, convertSparse);
    sparseRatio = integer(arguments, 2, sparseRatio, 0, Integer.MAX_VALUE);
    sparseSafe = integer(arguments, 3, sparseSafe, 0, Integer.MAX_VALUE);
    return arguments.returnBoolean(convertSparse)
        + arguments.returnNumber(sparseRatio)
        + arguments.returnNumber(sparseSafe);
  }

  private int encodeDepth(Arguments arguments) {
    checkCount(arguments, 1);
    encodeDepthMax = integer(arguments, 1, encodeDepthMax, 1, Integer.MAX_VALUE);
    return arguments.returnNumber(encodeDepthMax);
  }

  private int decodeDepth(Arguments arguments) {
    checkCount(arguments, 1);
    decodeDepthMax = integer(arguments, 1, decodeDepthMax, 1, Integer.MAX_VALUE);
    return arguments.returnNumber(decodeDepthMax);
  }

  private int numberPrecision(Arguments arguments) {
    checkCount(arguments, 1);
    precision = integer(arguments, 1, precision, 1, PRECISION_MAX);
    return arguments.returnNumber(precision);
  }

  /** Accepted and given back; there is no buffer to keep. */
  private int keepBuffer(Arguments arguments) {
    checkCount(arguments, 1);
    keepBuffer = flag(arguments, 1, keepBuffer);
    return arguments.returnBoolean(keepBuffer);
  }

  private int encodeInvalid(Arguments arguments) {
    checkCount(arguments, 1);
    if (arguments.type(1) == Lua.BOOLEAN) {
      encodeInvalid = flag(arguments, 1, false) ? InvalidNumbers.ON : InvalidNumbers.OFF;
    } else if (!arguments.isAbsent(1)) {
      encodeInvalid = InvalidNumbers.values()[option(arguments, 1, "off", "on", "null")];
    }
    return encodeInvalid == InvalidNumbers.NULL
        ? arguments.returnString("null")
        : arguments.returnBoolean(encodeInvalid == InvalidNumbers.ON);
  }

  private int decodeInvalid(Arguments arguments) {
    checkCount(arguments, 1);
    decodeInvalid = flag(arguments, 1, decodeInvalid);
    return arguments.returnBoolean(decodeInvalid);
  }

  // ---- conversions

  private int encode(Arguments arguments) {
    if (arguments.count() != 1) {
      throw arguments.bad(1, "expected 1 argument");
    }
    JsonEncoder encoder = new JsonEncoder(this, arguments);
    Lua.pushValue(arguments.state, arguments.index(1));
    encoder.value(0);
    return arguments.returnString(encoder.bytes(), encoder.size());
  }

  private int decode(Arguments arguments) {
    if (arguments.count() != 1) {
      throw arguments.bad(1, "expected 1 argument");
    }
    new JsonDecoder(this, arguments, arguments.string(1)).document();
    return 1;
  }

  void bind(Map<String, LuaFunction> functions) {
    functions.put("cjson.encode", this::encode);
    functions.put("cjson.decode", this::decode);
    functions.put("cjson.encode_sparse_array", this::sparseArray);
    functions.put("cjson.encode_max_depth", this::encodeDepth);
    functions.put("cjson.decode_max_depth", this::decodeDepth);
    functions.put("cjson.encode_number_precision", this::numberPrecision);
    functions.put("cjson.encode_keep_buffer", this::keepBuffer);
    functions.put("cjson.encode_invalid_numbers", this::encodeInvalid);
    functions.put("cjson.decode_invalid_numbers", this::decodeInvalid);
  }
}
