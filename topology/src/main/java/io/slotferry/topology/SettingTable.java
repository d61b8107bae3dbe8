package io.slotferry.topology;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * All settings: a line each, of scope, name (and an older name), kind (with its bounds or words),
 * and initial value. Those that mean nothing here are kept and given back, so that a client which
 * insists on one gets its way.
 */
public final class SettingTable {
  private static final String ROWS =
      """
      cluster acllog-max-len integer:0.. 128
      cluster acl-pubsub-default word:allchannels|resetchannels resetchannels
      cluster active-expire-effort integer:1..10 1
      cluster busy-reply-threshold,lua-time-limit integer:0.. 5000
      cluster client-output-buffer-limit output_limits \
      normal 0 0 0 slave 268435456 67108864 60 pubsub 33554432 8388608 60
      cluster client-query-buffer-limit bytes:1048576.. 1073741824
      cluster hash-max-listpack-entries,hash-max-ziplist-entries integer:0.. 512
      cluster hash-max-listpack-value,hash-max-ziplist-value bytes:0.. 64
      cluster hll-sparse-max-bytes bytes:0.. 3000
      cluster latency-monitor-threshold integer:0.. 0
      cluster latency-tracking yes_no yes
      cluster latency-tracking-info-percentiles percentiles 50 99 99.9
      cluster lfu-decay-time integer:0..2147483647 1
      cluster lfu-log-factor integer:0..2147483647 10
      cluster list-compress-depth integer:0..2147483647 0
      cluster list-max-listpack-size,list-max-ziplist-size integer:-2147483648..2147483647 -2
      cluster maxclients integer:1..4294967295 10000
      cluster maxmemory bytes:0.. 0
      cluster maxmemory-clients bytes_or_percent:0.. 0
      cluster maxmemory-eviction-tenacity integer:0..100 10
      cluster maxmemory-policy \
      word:volatile-lru|volatile-lfu|volatile-random|volatile-ttl|allkeys-lru|allkeys-lfu|allkeys-random|noeviction \
      noeviction
      cluster maxmemory-samples integer:1..2147483647 5
      cluster min-in-sync integer:1..64 1
      cluster min-replicas-max-lag,min-slaves-max-lag integer:0..2147483647 10
      cluster min-replicas-to-write,min-slaves-to-write integer:0..2147483647 0
      cluster move-bandwidth-max bytes:0.. 0
      cluster move-turn-max-micros integer:100..1000000 1000
      cluster notify-keyspace-events event_classes
      cluster proto-max-bulk-len bytes:1048576.. 536870912
      cluster replica-max-staleness-millis integer:1..2147483647 1000
      cluster requirepass text
      cluster set-max-intset-entries integer:0.. 512
      cluster set-max-listpack-entries integer:0.. 128
      cluster set-max-listpack-value integer:0.. 64
      cluster slowlog-log-slower-than integer:-1.. 10000
      cluster slowlog-max-len integer:0.. 128
      cluster stream-node-max-bytes bytes:0.. 4096
      cluster stream-node-max-entries integer:0.. 100
      cluster timeout integer:0..2147483647 0
      cluster tracking-table-max-keys integer:0.. 1000000
      cluster zset-max-listpack-entries,zset-max-ziplist-entries integer:0.. 128
      cluster zset-max-listpack-value,zset-max-ziplist-value bytes:0.. 64
      gateway active-defrag-cycle-max integer:1..99 25
      gateway active-defrag-cycle-min integer:1..99 1
      gateway active-defrag-ignore-bytes bytes:1.. 104857600
      gateway active-defrag-max-scan-fields integer:1.. 1000
      gateway active-defrag-threshold-lower integer:0..1000 10
      gateway active-defrag-threshold-upper integer:0..1000 100
      gateway activedefrag yes_no no
      gateway activerehashing yes_no yes
      gateway aof-disable-auto-gc yes_no no
      gateway aof-load-truncated yes_no yes
      gateway aof-rewrite-incremental-fsync yes_no yes
      gateway aof-timestamp-enabled yes_no no
      gateway aof-use-rdb-preamble yes_no yes
      gateway appendfsync word:always|everysec|no everysec
      gateway appendonly yes_no yes
      gateway auto-aof-rewrite-min-size bytes:0.. 67108864
      gateway auto-aof-rewrite-percentage integer:0..2147483647 100
      gateway bind-source-addr text
      gateway close-on-replica-write yes_no yes
      gateway cluster-allow-pubsubshard-when-down yes_no yes
      gateway cluster-allow-reads-when-down yes_no no
      gateway cluster-allow-replica-migration yes_no yes
      gateway cluster-announce-hostname text
      gateway cluster-link-sendbuf-limit bytes:0.. 0
      gateway cluster-migration-barrier integer:0..2147483647 1
      gateway cluster-node-timeout integer:0.. 15000
      gateway cluster-replica-no-failover,cluster-slave-no-failover yes_no no
      gateway cluster-replica-validity-factor,cluster-slave-validity-factor integer:0..2147483647 10
      gateway cluster-require-full-coverage yes_no yes
      gateway crash-log-enabled yes_no yes
      gateway crash-memcheck-enabled yes_no yes
      gateway dynamic-hz yes_no yes
      gateway hz integer:0..2147483647 10
      gateway ignore-warnings text
      gateway jemalloc-bg-thread yes_no yes
      gateway key-load-delay integer:-2147483648..2147483647 0
      gateway lazyfree-lazy-eviction yes_no no
      gateway lazyfree-lazy-expire yes_no no
      gateway lazyfree-lazy-server-del yes_no no
      gateway lazyfree-lazy-user-del yes_no no
      gateway lazyfree-lazy-user-flush yes_no no
      gateway loglevel word:debug|verbose|notice|warning|nothing notice
      gateway masterauth text
      gateway masteruser text
      gateway no-appendfsync-on-rewrite yes_no no
      gateway oom-score-adj word:no|yes|relative|absolute no
      gateway proc-title-template text {title} {listen-addr} {server-mode}
      gateway propagation-error-behavior word:ignore|panic|panic-on-replicas ignore
      gateway protected-mode yes_no yes
      gateway rdb-del-sync-files yes_no no
      gateway rdb-key-save-delay integer:-2147483648..2147483647 0
      gateway rdb-save-incremental-fsync yes_no yes
      gateway rdbcompression yes_no yes
      gateway repl-backlog-size bytes:1.. 1048576
      gateway repl-backlog-ttl integer:0.. 3600
      gateway repl-disable-tcp-nodelay yes_no no
      gateway repl-diskless-load word:disabled|on-empty-db|swapdb disabled
      gateway repl-diskless-sync yes_no yes
      gateway repl-diskless-sync-delay integer:0..2147483647 5
      gateway repl-diskless-sync-max-replicas integer:0..2147483647 0
      gateway repl-ping-replica-period,repl-ping-slave-period integer:1..2147483647 10
      gateway repl-timeout integer:1..2147483647 60
      gateway replica-announced yes_no yes
      gateway replica-ignore-disk-write-errors yes_no no
      gateway replica-ignore-maxmemory,slave-ignore-maxmemory yes_no yes
      gateway replica-lazy-flush,slave-lazy-flush yes_no no
      gateway replica-priority,slave-priority integer:0..2147483647 100
      gateway replica-read-only,slave-read-only yes_no yes
      gateway replica-serve-stale-data,slave-serve-stale-data yes_no yes
      gateway sanitize-dump-payload word:no|yes|clients no
      gateway save save_points
      gateway shutdown-on-sigint words:default|save|nosave|now|force default
      gateway shutdown-on-sigterm words:default|save|nosave|now|force default
      gateway shutdown-timeout integer:0..2147483647 10
      gateway stop-writes-on-bgsave-error yes_no yes
      gateway tcp-keepalive integer:0..2147483647 300
      fixed aclfile text
      fixed always-show-logo yes_no no
      fixed aof_rewrite_cpulist text
      fixed appenddirname text appendonlydir
      fixed appendfilename text appendonly.aof
      fixed bgsave_cpulist text
      fixed bind text
      fixed bio_cpulist text
      fixed cluster-announce-bus-port integer:0..65535 0
      fixed cluster-announce-human-nodename text
      fixed cluster-announce-ip text
      fixed cluster-announce-port integer:0..65535 0
      fixed cluster-announce-tls-port integer:0..65535 0
      fixed cluster-config-file text nodes.conf
      fixed cluster-enabled yes_no no
      fixed cluster-port integer:0..65535 0
      fixed cluster-preferred-endpoint-type word:ip|hostname|unknown-endpoint ip
      fixed daemonize yes_no no
      fixed databases integer:1..2147483647 16
      fixed dbfilename text dump.rdb
      fixed dir text .
      fixed disable-thp yes_no yes
      fixed enable-debug-command word:no|yes|local yes
      fixed enable-module-command word:no|yes|local no
      fixed enable-protected-configs word:no|yes|local no
      fixed io-threads integer:1..128 1
      fixed io-threads-do-reads yes_no no
      fixed locale-collate text
      fixed logfile text
      fixed oom-score-adj-values text 0 200 800
      fixed pidfile text
      fixed port integer:0..65535 6379
      fixed rdbchecksum yes_no yes
      fixed replica-announce-ip,slave-announce-ip text
      fixed replica-announce-port,slave-announce-port integer:0..65535 0
      fixed replicaof,slaveof text
      fixed server_cpulist text
      fixed set-proc-title yes_no yes
      fixed socket-mark-id integer:0..4294967295 0
      fixed supervised word:upstart|systemd|auto|no no
      fixed syslog-enabled yes_no no
      fixed syslog-facility word:user|local0|local1|local2|local3|local4|local5|local6|local7 local0
      fixed syslog-ident text redis
      fixed tcp-backlog integer:0..2147483647 511
      fixed unixsocket text
      fixed unixsocketperm integer:0..511 0
      """;

