package io.slotferry.protocol.command;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;

/**
 * Where a request's keys stand among its arguments: by the row (first, last, step), or, for rows
 * with {@link CommandFlags#MOVABLE_KEYS}, by the number of keys that the request itself tells. That
 * number is the first argument ({@code ZUNION numkeys key …}), or the second, behind the
 * destination ({@code ZUNIONSTORE destination numkeys key …}, whose row says that its first key is
 * argument 1), the timeout ({@code BLMPOP timeout numkeys key …}) or the script ({@code EVAL script
 * numkeys key …}). SORT has its second key, if any, behind the option STORE; GEORADIUS and
 * GEORADIUSBYMEMBER behind STORE or STOREDIST. XREAD and XREADGROUP have their keys behind the word
 * STREAMS, and as many IDs behind them.
 *
 * <p>A request whose number is no number, or not borne out by its arguments, has no such keys: the
 * shard that gets it answers with the error.
 */
public final class KeyPositions {
  private static final int NONE = -1;

  private KeyPositions() {}

  /** The number of keys; the request has as many arguments as its row demands. */
  public static int count(Command command, Request request) {
    int first = command.firstKey();
    if (command.is(CommandFlags.MOVABLE_KEYS)) {
      if (isSort(command)) {
        return storeOfSort(command, request) == NONE ? 1 : 2;
      } else if (isGeoRadius(command)) {
        return storeOfGeoRadius(command, request) == NONE ? 1 : 2;
      } else if (isStreamRead(command)) {
        return (request.count() - firstStream(request)) / 2;
      }
      return first + numkeys(request, numkeysAt(command));
    }
    if (first == 0) {
      return 0;
    }
    int last = command.lastKey();
    // A container's row says where a subcommand has its key, if it has one: OBJECT HELP has none.
    last = last < 0 ? last + request.count() : Math.min(last, request.count() - 1);
    return last < first ? 0 : (last - first) / command.keyStep() + 1;
  }

  /** The argument that is the {@code index}-th key, counted from 0 and below {@link #count}. */
  public static int position(Command command, Request request, int index) {
    int first = command.firstKey();
    if (command.is(CommandFlags.MOVABLE_KEYS)) {
      if (isSort(command)) {
        return index == 0 ? first : storeOfSort(command, request);
      } else if (isGeoRadius(command)) {
        return index == 0 ? first : storeOfGeoRadius(command, request);
      } else if (isStreamRead(command)) {
        return firstStream(request) + index;
      }
      return index < first ? first : index - first + numkeysAt(command) + 1;
    }
    return first + index * command.keyStep();
  }

  private static int numkeysAt(Command command) {
    boolean second = command.is(CommandFlags.BLOCKING) || command.routing() == Routing.SCRIPT_CALL;
    return second ? 2 : command.firstKey() + 1;
  }

  private static boolean isSort(Command command) {
    return command == Command.SORT || command == Command.SORT_RO;
  }

  /** The argument behind the last STORE, as SORT reads its options; {@link #NONE} without one. */
  private static int storeOfSort(Command command, Request request) {
    int store = NONE;
    if (command == Command.SORT_RO) {
      return store;
    }
    for (int i = 2; i + 1 < request.count(); i++) {
      if (request.is(i, "LIMIT")) {
        i += 2;
      } else if (request.is(i, "STORE")) {
        store = ++i;
      } else if (request.is(i, "BY") || request.is(i, "GET")) {
        i++;
      }
    }
    return store;
  }

  private static boolean isGeoRadius(Command command) {
    return command == Command.GEORADIUS || command == Command.GEORADIUSBYMEMBER;
  }

  /** The argument behind the last STORE or STOREDIST; {@link #NONE} without one. */
  private static int storeOfGeoRadius(Command command, Request request) {
    int store = NONE;
    // The options begin behind what the command must have.
    for (int i = -command.arity(); i + 1 < request.count(); i++) {
      if (request.is(i, "COUNT")) {
        i++;
      } else if (request.is(i, "STORE") || request.is(i, "STOREDIST")) {
        store = ++i;
      }
    }
    return store;
  }

  private static boolean isStreamRead(Command command) {
    return command == Command.XREAD || command == Command.XREADGROUP;
  }

  /** What follows STREAMS; the end when the options before it are wrong, or there is none. */
  private static int firstStream(Request request) {
    int at = 1;
    while (at < request.count()) {
      if (request.is(at, "STREAMS")) {
        return at + 1;
      } else if (request.is(at, "BLOCK") || request.is(at, "COUNT")) {
        at += 2;
      } else if (request.is(at, "GROUP")) {
        at += 3;
      } else if (request.is(at, "NOACK")) {
        at++;
      } else {
        return request.count();
      }
    }
    return request.count();
  }

  private static int numkeys(Request request, int argument) {
    if (argument >= request.count()) {
      return 0;
    }
    byte[] buffer = request.buffer();
    int start = request.start(argument);
    int length = request.length(argument);
    if (!Decimal.isLong(buffer, start, length)) {
      return 0;
    }
    long numkeys = Decimal.toLong(buffer, start, length);
    return numkeys < 0 || numkeys > request.count() - argument - 1 ? 0 : (int) numkeys;
  }
}
