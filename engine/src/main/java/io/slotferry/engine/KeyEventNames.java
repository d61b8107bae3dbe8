package io.slotferry.engine;

import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.KeyEvents;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Which event a command means when it has changed a key, with its class. A command without a row
 * (LMOVE, GETEX, …) means the event of its effect (LPUSH, PEXPIREAT, …).
 */
final class KeyEventNames {
  record Row(int eventClass, byte[] name) {}

  private static final @Nullable Row[] ROWS = new @Nullable Row[Command.values().length];

  static {
    Map<String, Row> rows = new HashMap<>();
    add(rows, KeyEvents.STRING, "set", "set setnx setex psetex getset mset msetnx bitop");
    add(rows, KeyEvents.STRING, "incrby", "incr decr incrby decrby");
    add(rows, KeyEvents.STRING, "setbit", "setbit bitfield");
    add(rows, KeyEvents.STRING, "pfadd", "pfadd pfmerge");
    addOwn(rows, KeyEvents.STRING, "append setrange incrbyfloat");
    add(rows, KeyEvents.GENERIC, "expire", "expire pexpire expireat pexpireat");
    addOwn(rows, KeyEvents.GENERIC, "persist restore");
    add(rows, KeyEvents.GENERIC, "rename_to", "rename renamenx");
    add(rows, KeyEvents.GENERIC, "copy_to", "copy");
    add(rows, KeyEvents.GENERIC, "move_to", "move");
    add(rows, KeyEvents.LIST, "lpush", "lpush lpushx");
    add(rows, KeyEvents.LIST, "rpush", "rpush rpushx");
    add(rows, KeyEvents.LIST, "sortstore", "sort");
    addOwn(rows, KeyEvents.LIST, "lpop rpop lset ltrim lrem linsert");
    addOwn(rows, KeyEvents.SET, "sadd srem spop sinterstore sunionstore sdiffstore");
    add(rows, KeyEvents.HASH, "hset", "hset hmset hsetnx");
    addOwn(rows, KeyEvents.HASH, "hincrby hincrbyfloat hdel hpersist");
    add(rows, KeyEvents.HASH, "hexpire", "hexpire hpexpire hexpireat hpexpireat");
    add(rows, KeyEvents.SORTED_SET, "zadd", "zadd geoadd");
    add(rows, KeyEvents.SORTED_SET, "zincr", "zincrby");
    add(rows, KeyEvents.SORTED_SET, "georadiusstore", "georadius georadiusbymember");
    addOwn(
        rows,
        KeyEvents.SORTED_SET,
        "zrem zremrangebyrank zremrangebyscore zremrangebylex zpopmin zpopmax zrangestore"
            + " zunionstore zinterstore zdiffstore geosearchstore");
    addOwn(rows, KeyEvents.STREAM, "xadd xtrim xdel xsetid");
    for (Command command : Command.values()) {
      ROWS[command.ordinal()] = rows.get(command.lowerName());
    }
  }

  private KeyEventNames() {}

  private static void addOwn(Map<String, Row> rows, int eventClass, String commands) {
    for (String command : commands.split(" ")) {
      add(rows, eventClass, command, command);
    }
  }

  private static void add(Map<String, Row> rows, int eventClass, String event, String commands) {
    Row row = new Row(eventClass, bytes(event));
    for (String command : commands.split(" ")) {
      rows.put(command, row);
    }
  }

  static byte[] bytes(String name) {
    return name.getBytes(StandardCharsets.US_ASCII);
  }

  static @Nullable Row of(Command command) {
    return ROWS[command.ordinal()];
  }
}
