package io.slotferry.gateway;

import io.slotferry.gateway.access.AclLog;
import io.slotferry.gateway.pubsub.Space;
import io.slotferry.protocol.access.Denial.Reason;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.ClusterSettings;
import io.slotferry.topology.Library;
import java.lang.management.ManagementFactory;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.ToLongFunction;
import java.util.stream.LongStream;

/** The text of {@code INFO}, section by section, with Redis' field names. */
final class InfoText {
  /** What INFO tells when it is not asked for anything else. */
  static final List<String> DEFAULT_SECTIONS =
      List.of(
          "server",
          "clients",
          "memory",
          "persistence",
          "stats",
          "replication",
          "cpu",
          "modules",
          "errorstats",
          "cluster",
          "keyspace");

  /** All, in their order. */
  static final List<String> SECTIONS =
      List.of(
          "server",
          "clients",
          "memory",
          "persistence",
          "stats",
          "replication",
          "cpu",
          "modules",
          "commandstats",
          "errorstats",
          "latencystats",
          "cluster",
          "keyspace");

  private static final String NO_ID = "0".repeat(40);

  private final GatewayLoop loop;
  private final Gateway gateway;
  private final List<ShardStatus.Leader> leaders;
  private final StringBuilder text = new StringBuilder();

  InfoText(GatewayLoop loop, List<ShardStatus.Leader> leaders) {
    this.loop = loop;
    this.gateway = loop.gateway();
    this.leaders = leaders;
  }

  /** The sections in their usual order; unknown ones are left out, as Redis does. */
  String of(Set<String> sections) {
    for (String section : SECTIONS) {
      if (sections.contains(section)) {
        write(section);
      }
    }
    return text.toString();
  }

  private void write(String section) {
    if (!text.isEmpty()) {
      text.append("\r\n");
    }
    text.append("# ").append(Character.toUpperCase(section.charAt(0)));
    text.append(section, 1, section.length()).append("\r\n");
    switch (section) {
      case "server" -> server();
      case "clients" -> clients();
      case "memory" -> memory();
      case "persistence" -> persistence();
      case "stats" -> stats();
      case "replication" -> replication();
      case "cpu" -> cpu();
      case "modules" -> {
        // There are none.
      }
      case "commandstats" -> CommandStatistics.commands(gateway, text);
      case "errorstats" -> CommandStatistics.errors(gateway, text);
      case "latencystats" -> CommandStatistics.latencies(gateway, text);
      case "cluster" -> cluster();
      case "keyspace" -> keyspace();
      default -> throw new IllegalArgumentException(section);
    }
  }

  private void line(String name, Object value) {
    text.append(name).append(':').append(value).append("\r\n");
  }

  private void server() {
    long seconds = ManagementFactory.getRuntimeMXBean().getUptime() / 1000;
    line("redis_version", ConnectionCommands.REDIS_VERSION);
    line("redis_mode", "standalone");
    line("server_name", "slotferry");
    line("os", System.getProperty("os.name") + ' ' + System.getProperty("os.version"));
    line("arch_bits", 64);
    line("process_id", ProcessHandle.current().pid());
    line("process_supervised", "no");
    line("multiplexing_api", "netty");
    line("run_id", ClusterCommands.nodeHash(gateway.options().nodeId()));
    line("tcp_port", gateway.respPort());
    line("server_time_usec", System.currentTimeMillis() * 1000);
    line("uptime_in_seconds", seconds);
    line("uptime_in_days", seconds / 86_400);
    line("hz", 10);
    line("configured_hz", 10);
    line("lru_clock", System.currentTimeMillis() / 1000 & 0xffffff);
    line("executable", ProcessHandle.current().info().command().orElse("java"));
    line("config_file", "");
    line("gateway", gateway.options().nodeId());
  }

  private void clients() {
    line("connected_clients", gateway.clients().size());
    line("maxclients", gateway.settings().clientsMax());
    line("pubsub_clients", gateway.clients().count("pubsub"));
    line("tracking_clients", loop.keyFeed().tracking().clientCount());
    line("client_recent_max_input_buffer", max(ClientMemory.Held::query));
    line("client_recent_max_output_buffer", max(ClientMemory.Held::output));
    line("blocked_clients", gateway.counters().blocked());
    line("total_blocking_keys", sum(ShardStatus.Holdings::awaitedKeys));
    line("total_blocking_keys_on_nokey", sum(ShardStatus.Holdings::awaitedKeysOnNoKey));
    line("clients_in_timeout_table", 0);
  }

