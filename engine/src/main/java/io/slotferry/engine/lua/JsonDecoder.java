package io.slotferry.engine.lua;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** Reads JSON, and pushes what it says. Errors name the token that was found, and where. */
final class JsonDecoder {
  /** Kinds of tokens, with the names that errors give them. */
  private enum Token {
    T_OBJ_BEGIN,
    T_OBJ_END,
    T_ARR_BEGIN,
    T_ARR_END,
    T_STRING,
    T_NUMBER,
    T_BOOLEAN,
    T_NULL,
    T_COLON,
    T_COMMA,
    T_END,
    T_ERROR
  }

  private final JsonLibrary options;
  private final LuaStack stack;
  private final long state;
  private final byte[] json;
  private int at;
  private int depth;

  // The token read last.
  private Token token = Token.T_END;
  private int tokenStart;
  private String error = "";
  private double number;
  private boolean truth;
  private final byte[] string;
  private int stringLength;

  JsonDecoder(JsonLibrary options, Arguments arguments, byte[] json) {
    this.options = options;
    this.stack = arguments.stack;
    this.state = arguments.state;
    this.json = json;
    this.string = new byte[json.length];
  }

  void document() {
    if (json.length >= 2 && (json[0] == 0 || json[1] == 0)) {
      throw new ScriptException("JSON parser does not support UTF-16 or UTF-32");
    }
    next();
    value();
    next();
    if (token != Token.T_END) {
      throw expected("the end");
    }
  }

  private ScriptException expected(String what) {
    String found = token == Token.T_ERROR ? error : token.name();
    return new ScriptException(
        "Expected " + what + " but found " + found + " at character " + (tokenStart + 1));
  }

  // ---- values

  private void value() {
    switch (token) {
      case T_STRING -> stack.push(state, string, 0, stringLength);
      case T_NUMBER -> Lua.pushNumber(state, number);
      case T_BOOLEAN -> Lua.pushBoolean(state, truth ? 1 : 0);
      case T_NULL -> Lua.pushUserdata(state, 0);
      case T_OBJ_BEGIN -> object();
      case T_ARR_BEGIN -> array();
      default -> throw expected("value");
    }
  }

  private void descend() {
    depth++;
    if (depth > options.decodeDepthMax || Lua.checkStack(state, 4) == 0) {
      throw new ScriptException(
          "Found too many nested data structures (" + depth + ") at character " + at);
    }
    Lua.createTable(state, 0, 0);
    next();
  }

  private void object() {
    descend();
    while (token != Token.T_OBJ_END) {
      if (token != Token.T_STRING) {
        throw expected("object key string");
      }
      stack.push(state, string, 0, stringLength);
      next();
      if (token != Token.T_COLON) {
        throw expected("colon");
      }
      next();
      value();
      Lua.rawSet(state, -3);
      next();
      if (token == Token.T_OBJ_END) {
        break;
      }
      if (token != Token.T_COMMA) {
        throw expected("comma or object end");
      }
      next();
      if (token == Token.T_OBJ_END) {
        throw expected("object key string");
      }
    }
    depth--;
  }

  private void array() {
    descend();
    for (int i = 1; token != Token.T_ARR_END; i++) {
      value();
      Lua.rawSetIndex(state, -2, i);
      next();
      if (token == Token.T_ARR_END) {
        break;
      }
      if (token != Token.T_COMMA) {
        throw expected("comma or array end");
      }
      next();
      if (token == Token.T_ARR_END) {
        throw expected("value");
      }
    }
    depth--;
  }

  // ---- tokens

  private int peek(int offset) {
    return at + offset < json.length ? json[at + offset] & 0xFF : 0;
  }

  private void next() {
    while (isBlank(peek(0))) {
      at++;
    }
    tokenStart = at;
    int c = peek(0);
    switch (c) {
      case 0 -> token = Token.T_END;
      case '{' -> single(Token.T_OBJ_BEGIN);
      case '}' -> single(Token.T_OBJ_END);
      case '[' -> single(Token.T_ARR_BEGIN);
      case ']' -> single(Token.T_ARR_END);
      case ':' -> single(Token.T_COLON);
      case ',' -> single(Token.T_COMMA);
      case '"' -> string();
      default -> word(c);
    }
  }

  private static boolean isBlank(int c) {
    return c == ' ' || c == '\t' || c == '\n' || c == '\r';
  }

  private void single(Token kind) {
    token = kind;
    at++;
  }

  private void fail(String what) {
    token = Token.T_ERROR;
    tokenStart = at;
    error = what;
  }

  private void word(int c) {
    if (c == '-' || c >= '0' && c <= '9') {
      if (!options.decodeInvalid && isInvalidNumber()) {
        fail("invalid number");
      } else {
        number();
      }
    } else if (startsWith("true") || startsWith("false")) {
      token = Token.T_BOOLEAN;
      truth = c == 't';
      at += truth ? 4 : 5;
    } else if (startsWith("null")) {
      token = Token.T_NULL;
      at += 4;
    } else if (options.decodeInvalid && "iInN+".indexOf(c) >= 0 && isInvalidNumber()) {
      number();
    } else {
      fail("invalid token");
    }
  }

