package io.slotferry.engine.lua;

import java.lang.foreign.ValueLayout;

/**
 * Whether a running coroutine may be stopped at this point. Lua 5.1 does not tell, and raises an
 * error when it may not: while a function of C (the sort of a table, a replacement by a function)
 * or a metamethod waits for a Lua function to return. So two counters are read out of the state
 * itself: the depth of calls through C, and that depth when the coroutine was resumed.
 *
 * <p>Where they stand depends on the build of the library. {@link #agrees} is asked at known depths
 * when an interpreter starts; if it is wrong once, nothing is ever stopped.
 */
final class Coroutines {
  /** In a state of 64-bit Lua 5.1, two unsigned shorts. */
  private static final int CALL_DEPTH_OFFSET = 96;

  private static final int RESUMED_DEPTH_OFFSET = 98;

  private Coroutines() {}

  private static int depth(long state) {
    return Short.toUnsignedInt(Lua.MEMORY.get(ValueLayout.JAVA_SHORT, state + CALL_DEPTH_OFFSET))
        - Short.toUnsignedInt(Lua.MEMORY.get(ValueLayout.JAVA_SHORT, state + RESUMED_DEPTH_OFFSET));
  }

  static boolean mayYield(long state) {
    return depth(state) == 0;
  }

  /** Whether the counters say that {@code calls} calls through C are under way. */
  static boolean agrees(long state, int calls) {
    return ValueLayout.ADDRESS.byteSize() == Long.BYTES && depth(state) == calls;
  }
}
