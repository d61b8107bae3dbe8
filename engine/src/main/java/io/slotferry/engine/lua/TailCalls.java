package io.slotferry.engine.lua;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.Set;

/**
 * Makes {@code return redis.call(…)} an ordinary call in compiled code.
 *
 * <p>What scripts call are Lua functions of the prelude, because only those may raise errors; and
 * Lua gives up the frame of a function that ends in a call of another Lua function. With it would
 * go the line that Redis names in an error. So where the called function was read out of a table
 * under the name of one of ours, the instruction becomes a call that returns what it gets, which is
 * the same but for the frame. Other calls at the end stay as they are: they may recurse for ever.
 *
 * <p>The format is that of {@code string.dump}, Lua 5.1: a header, then functions in functions.
 */
final class TailCalls {
  private static final int HEADER_BYTES = 12;
  private static final int SIZE_T_OFFSET = 8;

  private static final int OP_GETGLOBAL = 5;
  private static final int OP_GETTABLE = 6;
  private static final int OP_SELF = 11;
  private static final int OP_CALL = 28;
  private static final int OP_TAILCALL = 29;

  /** Beyond this an operand is a constant. */
  private static final int CONSTANT = 1 << 8;

  private static final int TYPE_NIL = 0;
  private static final int TYPE_BOOLEAN = 1;
  private static final int TYPE_NUMBER = 3;

  private final ByteBuffer code;
  private final boolean wide;
  private final Set<String> names;
  private final boolean keepLines;
  private boolean changed;

  private TailCalls(byte[] dump, Set<String> names, boolean keepLines) {
    this.names = names;
    this.keepLines = keepLines;
    code = ByteBuffer.wrap(dump).order(ByteOrder.nativeOrder()).position(HEADER_BYTES);
    wide = dump[SIZE_T_OFFSET] == Long.BYTES;
  }

  /**
   * Changes the compiled code in place; false when there was nothing to change.
   *
   * @param names of the functions whose callers' frames are to be kept
   */
  static boolean keepFrames(byte[] dump, Set<String> names) {
    TailCalls calls = new TailCalls(dump, names, true);
    calls.function();
    return calls.changed;
  }

  /** Takes the numbers of the lines out: errors of this code name no place. */
  static void dropLines(byte[] dump) {
    new TailCalls(dump, Set.of(), false).function();
  }

  private void function() {
    string(); // source
    skip(2 * Integer.BYTES + 4); // first and last line; four bytes of counts
    int instructions = code.getInt();
    int first = code.position();
    skip(instructions * Integer.BYTES);
    String[] constants = constants();
    for (int left = code.getInt(); left > 0; left--) {
      function();
    }
    debugInformation();
    for (int i = 0; i < instructions; i++) {
      if (opcode(first, i) == OP_TAILCALL && isNamed(first, i, constants)) {
        // A B 0: all results, which is how a tail call is encoded too; a return follows anyway.
        int at = first + i * Integer.BYTES;
        code.putInt(at, code.getInt(at) & ~0x3F & ~(0x1FF << 14) | OP_CALL);
        changed = true;
      }
    }
  }

  /** Whether the function of a call was read from a table by one of the names. */
  private boolean isNamed(int first, int call, String[] constants) {
    int register = operandA(first, call);
    for (int i = call - 1; i >= 0; i--) {
      if (operandA(first, i) == register && writesA(opcode(first, i))) {
        int opcode = opcode(first, i);
        int operands = code.getInt(first + i * Integer.BYTES) >>> 14;
        int key = (opcode == OP_GETGLOBAL ? operands + CONSTANT : operands & 0x1FF) - CONSTANT;
        boolean read = opcode == OP_GETTABLE || opcode == OP_SELF || opcode == OP_GETGLOBAL;
        return read && key >= 0 && names.contains(constants[key]);
      }
    }
    return false;
  }

  /**
   * Instructions that leave a value in register A: those up to CONCAT, but for the assignments to
   * globals, upvalues and tables; and CLOSURE.
   */
  private static boolean writesA(int opcode) {
    return switch (opcode) {
      case 0, 1, 2, 3, 4, OP_GETGLOBAL, OP_GETTABLE, 10, OP_SELF -> true;
      case 12, 13, 14, 15, 16, 17, 18, 19, 20, 21, OP_CALL, 36, 37 -> true;
      default -> false;
    };
  }

  private int opcode(int first, int instruction) {
    return code.getInt(first + instruction * Integer.BYTES) & 0x3F;
  }

  private int operandA(int first, int instruction) {
    return code.getInt(first + instruction * Integer.BYTES) >>> 6 & 0xFF;
  }

  private String[] constants() {
    String[] constants = new String[code.getInt()];
    for (int i = 0; i < constants.length; i++) {
      constants[i] = "";
      switch (code.get()) {
        case TYPE_NIL -> {}
        case TYPE_BOOLEAN -> skip(1);
        case TYPE_NUMBER -> skip(Double.BYTES);
        default -> constants[i] = string();
      }
    }
    return constants;
  }

  private void debugInformation() {
    for (int left = code.getInt(); left > 0; left--) {
      int line = code.getInt();
      code.putInt(code.position() - Integer.BYTES, keepLines ? line : 0);
    }
    for (int left = code.getInt(); left > 0; left--) {
      string();
      skip(2 * Integer.BYTES); // where a local variable lives
    }
    for (int left = code.getInt(); left > 0; left--) {
      string(); // upvalue
    }
  }

  /** A string with its size before it and a zero at its end; empty when it has no bytes at all. */
  private String string() {
    int size = (int) (wide ? code.getLong() : code.getInt());
    if (size == 0) {
      return "";
    }
    byte[] bytes = new byte[size - 1];
    code.get(bytes);
    skip(1);
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private void skip(int bytes) {
    code.position(code.position() + bytes);
  }
}
