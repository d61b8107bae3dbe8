package io.slotferry.gateway;

import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The settings that Redis clients and tools ask for by {@code CONFIG GET} and {@code CONFIG SET}: a
 * fixed table, each with a kind that its values are checked against. Those that mean something here
 * take effect ({@code requirepass}); the others are kept and given back, so that a client which
 * insists on one gets its way. Thread: any.
 */
final class Settings {
  /** What values a setting takes. */
  private enum Kind {
    TEXT,
    INTEGER,
    /** A number of bytes, which may have a unit: 100mb. */
    BYTES,
    YES_NO
  }

  private record Setting(Kind kind, String initial) {}

  private static final Map<String, Setting> TABLE = new TreeMap<>();

  static {
    for (String line :
        """
        activedefrag YES_NO no
        active-expire-effort INTEGER 1
        aof-use-rdb-preamble YES_NO yes
        appendfsync TEXT everysec
        appendonly YES_NO yes
        auto-aof-rewrite-percentage INTEGER 100
        auto-aof-rewrite-min-size BYTES 67108864
        busy-reply-threshold INTEGER 5000
        client-output-buffer-limit TEXT normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60
        client-query-buffer-limit BYTES 1073741824
        databases INTEGER 16
        dir TEXT .
        dbfilename TEXT dump.rdb
        hash-max-listpack-entries INTEGER 512
        hash-max-listpack-value INTEGER 64
        hash-max-ziplist-entries INTEGER 512
        hash-max-ziplist-value INTEGER 64
        hll-sparse-max-bytes BYTES 3000
        hz INTEGER 10
        key-load-delay INTEGER 0
        latency-monitor-threshold INTEGER 0
        latency-tracking YES_NO yes
        lazyfree-lazy-eviction YES_NO no
        lazyfree-lazy-expire YES_NO no
        lazyfree-lazy-server-del YES_NO no
        lazyfree-lazy-user-del YES_NO no
        lazyfree-lazy-user-flush YES_NO no
        lfu-decay-time INTEGER 1
        lfu-log-factor INTEGER 10
        list-compress-depth INTEGER 0
        list-max-listpack-size INTEGER -2
        list-max-ziplist-size INTEGER -2
        lua-time-limit INTEGER 5000
        maxclients INTEGER 10000
        maxmemory BYTES 0
        maxmemory-clients TEXT 0
        maxmemory-policy TEXT noeviction
        maxmemory-samples INTEGER 5
        min-replicas-max-lag INTEGER 10
        min-replicas-to-write INTEGER 0
        min-slaves-max-lag INTEGER 10
        min-slaves-to-write INTEGER 0
        notify-keyspace-events TEXT
        port INTEGER 6379
        proto-max-bulk-len BYTES 536870912
        rdb-key-save-delay INTEGER 0
        rdbcompression YES_NO yes
        repl-backlog-size BYTES 1048576
        repl-diskless-load TEXT disabled
        repl-diskless-sync YES_NO yes
        repl-diskless-sync-delay INTEGER 5
        replica-read-only YES_NO yes
        requirepass TEXT
        save TEXT
        set-max-intset-entries INTEGER 512
        slave-read-only YES_NO yes
        slowlog-log-slower-than INTEGER 10000
        slowlog-max-len INTEGER 128
        stream-node-max-bytes BYTES 4096
        stream-node-max-entries INTEGER 100
        tcp-keepalive INTEGER 300
        timeout INTEGER 0
        tracking-table-max-keys INTEGER 1000000
        zset-max-listpack-entries INTEGER 128
        zset-max-listpack-value INTEGER 64
        zset-max-ziplist-entries INTEGER 128
        zset-max-ziplist-value INTEGER 64
        """
            .split("\n")) {
      String[] parts = line.split(" ", 3);
      TABLE.put(parts[0], new Setting(Kind.valueOf(parts[1]), parts.length == 3 ? parts[2] : ""));
    }
  }

  private static final List<String> BYTE_UNITS =
      List.of(
          "b",
          "1",
          "k",
          "1000",
          "kb",
          "1024",
          "m",
          "1000000",
          "mb",
          "1048576",
          "g",
          "1000000000",
          "gb",
          "1073741824");

  private final ConcurrentSkipListMap<String, String> values = new ConcurrentSkipListMap<>();
  private volatile String requirePass;

  Settings(GatewayOptions options) {
    TABLE.forEach((name, setting) -> values.put(name, setting.initial()));
    requirePass = options.requirePass() == null ? "" : options.requirePass();
    values.put("requirepass", requirePass);
    values.put("maxclients", Integer.toString(options.clientsMax()));
    values.put("port", Integer.toString(options.respPort()));
  }

  /** The password that AUTH wants; empty for none. */
  String requirePass() {
    return requirePass;
  }

  int clientsMax() {
    long wanted = Long.parseLong(values.getOrDefault("maxclients", "0"));
    return Math.clamp(wanted, 1, Integer.MAX_VALUE);
  }

  void forEach(BiConsumer<String, String> consumer) {
    values.forEach(consumer);
  }

  static boolean isKnown(String name) {
    return TABLE.containsKey(name.toLowerCase(Locale.ROOT));
  }

  /** Why {@code value} is no value of the known setting {@code name}; null when it is one. */
  static @Nullable String refusal(String name, String value) {
    Setting setting = TABLE.get(name.toLowerCase(Locale.ROOT));
    if (setting == null) {
      return "no such setting";
    }
    return switch (setting.kind()) {
      case TEXT -> null;
      case YES_NO ->
          value.equalsIgnoreCase("yes") || value.equalsIgnoreCase("no")
              ? null
              : "argument must be 'yes' or 'no'";
      case INTEGER ->
          value.matches("-?\\d{1,18}") ? null : "argument couldn't be parsed into an integer";
      case BYTES -> bytes(value) < 0 ? "argument must be a memory value" : null;
    };
  }

  /** Sets what {@link #refusal} has let pass. */
  void set(String name, String value) {
    String key = name.toLowerCase(Locale.ROOT);
    Setting setting = TABLE.get(key);
    boolean isBytes = setting != null && setting.kind() == Kind.BYTES;
    values.put(key, isBytes ? Long.toString(bytes(value)) : value);
    if (key.equals("requirepass")) {
      requirePass = value;
    }
  }

  /** Bytes with an optional unit, -1 when it is none. */
  private static long bytes(String value) {
    String lower = value.toLowerCase(Locale.ROOT);
    int digits = 0;
    while (digits < lower.length() && Character.isDigit(lower.charAt(digits))) {
      digits++;
    }
    if (digits == 0 || digits > 15) {
      return -1;
    }
    long number = Long.parseLong(lower, 0, digits, 10);
    String unit = lower.substring(digits);
    int at = BYTE_UNITS.indexOf(unit);
    if (unit.isEmpty()) {
      return number;
    }
    return at < 0 || at % 2 == 1 ? -1 : number * Long.parseLong(BYTE_UNITS.get(at + 1));
  }
}