  private long max(ToLongFunction<ClientMemory.Held> part) {
    LongStream.Builder values = LongStream.builder();
    gateway.clients().forEach(client -> values.add(part.applyAsLong(client.memory())));
    return values.build().max().orElse(0);
  }

  /** The memory of the data, which maxmemory bounds in each shard, and that of this process. */
  private void memory() {
    Runtime runtime = Runtime.getRuntime();
    long heap = runtime.totalMemory() - runtime.freeMemory();
    long data = sum(ShardStatus.Holdings::bytes);
    ClusterSettings settings = gateway.settings().cluster();
    long max = settings.number("maxmemory");
    line("used_memory", data);
    line("used_memory_human", human(data));
    line("used_memory_rss", runtime.totalMemory());
    line("used_memory_rss_human", human(runtime.totalMemory()));
    line("used_memory_peak", Math.max(data, runtime.totalMemory()));
    line("used_memory_peak_human", human(Math.max(data, runtime.totalMemory())));
    line("used_memory_dataset", data);
    line("used_memory_heap", heap);
    line("total_system_memory", runtime.maxMemory());
    line("total_system_memory_human", human(runtime.maxMemory()));
    line("maxmemory", max);
    line("maxmemory_human", human(max));
    line("maxmemory_policy", settings.text("maxmemory-policy"));
    // A script is on the shards that have executed it, or on all.
    line(
        "number_of_cached_scripts",
        leaders.stream().mapToLong(leader -> leader.holdings().cachedScripts()).max().orElse(0));
    List<Library> libraries = loop.router().map().libraries().all();
    line(
        "number_of_functions",
        libraries.stream().mapToInt(library -> library.functions().size()).sum());
    line("number_of_libraries", libraries.size());
    line("mem_not_counted_for_evict", 0);
    line("mem_fragmentation_ratio", "1.00");
    line("mem_allocator", "jvm");
    line("lazyfree_pending_objects", 0);
  }

  private long sum(ToLongFunction<ShardStatus.Holdings> part) {
    return leaders.stream().map(ShardStatus.Leader::holdings).mapToLong(part).sum();
  }

  private static String hundredths(double value) {
    return String.format(Locale.ROOT, "%.2f", value);
  }

  private static String human(long bytes) {
    if (bytes < 1 << 10) {
      return bytes + "B";
    }
    int power = bytes < 1 << 20 ? 10 : bytes < 1 << 30 ? 20 : 30;
    return hundredths((double) bytes / (1 << power)) + " KMG".charAt(power / 10);
  }

  /** Of the leaders' disks together; a snapshot also is what rewriting the AOF is in Redis. */
  private void persistence() {
    List<ShardStatus.Disk> disks = leaders.stream().map(ShardStatus.Leader::disk).toList();
    boolean kept = disks.stream().anyMatch(ShardStatus.Disk::kept);
    int saving = disks.stream().anyMatch(ShardStatus.Disk::saving) ? 1 : 0;
    int scheduled = disks.stream().anyMatch(ShardStatus.Disk::saveScheduled) ? 1 : 0;
    String saved = disks.stream().anyMatch(ShardStatus.Disk::saveFailed) ? "err" : "ok";
    long saveSeconds = most(disks, ShardStatus.Disk::saveSeconds);
    long savingSeconds = most(disks, ShardStatus.Disk::savingSeconds);
    long saves = disks.stream().mapToLong(ShardStatus.Disk::saves).sum();
    line("loading", 0);
    line("async_loading", 0);
    line("rdb_changes_since_last_save", total(disks, ShardStatus.Disk::unsavedEffects));
    line("rdb_bgsave_in_progress", saving);
    line(
        "rdb_last_save_time",
        disks.stream().mapToLong(ShardStatus.Disk::savedSeconds).min().orElse(0));
    line("rdb_last_bgsave_status", saved);
    line("rdb_last_bgsave_time_sec", saveSeconds);
    line("rdb_current_bgsave_time_sec", savingSeconds);
    line("rdb_saves", saves);
    line("aof_enabled", kept ? 1 : 0);
    line("aof_rewrite_in_progress", saving);
    line("aof_rewrite_scheduled", scheduled);
    line("aof_last_rewrite_time_sec", saveSeconds);
    line("aof_current_rewrite_time_sec", savingSeconds);
    line("aof_last_bgrewrite_status", saved);
    line("aof_rewrites", saves);
    line(
        "aof_last_write_status", disks.stream().anyMatch(ShardStatus.Disk::failing) ? "err" : "ok");
    if (kept) {
      long logBytes = total(disks, ShardStatus.Disk::logBytes);
      long unsaved = total(disks, ShardStatus.Disk::logBytesUnsaved);
      line("aof_current_size", logBytes);
      line("aof_base_size", Math.max(0, logBytes - unsaved));
      line("aof_pending_rewrite", 0);
      line("aof_buffer_length", total(disks, ShardStatus.Disk::logBytesUnwritten));
      line("aof_pending_bio_fsync", 0);
      line("aof_delayed_fsync", 0);
    }
  }

