package io.slotferry.engine.lua;

import java.lang.foreign.Arena;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Moves values between Java and the stacks of one interpreter's states. Bytes pass through an array
 * of native memory that is used again and again.
 */
final class LuaStack {
  /** Beyond this size (bytes) the array is given back. */
  private static final int RETAINED_BYTES_MAX = 1 << 20;

  private static final int INITIAL_BYTES = 1 << 12;

  /** Size of {@code lua_Debug}, rounded up. */
  private static final int DEBUG_BYTES = 256;

  private static final int DEBUG_WHAT_OFFSET = 24;
  private static final int DEBUG_SOURCE_OFFSET = 32;
  private static final int DEBUG_LINE_OFFSET = 40;
  private static final int DEBUG_FIRST_LINE_OFFSET = 48;

  /** Of code that is not a script's. */
  static final String PRELUDE = "=slotferry";

  private Arena arena = Arena.ofAuto();
  private MemorySegment memory = arena.allocate(INITIAL_BYTES);
  private final MemorySegment debug = Arena.ofAuto().allocate(DEBUG_BYTES, Long.BYTES);
  private final MemorySegment sourceAndLine = Arena.ofAuto().allocateFrom("Sl");

  /** The address of a copy of the bytes, valid until the next use of this object. */
  long chars(byte[] source, int offset, int length) {
    if (memory.byteSize() < length || memory.byteSize() > RETAINED_BYTES_MAX) {
      arena = Arena.ofAuto();
      memory = arena.allocate(Math.max(length, INITIAL_BYTES));
    }
    MemorySegment.copy(source, offset, memory, ValueLayout.JAVA_BYTE, 0, length);
    return memory.address();
  }

  void push(long state, byte[] source, int offset, int length) {
    Lua.pushChars(state, chars(source, offset, length), length);
  }

  void push(long state, byte[] bytes) {
    push(state, bytes, 0, bytes.length);
  }

  /** Text of one byte a char. */
  void push(long state, String text) {
    push(state, text.getBytes(StandardCharsets.ISO_8859_1));
  }

  /** Sets a field of the table at the top of the stack to the value above it, which is taken. */
  void setField(long state, String name) {
    push(state, name);
    Lua.insert(state, -2);
    Lua.rawSet(state, -3);
  }

  /** Pushes a field of the table at the top of the stack; metatables are not asked. */
  void getField(long state, String name) {
    push(state, name);
    Lua.rawGet(state, -2);
  }

  /** A field's text if it is a string or a number; the stack stays as it is. */
  @Nullable String field(long state, String name) {
    getField(state, name);
    byte[] bytes = Lua.bytes(state, -1);
    Lua.pop(state, 1);
    return bytes == null ? null : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  /**
   * Where a state is in its script, {@code @source:line}: the innermost function that is neither
   * C's nor the prelude's. Null when there is none.
   */
  @Nullable String position(long state) {
    for (int level = 0; Lua.getStack(state, level, debug.address()) != 0; level++) {
      Lua.getInfo(state, sourceAndLine.address(), debug.address());
      String source = Lua.text(debug.get(ValueLayout.JAVA_LONG, DEBUG_SOURCE_OFFSET));
      int line = debug.get(ValueLayout.JAVA_INT, DEBUG_LINE_OFFSET);
      String what = Lua.text(debug.get(ValueLayout.JAVA_LONG, DEBUG_WHAT_OFFSET));
      boolean script = what.equals("Lua") || what.equals("main");
      if (script && !source.equals(PRELUDE)) {
        // Before its first instruction a function has no line yet: its beginning is near.
        int firstLine = debug.get(ValueLayout.JAVA_INT, DEBUG_FIRST_LINE_OFFSET);
        return source + ':' + (line < 0 ? Math.max(1, firstLine) : line);
      }
    }
    return null;
  }
}