  private boolean startsWith(String word) {
    for (int i = 0; i < word.length(); i++) {
      if (peek(i) != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  // ---- numbers

  /** What C's strtod takes and JSON does not: a plus, hexadecimal, leading zeros, inf, nan. */
  private boolean isInvalidNumber() {
    if (peek(0) == '+') {
      return true;
    }
    int sign = peek(0) == '-' ? 1 : 0;
    int first = peek(sign);
    if (first == '0') {
      int second = peek(sign + 1);
      return (second | 0x20) == 'x' || second >= '0' && second <= '9';
    }
    String word = ahead(sign, 3).toLowerCase(Locale.ROOT);
    return word.equals("inf") || word.equals("nan");
  }

  private String ahead(int offset, int length) {
    int start = Math.min(at + offset, json.length);
    return new String(
        json, start, Math.min(length, json.length - start), StandardCharsets.ISO_8859_1);
  }

  private void number() {
    int sign = peek(0) == '-' || peek(0) == '+' ? 1 : 0;
    int length = special(sign);
    if (length == 0) {
      length = decimal(sign);
    }
    if (length == 0) {
      fail("invalid number");
      return;
    }
    token = Token.T_NUMBER;
    at += length;
  }

  /** The length of an infinity, a NaN or a hexadecimal number; 0 if it is none. */
  private int special(int sign) {
    double factor = peek(0) == '-' ? -1 : 1;
    String word = ahead(sign, 8).toLowerCase(Locale.ROOT);
    if (word.startsWith("inf")) {
      number = factor * Double.POSITIVE_INFINITY;
      return sign + (word.equals("infinity") ? 8 : 3);
    }
    if (word.startsWith("nan")) {
      number = Double.NaN;
      return sign + 3;
    }
    if (!word.startsWith("0x") || Character.digit(peek(sign + 2), 16) < 0) {
      return 0;
    }
    int end = sign + 2;
    double value = 0;
    for (int digit; (digit = Character.digit(peek(end), 16)) >= 0; end++) {
      value = value * 16 + digit;
    }
    number = factor * value;
    return end;
  }

  private int decimal(int sign) {
    int end = digits(sign);
    int digits = end - sign;
    if (peek(end) == '.') {
      int fraction = digits(end + 1);
      digits += fraction - end - 1;
      end = fraction;
    }
    if (digits == 0) {
      return 0;
    }
    if ((peek(end) | 0x20) == 'e') {
      int signed = peek(end + 1) == '-' || peek(end + 1) == '+' ? 2 : 1;
      int exponent = digits(end + signed);
      if (exponent > end + signed) {
        end = exponent;
      }
    }
    number = Double.parseDouble(ahead(0, end));
    return end;
  }

  private int digits(int offset) {
    while (peek(offset) >= '0' && peek(offset) <= '9') {
      offset++;
    }
    return offset;
  }

  // ---- strings

  private void string() {
    at++;
    stringLength = 0;
    while (peek(0) != '"') {
      int c = peek(0);
      if (c == 0) {
        fail("unexpected end of string");
        return;
      }
      if (c != '\\') {
        string[stringLength++] = (byte) c;
        at++;
      } else if (!escape()) {
        return;
      }
    }
    at++;
    token = Token.T_STRING;
  }

  private boolean escape() {
    int c = peek(1);
    int plain =
        switch (c) {
          case '"', '\\', '/' -> c;
          case 'b' -> '\b';
          case 't' -> '\t';
          case 'n' -> '\n';
          case 'f' -> '\f';
          case 'r' -> '\r';
          default -> 0;
        };
    if (plain != 0) {
      string[stringLength++] = (byte) plain;
      at += 2;
      return true;
    }
    if (c != 'u') {
      fail("invalid escape code");
      return false;
    }
    int codePoint = codePoint();
    if (codePoint < 0) {
      fail("invalid unicode escape code");
      return false;
    }
    for (byte b : Character.toString(codePoint).getBytes(StandardCharsets.UTF_8)) {
      string[stringLength++] = b;
    }
    return true;
  }

  /** The character of one escape, or of the two of a surrogate pair; -1 if it is invalid. */
  private int codePoint() {
    int unit = hex4(2);
    if (unit < 0 || (unit & 0xF800) != 0xD800) {
      at += unit < 0 ? 0 : 6;
      return unit;
    }
    int low = peek(6) == '\\' && peek(7) == 'u' ? hex4(8) : -1;
    if (!Character.isHighSurrogate((char) unit) || low < 0 || (low & 0xFC00) != 0xDC00) {
      return -1;
    }
    at += 12;
    return Character.toCodePoint((char) unit, (char) low);
  }

  private int hex4(int offset) {
    int value = 0;
    for (int i = 0; i < 4; i++) {
      int digit = Character.digit(peek(offset + i), 16);
      if (digit < 0) {
        return -1;
      }
      value = value << 4 | digit;
    }
    return value;
  }
}