  private static final Map<String, Setting> BY_NAME = new TreeMap<>();
  private static final List<Setting> ALL = ROWS.lines().map(SettingTable::setting).toList();

  static {
    for (Setting setting : ALL) {
      BY_NAME.put(setting.name(), setting);
      if (!setting.alias().isEmpty()) {
        BY_NAME.put(setting.alias(), setting);
      }
    }
  }

  private SettingTable() {}

  private static Setting setting(String row) {
    String[] columns = row.split(" ", 4);
    String[] names = columns[1].split(",");
    String[] kind = columns[2].split(":");
    String detail = kind.length == 2 ? kind[1] : "";
    int dots = detail.indexOf("..");
    return new Setting(
        names[0],
        names.length == 2 ? names[1] : "",
        Setting.Scope.valueOf(columns[0].toUpperCase(Locale.ROOT)),
        Setting.Kind.valueOf(kind[0].toUpperCase(Locale.ROOT)),
        dots < 0 ? Long.MIN_VALUE : Long.parseLong(detail.substring(0, dots)),
        dots < 0 || dots + 2 == detail.length()
            ? Long.MAX_VALUE
            : Long.parseLong(detail.substring(dots + 2)),
        dots < 0 ? new ArrayList<>(Arrays.asList(detail.split("\\|"))) : List.of(),
        columns.length == 4 ? columns[3] : "");
  }

  /** The setting of that name or older name, ASCII case ignored. */
  public static @Nullable Setting find(String name) {
    return BY_NAME.get(name.toLowerCase(Locale.ROOT));
  }

  /** In no particular order. */
  public static Collection<Setting> all() {
    return ALL;
  }
}
