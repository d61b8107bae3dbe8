package io.slotferry.engine.lua;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.ValueLayout;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** A command out of the arguments that a script gave; the request is used again for the next. */
final class ArgumentList {
  /** Beyond this size (bytes) the array is given back. */
  private static final int RETAINED_BYTES_MAX = 1 << 20;

  private static final int INITIAL_BYTES = 1 << 10;

  private final Request request = new Request();
  private final byte[] digits = new byte[Decimal.DOUBLE_CHARS_MAX];
  private byte[] buffer = new byte[INITIAL_BYTES];
  private int size;

  Request request() {
    return request;
  }

  /** Reads {@code count} values of a stack; returns what is wrong with them. */
  @Nullable String read(long state, int first, int count) {
    if (count == 0) {
      return "Please specify at least one argument for this redis lib call";
    }
    if (buffer.length > RETAINED_BYTES_MAX) {
      buffer = new byte[INITIAL_BYTES];
    }
    size = 0;
    request.reset(buffer);
    for (int index = first; index < first + count; index++) {
      switch (Lua.type(state, index)) {
        case Lua.STRING -> string(state, index);
        case Lua.NUMBER -> number(Lua.toNumber(state, index));
        default -> {
          return "Lua redis lib command arguments must be strings or integers";
        }
      }
    }
    return null;
  }

  private void string(long state, int index) {
    long chars = Lua.toChars(state, index, 0);
    int length = (int) Lua.length(state, index);
    ensure(length);
    MemorySegment.copy(Lua.MEMORY, ValueLayout.JAVA_BYTE, chars, buffer, size, length);
    request.add(size, length);
    size += length;
  }

  /** In all its digits, where Lua itself would write 14. */
  private void number(double value) {
    int length;
    if (value == (long) value && Math.abs(value) < 0x1p63) {
      length = Decimal.length((long) value);
      Decimal.write((long) value, digits, 0, length);
    } else {
      length = Decimal.write(value, digits, 0);
    }
    ensure(length);
    System.arraycopy(digits, 0, buffer, size, length);
    request.add(size, length);
    size += length;
  }

  private void ensure(int more) {
    if (buffer.length - size < more) {
      buffer = Arrays.copyOf(buffer, Math.max(buffer.length * 2, size + more));
      request.rebase(buffer, 0);
    }
  }
}