  private static long total(List<ShardStatus.Disk> disks, ToLongFunction<ShardStatus.Disk> part) {
    return disks.stream().mapToLong(part).sum();
  }

  private static long most(List<ShardStatus.Disk> disks, ToLongFunction<ShardStatus.Disk> part) {
    return disks.stream().mapToLong(part).max().orElse(-1);
  }

  private void stats() {
    GatewayCounters counters = gateway.counters();
    line("total_connections_received", counters.connectionsAccepted());
    line("total_commands_processed", counters.commands());
    Rates rates = gateway.rates();
    line("instantaneous_ops_per_sec", rates.commandsPerSecond());
    line("total_net_input_bytes", counters.inputBytes());
    line("total_net_output_bytes", counters.outputBytes());
    line("instantaneous_input_kbps", hundredths(rates.inputKilobytesPerSecond()));
    line("instantaneous_output_kbps", hundredths(rates.outputKilobytesPerSecond()));
    line("rejected_connections", counters.connectionsRejected());
    line("expired_keys", sum(ShardStatus.Holdings::expiredKeys));
    line("evicted_keys", sum(ShardStatus.Holdings::evictedKeys));
    line("keyspace_hits", sum(ShardStatus.Holdings::hits));
    line("keyspace_misses", sum(ShardStatus.Holdings::misses));
    line("evicted_clients", counters.evictedClients());
    line("client_query_buffer_limit_disconnections", counters.queryLimitsReached());
    line("client_output_buffer_limit_disconnections", counters.outputLimitsReached());
    line("total_error_replies", counters.errors());
    line("pubsub_channels", loop.pubSub().channels(Space.CHANNEL, null).size());
    line("pubsub_patterns", loop.pubSub().patternCount());
    line("pubsubshard_channels", loop.pubSub().channels(Space.SHARD_CHANNEL, null).size());
    Tracking tracking = loop.keyFeed().tracking();
    line("tracking_total_keys", tracking.keyCount());
    line("tracking_total_items", tracking.itemCount());
    line("tracking_total_prefixes", tracking.prefixCount());
    AclLog denied = gateway.access().log();
    line("acl_access_denied_auth", denied.count(Reason.AUTH));
    line("acl_access_denied_cmd", denied.count(Reason.COMMAND));
    line("acl_access_denied_key", denied.count(Reason.KEY));
    line("acl_access_denied_channel", denied.count(Reason.CHANNEL));
    line("migrate_cached_sockets", 0);
    line("total_reroutes", counters.reroutes());
    line("total_replica_reads", counters.replicaReads());
    line("total_replica_refusals", counters.replicaRefusals());
    line("total_uncertain_writes", counters.uncertain());
  }

