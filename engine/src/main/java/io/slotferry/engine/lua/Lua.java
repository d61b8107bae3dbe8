package io.slotferry.engine.lua;

import static java.lang.foreign.ValueLayout.JAVA_DOUBLE;
import static java.lang.foreign.ValueLayout.JAVA_INT;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.lang.foreign.FunctionDescriptor;
import java.lang.foreign.Linker;
import java.lang.foreign.MemorySegment;
import java.lang.foreign.SymbolLookup;
import java.lang.foreign.ValueLayout;
import java.lang.invoke.MethodHandle;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * The functions of Lua 5.1's C interface that are used here, one method each; the interface's
 * manual documents them. States and other pointers are addresses.
 *
 * <p>Lua raises an error by a jump over all frames up to the nearest protected call, and a jump
 * over a frame of Java kills the process. So nothing is in this list that may raise one, but for
 * what runs protected, and except when memory runs out: tables are read and written raw, and a
 * function of ours that was called by Lua returns its error to the prelude, which raises it.
 *
 * <p>The class is initialized by the first script; it fails when there is no library for the
 * platform.
 */
@SuppressWarnings("restricted")
final class Lua {
  static final int YIELDED = 1;

  static final int REGISTRY = -10000;
  static final int GLOBALS = -10002;

  static final int NIL = 0;
  static final int BOOLEAN = 1;
  static final int LIGHT_USERDATA = 2;
  static final int NUMBER = 3;
  static final int STRING = 4;
  static final int TABLE = 5;
  static final int FUNCTION = 6;

  static final int MASK_COUNT = 1 << 3;

  /** All memory: what a pointer of the library points at. */
  static final MemorySegment MEMORY = MemorySegment.NULL.reinterpret(Long.MAX_VALUE);

  private static final String[] TYPE_NAMES = {
    "nil", "boolean", "userdata", "number", "string", "table", "function", "userdata", "thread"
  };

  private static final Linker LINKER = Linker.nativeLinker();
  private static final SymbolLookup LIBRARY = library();

