package io.slotferry.engine.lua;

import io.slotferry.protocol.ScriptName;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The functions of the table {@code redis}, but for {@code call} and {@code pcall}. Their errors
 * are error replies: the messages begin with a code.
 */
final class RedisLibrary {
  private static final int LOG_LEVEL_MAX = 3;
  private static final int REPLICATION_FLAGS = 3;

  private final ScriptHost host;
  private final ArgumentList commands;

  RedisLibrary(ScriptHost host, ArgumentList commands) {
    this.host = host;
    this.commands = commands;
  }

  private static ScriptException error(String message) {
    return new ScriptException("ERR " + message);
  }

  private int sha1hex(Arguments arguments) {
    if (arguments.count() != 1) {
      throw error("wrong number of arguments");
    }
    byte[] bytes = Lua.bytes(arguments.state, arguments.index(1));
    byte[] hashed = bytes == null ? new byte[0] : bytes;
    return arguments.returnString(ScriptName.of(hashed, 0, hashed.length));
  }

  private int log(Arguments arguments) {
    if (arguments.count() < 2) {
      throw error("redis.log() requires two arguments or more.");
    }
    if (Lua.isNumber(arguments.state, arguments.index(1)) == 0) {
      throw error("First argument must be a number (log level).");
    }
    int level = (int) arguments.integer(1);
    if (level < 0 || level > LOG_LEVEL_MAX) {
      throw error("Invalid debug level.");
    }
    StringBuilder message = new StringBuilder();
    for (int i = 2; i <= arguments.count(); i++) {
      byte[] part = Lua.bytes(arguments.state, arguments.index(i));
      if (part != null) {
        message.append(i == 2 ? "" : " ").append(new String(part, StandardCharsets.UTF_8));
      }
    }
    host.log(level, message.toString());
    return 0;
  }

  private int setResp(Arguments arguments) {
    if (arguments.count() != 1) {
      throw error("redis.setresp() requires one argument.");
    }
    double version = Lua.toNumber(arguments.state, arguments.index(1));
    if ((int) version != 2 && (int) version != 3) {
      throw error("RESP version must be 2 or 3.");
    }
    host.useProtocol((int) version);
    return 0;
  }

  /** Checked and ignored: effects are replicated, all of them or none. */
  private int setReplication(Arguments arguments) {
    if (arguments.count() != 1) {
      throw error("redis.set_repl() requires one argument.");
    }
    int flags = (int) Lua.toNumber(arguments.state, arguments.index(1));
    if ((flags & ~REPLICATION_FLAGS) != 0) {
      throw error("Invalid replication flags. Use REPL_AOF, REPL_REPLICA, REPL_ALL or REPL_NONE.");
    }
    return 0;
  }

  private int mayCall(Arguments arguments) {
    String wrong = commands.read(arguments.state, arguments.index(1), arguments.count());
    if (wrong != null) {
      throw error(wrong);
    }
    return arguments.returnBoolean(host.mayCall(commands.request()));
  }

  // ---- register_function

  private int register(Arguments arguments) {
    if (arguments.count() < 1 || arguments.count() > 2) {
      throw error("wrong number of arguments to redis.register_function");
    }
    if (arguments.count() == 1) {
      registerNamed(arguments);
    } else {
      registerPositional(arguments);
    }
    return 0;
  }

  private void registerPositional(Arguments arguments) {
    int type = arguments.type(1);
    if (type != Lua.STRING && type != Lua.NUMBER) {
      throw error("first argument to redis.register_function must be a string");
    }
    if (arguments.type(2) != Lua.FUNCTION) {
      throw error("second argument to redis.register_function must be a function");
    }
    Lua.setTop(arguments.state, arguments.index(2));
    int callback = Lua.reference(arguments.state, Lua.REGISTRY);
    host.register(arguments.text(1), "", List.of(), callback);
  }

  private void registerNamed(Arguments arguments) {
    if (arguments.type(1) != Lua.TABLE) {
      throw error(
          "calling redis.register_function with a single argument is only applicable to Lua table"
              + " (representing named arguments).");
    }
    long state = arguments.state;
    Lua.setTop(state, arguments.index(1));
    String name = null;
    String description = "";
    List<String> flags = List.of();
    int callback = Interpreter.NO_REFERENCE;
    Lua.pushNil(state);
    while (Lua.next(state, arguments.index(1)) != 0) {
      if (Lua.type(state, -2) != Lua.STRING) {
        throw error("named argument key given to redis.register_function is not a string");
      }
      String key = text(state, -2, "").toLowerCase(Locale.ROOT);
      switch (key) {
        case "function_name" -> {
          name = text(state, -1, "function_name argument given to redis.register_function must");
        }
        case "description" ->
            description =
                text(state, -1, "description argument given to redis.register_function must");
        case "flags" -> flags = flags(state);
        case "callback" -> {
          if (Lua.type(state, -1) != Lua.FUNCTION) {
            throw error("callback argument given to redis.register_function must be a function");
          }
          Lua.pushValue(state, -1);
          callback = Lua.reference(state, Lua.REGISTRY);
        }
        default -> throw error("unknown argument given to redis.register_function");
      }
      Lua.pop(state, 1);
    }
    if (name == null) {
      throw error("redis.register_function must get a function name argument");
    }
    if (callback == Interpreter.NO_REFERENCE) {
      throw error("redis.register_function must get a callback argument");
    }
    host.register(name, description, flags, callback);
  }

  private static String text(long state, int index, String must) {
    int type = Lua.type(state, index);
    if (type != Lua.STRING && type != Lua.NUMBER) {
      throw error(must + " be a string");
    }
    byte[] bytes = Lua.bytes(state, index);
    return bytes == null ? "" : new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static List<String> flags(long state) {
    if (Lua.type(state, -1) != Lua.TABLE) {
      throw error(
          "flags argument to redis.register_function must be a table representing function flags");
    }
    List<String> flags = new ArrayList<>();
    for (int i = 1; ; i++) {
      Lua.rawGetIndex(state, -1, i);
      int type = Lua.type(state, -1);
      byte[] flag = type == Lua.STRING ? Lua.bytes(state, -1) : null;
      Lua.pop(state, 1);
      if (type == Lua.NIL) {
        return flags;
      }
      if (flag == null) {
        throw error("unknown flag given");
      }
      flags.add(new String(flag, StandardCharsets.ISO_8859_1).toLowerCase(Locale.ROOT));
    }
  }

  void bind(Map<String, LuaFunction> functions) {
    functions.put("redis.sha1hex", this::sha1hex);
    functions.put("redis.log", this::log);
    functions.put("redis.setresp", this::setResp);
    functions.put("redis.set_repl", this::setReplication);
    functions.put("redis.acl_check_cmd", this::mayCall);
    functions.put("redis.register_function", this::register);
  }
}