  /** As of a Redis master; with several shards the offsets are summed and each shard has a line. */
  private void replication() {
    line("role", "master");
    line("connected_slaves", leaders.stream().mapToInt(leader -> leader.replicas().size()).sum());
    ClusterSettings settings = gateway.settings().cluster();
    long lagSecondsMax = settings.number("min-replicas-max-lag");
    if (settings.number("min-replicas-to-write") > 0 && lagSecondsMax > 0) {
      line("min_slaves_good_slaves", goodReplicas(lagSecondsMax));
    }
    int number = 0;
    for (ShardStatus.Leader leader : leaders) {
      for (ShardStatus.Replica replica : leader.replicas()) {
        line("slave" + number++, replica(leader, replica));
      }
    }
    boolean one = leaders.size() == 1;
    line("master_failover_state", "no-failover");
    line("master_replid", one ? leaders.getFirst().replicationId() : clusterReplicationId());
    line("master_replid2", one ? leaders.getFirst().secondaryId() : NO_ID);
    line("master_repl_offset", leaders.stream().mapToLong(ShardStatus.Leader::offset).sum());
    line("second_repl_offset", one ? leaders.getFirst().secondaryUntil() : -1);
    line("repl_backlog_active", leaders.isEmpty() ? 0 : 1);
    line("repl_backlog_size", leaders.stream().mapToLong(ShardStatus.Leader::backlogBytes).sum());
    line("repl_backlog_first_byte_offset", one ? leaders.getFirst().backlogFirstOffset() : 0);
    line(
        "repl_backlog_histlen",
        leaders.stream().mapToLong(leader -> leader.offset() - leader.backlogFirstOffset()).sum());
    for (ShardStatus.Leader leader : leaders) {
      line("shard" + leader.shard(), shard(leader));
    }
  }

  /** Of the shard that has the fewest. */
  private long goodReplicas(long lagSecondsMax) {
    return leaders.stream()
        .mapToLong(leader ->
            leader.replicas().stream()
                .filter(replica -> replica.online() && replica.lagSeconds() <= lagSecondsMax)
                .count())
        .min()
        .orElse(0);
  }

  /** Several logs have no one id: a name of all of them that changes when one does. */
  private String clusterReplicationId() {
    StringBuilder ids = new StringBuilder();
    leaders.forEach(leader -> ids.append(leader.replicationId()));
    return ids.isEmpty() ? NO_ID : ClusterCommands.nodeHash(ids.toString());
  }

  private static String replica(ShardStatus.Leader leader, ShardStatus.Replica replica) {
    return "ip="
        + replica.host()
        + ",port="
        + replica.port()
        + ",state="
        + (replica.online() ? "online" : "wait_bgsave")
        + ",offset="
        + replica.offset()
        + ",lag="
        + replica.lagSeconds()
        + ",shard="
        + leader.shard()
        + ",node="
        + replica.node()
        + ",in_sync="
        + (replica.inSync() ? "yes" : "no");
  }

  private static String shard(ShardStatus.Leader leader) {
    return "leader="
        + leader.node()
        + ",epoch="
        + leader.epoch()
        + ",replid="
        + leader.replicationId()
        + ",offset="
        + leader.offset();
  }

  private void cpu() {
    long nanos =
        ManagementFactory.getOperatingSystemMXBean()
                instanceof com.sun.management.OperatingSystemMXBean system
            ? system.getProcessCpuTime()
            : 0;
    line("used_cpu_sys", "0.000000");
    line(
        "used_cpu_user",
        nanos / 1_000_000_000 + "." + String.format("%06d", nanos / 1000 % 1_000_000));
  }

  private void cluster() {
    ClusterMap map = loop.router().map();
    line("cluster_enabled", 0);
    line("cluster_map_version", map.version());
    line("cluster_shards", map.shards().size());
    line("cluster_nodes", map.nodes().size());
  }

  private void keyspace() {
    Set<Integer> keyspaces = new TreeSet<>();
    leaders.forEach(leader -> keyspaces.addAll(leader.holdings().keys().keySet()));
    for (int number : keyspaces) {
      long count = sum(holdings -> holdings.keys().getOrDefault(number, 0L));
      long expires = sum(holdings -> holdings.expiring().getOrDefault(number, 0L));
      line("db" + number, "keys=" + count + ",expires=" + expires + ",avg_ttl=0");
    }
  }
}