  private static final MethodHandle NEW_STATE =
      bind("luaL_newstate", FunctionDescriptor.of(JAVA_LONG));
  private static final MethodHandle NEW_THREAD =
      quick("lua_newthread", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle GET_TOP =
      quick("lua_gettop", FunctionDescriptor.of(JAVA_INT, JAVA_LONG));
  private static final MethodHandle SET_TOP =
      quick("lua_settop", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle PUSH_VALUE =
      quick("lua_pushvalue", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle INSERT =
      quick("lua_insert", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle REPLACE =
      quick("lua_replace", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle CHECK_STACK =
      quick("lua_checkstack", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle TYPE =
      quick("lua_type", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle TO_NUMBER =
      quick("lua_tonumber", FunctionDescriptor.of(JAVA_DOUBLE, JAVA_LONG, JAVA_INT));
  private static final MethodHandle IS_NUMBER =
      quick("lua_isnumber", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle TO_BOOLEAN =
      quick("lua_toboolean", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle TO_CHARS =
      quick("lua_tolstring", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_LONG));
  private static final MethodHandle LENGTH =
      quick("lua_objlen", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle TO_USERDATA =
      quick("lua_touserdata", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle TO_C_FUNCTION =
      quick("lua_tocfunction", FunctionDescriptor.of(JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle PUSH_NIL =
      quick("lua_pushnil", FunctionDescriptor.ofVoid(JAVA_LONG));
  private static final MethodHandle PUSH_NUMBER =
      quick("lua_pushnumber", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_DOUBLE));
  private static final MethodHandle PUSH_BOOLEAN =
      quick("lua_pushboolean", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle PUSH_CHARS =
      quick("lua_pushlstring", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PUSH_FUNCTION =
      quick("lua_pushcclosure", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG, JAVA_INT));
  private static final MethodHandle PUSH_USERDATA =
      quick("lua_pushlightuserdata", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_LONG));
  private static final MethodHandle CREATE_TABLE =
      quick("lua_createtable", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle RAW_GET =
      quick("lua_rawget", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle RAW_GET_INDEX =
      quick("lua_rawgeti", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle RAW_SET =
      quick("lua_rawset", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT));
  private static final MethodHandle RAW_SET_INDEX =
      quick("lua_rawseti", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle NEXT =
      quick("lua_next", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle REFERENCE =
      quick("luaL_ref", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle UNREFERENCE =
      quick("luaL_unref", FunctionDescriptor.ofVoid(JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle LOAD_BUFFER =
      bind(
          "luaL_loadbuffer",
          FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG, JAVA_LONG));
  private static final MethodHandle PROTECTED_CALL =
      bind("lua_pcall", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_INT, JAVA_INT));
  private static final MethodHandle RESUME =
      bind("lua_resume", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle YIELD =
      quick("lua_yield", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT));
  private static final MethodHandle SET_HOOK =
      quick(
          "lua_sethook", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_INT, JAVA_INT));
  private static final MethodHandle GET_STACK =
      quick("lua_getstack", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_INT, JAVA_LONG));
  private static final MethodHandle GET_INFO =
      quick("lua_getinfo", FunctionDescriptor.of(JAVA_INT, JAVA_LONG, JAVA_LONG, JAVA_LONG));

  private Lua() {}

  private static SymbolLookup library() {
    try {
      return LuaLibrary.load();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static MethodHandle bind(String name, FunctionDescriptor function) {
    return LINKER.downcallHandle(LIBRARY.findOrThrow(name), function);
  }

  /** A function that takes no time and calls nothing of ours: the JVM stays where it is. */
  private static MethodHandle quick(String name, FunctionDescriptor function) {
    return LINKER.downcallHandle(
        LIBRARY.findOrThrow(name), function, Linker.Option.critical(false));
  }

  private static IllegalStateException broken(Throwable cause) {
    return new IllegalStateException("a call of the Lua library failed", cause);
  }

  // ---- what is made of them

  /** The address of a function that opens one of Lua's own libraries. */
  static long address(String name) {
    return LIBRARY.findOrThrow(name).address();
  }

  static void pop(long state, int count) {
    setTop(state, -count - 1);
  }

  /** The name of a type, as in Lua's own messages. */
  static String typeName(long state, int index) {
    int type = type(state, index);
    return type < 0 ? "no value" : TYPE_NAMES[type];
  }

  /** The bytes of a string or a number; null for another type. A number becomes a string. */
  static byte @Nullable [] bytes(long state, int index) {
    long chars = toChars(state, index, 0);
    if (chars == 0) {
      return null;
    }
    byte[] bytes = new byte[(int) length(state, index)];
    MemorySegment.copy(MEMORY, ValueLayout.JAVA_BYTE, chars, bytes, 0, bytes.length);
    return bytes;
  }

  /** The characters at an address up to a zero, which is among the first few. */
  static String text(long chars) {
    return chars == 0 ? "" : MEMORY.getString(chars, StandardCharsets.ISO_8859_1);
  }

  // ---- the functions

  static long newState() {
    try {
      return (long) NEW_STATE.invokeExact();
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Pushes a new coroutine, and returns it as a state of its own. */
  static long newThread(long state) {
    try {
      return (long) NEW_THREAD.invokeExact(state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int getTop(long state) {
    try {
      return (int) GET_TOP.invokeExact(state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void setTop(long state, int top) {
    try {
      SET_TOP.invokeExact(state, top);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void pushValue(long state, int index) {
    try {
      PUSH_VALUE.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void insert(long state, int index) {
    try {
      INSERT.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void replace(long state, int index) {
    try {
      REPLACE.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Zero when there is no room for so many more values. */
  static int checkStack(long state, int slots) {
    try {
      return (int) CHECK_STACK.invokeExact(state, slots);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int type(long state, int index) {
    try {
      return (int) TYPE.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static double toNumber(long state, int index) {
    try {
      return (double) TO_NUMBER.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Whether it is a number, or a string that reads as one. */
  static int isNumber(long state, int index) {
    try {
      return (int) IS_NUMBER.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int toBoolean(long state, int index) {
    try {
      return (int) TO_BOOLEAN.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long toChars(long state, int index, long length) {
    try {
      return (long) TO_CHARS.invokeExact(state, index, length);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Bytes of a string, elements of a table. */
  static long length(long state, int index) {
    try {
      return (long) LENGTH.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long toUserdata(long state, int index) {
    try {
      return (long) TO_USERDATA.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static long toCFunction(long state, int index) {
    try {
      return (long) TO_C_FUNCTION.invokeExact(state, index);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void pushNil(long state) {
    try {
      PUSH_NIL.invokeExact(state);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void pushNumber(long state, double value) {
    try {
      PUSH_NUMBER.invokeExact(state, value);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void pushBoolean(long state, int value) {
    try {
      PUSH_BOOLEAN.invokeExact(state, value);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void pushChars(long state, long chars, long length) {
    try {
      PUSH_CHARS.invokeExact(state, chars, length);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void pushFunction(long state, long function, int upvalues) {
    try {
      PUSH_FUNCTION.invokeExact(state, function, upvalues);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void pushUserdata(long state, long pointer) {
    try {
      PUSH_USERDATA.invokeExact(state, pointer);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void createTable(long state, int elements, int fields) {
    try {
      CREATE_TABLE.invokeExact(state, elements, fields);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void rawGet(long state, int table) {
    try {
      RAW_GET.invokeExact(state, table);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void rawGetIndex(long state, int table, int key) {
    try {
      RAW_GET_INDEX.invokeExact(state, table, key);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** The key on the stack must be neither nil nor NaN. */
  static void rawSet(long state, int table) {
    try {
      RAW_SET.invokeExact(state, table);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void rawSetIndex(long state, int table, int key) {
    try {
      RAW_SET_INDEX.invokeExact(state, table, key);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int next(long state, int table) {
    try {
      return (int) NEXT.invokeExact(state, table);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Takes the value off the stack into the table, under a number that stands for it. */
  static int reference(long state, int table) {
    try {
      return (int) REFERENCE.invokeExact(state, table);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static void unreference(long state, int table, int reference) {
    try {
      UNREFERENCE.invokeExact(state, table, reference);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Compiles; pushes the function, or the message. */
  static int loadBuffer(long state, long chars, long length, long name) {
    try {
      return (int) LOAD_BUFFER.invokeExact(state, chars, length, name);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int protectedCall(long state, int arguments, int results, int handler) {
    try {
      return (int) PROTECTED_CALL.invokeExact(state, arguments, results, handler);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int resume(long state, int arguments) {
    try {
      return (int) RESUME.invokeExact(state, arguments);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  /** Only in a hook, and only when {@link Coroutines#mayYield}: else it raises an error. */
  static int pause(long state, int results) {
    try {
      return (int) YIELD.invokeExact(state, results);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int setHook(long state, long hook, int mask, int count) {
    try {
      return (int) SET_HOOK.invokeExact(state, hook, mask, count);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int getStack(long state, int level, long debug) {
    try {
      return (int) GET_STACK.invokeExact(state, level, debug);
    } catch (Throwable e) {
      throw broken(e);
    }
  }

  static int getInfo(long state, long what, long debug) {
    try {
      return (int) GET_INFO.invokeExact(state, what, debug);
    } catch (Throwable e) {
      throw broken(e);
    }
  }
}
