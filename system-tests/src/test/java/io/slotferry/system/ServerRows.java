package io.slotferry.system;

import io.slotferry.protocol.differential.Reply;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeMap;
import java.util.stream.Stream;

/** The commands of {@link ServerDifferentialTest}, with the arguments they are tried with. */
final class ServerRows {
  private static final String[] SCRIPTS = {
    "return 1",
    "return redis.call('SET', KEYS[1], ARGV[1])",
    "return {redis.call('GET', KEYS[1]), 2, {3, 'x'}, false}",
    "return redis.error_reply('MY error')",
    "return redis.pcall('LPUSH', 'k')",
    "redis.setresp(3) return redis.call('HGETALL', 'none')",
    "return nosuch",
    "return (",
    "#!lua flags=no-writes\nreturn redis.call('GET', KEYS[1])",
    "#!lua flags=x\nreturn 1",
  };

  private static final String[] SHAS = {
    "e0e1f9fabfc9d4800c877a703b823ac0578ff8db", "E0E1F9FABFC9D4800C877A703B823AC0578FF8DB", "x", ""
  };

  private static final String[] LIBRARIES = {
    "#!lua name=one\nredis.register_function('f', function(keys, args) return args[1] end)",
    "#!lua name=two\nredis.register_function{function_name='g', callback=function(keys) return"
        + " redis.call('GET', keys[1]) end, flags={'no-writes'}, description='reads'}",
    "#!lua name=three\nredis.register_function('f', function() return 3 end)",
    "#!lua name=empty\nreturn 1",
    "#!lua name=a-b\nreturn 1",
    "#!lua\nreturn 1",
    "#!python name=x\nreturn 1",
    "return 1",
    "#!lua name=broken\nreturn (",
  };

  private static final String[] INTEGERS = {
    "0", "1", "2", "-1", "x", "", "1.5", "9999999999999999999"
  };

  private static final List<String> CHANGES_OF_CLUSTER =
      List.of(
          "addslots",
          "addslotsrange",
          "bumpepoch",
          "delslots",
          "delslotsrange",
          "failover",
          "flushslots",
          "forget",
          "meet",
          "replicate",
          "reset",
          "saveconfig",
          "set-config-epoch",
          "setslot");

  private static final String SANITIZE = "sanitize-payload";

  /** What is not compared, and where it is tested. */
  static final Map<String, String> EXCEPTIONS =
      new TreeMap<>(
          Map.ofEntries(
              Map.entry("client|durability", "Redis has none: GatewayCommandsTest"),
              Map.entry("client|setinfo", "since Redis 7.2: GatewayCommandsTest"),
              Map.entry("client|no-touch", "since Redis 7.2: DebugCommandsTest"),
              Map.entry("cluster|myshardid", "since Redis 7.2: GatewayCommandsTest"),
              Map.entry("config|rewrite", "has no file to write here: GatewayCommandsTest"),
              Map.entry("save", "ends on a disk of its own: system-tests' EmbeddedClusterTest"),
              Map.entry("bgsave", "ends on a disk of its own: system-tests' EmbeddedClusterTest"),
              Map.entry(
                  "bgrewriteaof", "ends on a disk of its own: system-tests' EmbeddedClusterTest"),
              Map.entry("waitaof", "since Redis 7.2: system-tests' EmbeddedClusterTest"),
              Map.entry("monitor", "answers with all that happens: StatisticsTest"),
              Map.entry("shutdown", "ends the server, and is refused here: GatewayCommandsTest")));

  static {
    for (String change : CHANGES_OF_CLUSTER) {
      EXCEPTIONS.put(
          "cluster|" + change, "is the rebalancer's, and refused here: GatewayCommandsTest");
    }
  }

  private ServerRows() {}

  /** How much of two replies has to be equal; errors have to be equal in any case. */
  enum Match {
    BYTES,
    /** Elements in any order. */
    ANY_ORDER,
    /** As {@link #ANY_ORDER}, but for what Redis 7.2, which we follow, tells in other words. */
    BUT_NEWER,
    /** Type alone: what it tells of is each server's own. */
    TYPE,
    /** Type and number of elements. */
    SIZE,
    /** Type and first element: a help, whose text is each server's own. */
    FIRST;

    boolean isMet(Reply there, Reply here) {
      boolean plain = there.isError() || here.isError();
      return switch (plain ? BYTES : this) {
        case BYTES -> there.equals(here);
        case ANY_ORDER -> there.sorted().equals(here.sorted());
        case BUT_NEWER -> asBefore72(there).sorted().equals(asBefore72(here).sorted());
        case TYPE -> there.type() == here.type();
        case SIZE ->
            there.type() == here.type() && there.elements().size() == here.elements().size();
        case FIRST ->
            there.type() == here.type()
                && there.elements().getFirst().equals(here.elements().getFirst());
      };
    }
  }

  /** Without a flag of users that is told since 7.2, and with the user's name in no text. */
  private static Reply asBefore72(Reply reply) {
    List<Reply> elements =
        reply.elements().stream()
            .filter(element -> !element.text().equals(SANITIZE))
            .map(ServerRows::asBefore72)
            .toList();
    String text =
        reply
            .text()
            .replace(' ' + SANITIZE, "")
            .replaceFirst("^User \\w+ has no perm", "This user has no perm");
    return new Reply(reply.type(), reply.isAggregate() ? "" : text, elements);
  }

  /**
   * A command: {@code a/b} is one of them, lower-case words may stand for arguments of a kind. Now
   * and then an argument is missing at the end, or there is one too many, unless it ends in {@code
   * !}.
   */
  record Row(Match match, List<String> tokens) {
    List<String> expand(Random random, int respVersion) {
      List<String> command = new ArrayList<>();
      boolean isComplete = tokens.getLast().equals("!");
      for (String token : isComplete ? tokens.subList(0, tokens.size() - 1) : tokens) {
        String[] choices = token.split("/", -1);
        command.add(argument(choices[random.nextInt(choices.length)], random, respVersion));
      }
      if (!isComplete && command.size() > 1 && random.nextInt(8) == 0) {
        command.removeLast();
      }
      if (!isComplete && random.nextInt(8) == 0) {
        command.add("junk");
      }
      return command;
    }

    private static String argument(String kind, Random random, int respVersion) {
      return switch (kind) {
        case "int" -> INTEGERS[random.nextInt(INTEGERS.length)];
        case "key" -> "k" + random.nextInt(2);
        case "script" -> SCRIPTS[random.nextInt(SCRIPTS.length)];
        case "sha" -> SHAS[random.nextInt(SHAS.length)];
        case "library" -> LIBRARIES[random.nextInt(LIBRARIES.length)];
        case "version" -> Integer.toString(respVersion);
        case "blank" -> "a b";
        case "nothing" -> "";
        default -> kind;
      };
    }
  }

  private static Row row(String command) {
    return row(Match.BYTES, command);
  }

  private static Row row(Match match, String command) {
    return new Row(match, List.of(command.split(" ")));
  }

  private static Row typed(String command) {
    return row(Match.TYPE, command);
  }

  private static Row anyOrder(String command) {
    return row(Match.ANY_ORDER, command);
  }

  private static Row butNewer(String command) {
    return row(Match.BUT_NEWER, command);
  }

  private static Row help(String container) {
    return row(Match.FIRST, container + " HELP");
  }

  static List<String> hello(int respVersion) {
    return List.of("HELLO", Integer.toString(respVersion));
  }

  /** Sequences of their own, because of what some of their commands do to a connection. */
  enum Group {
    CONNECTION(
        row("PING"),
        row("PING x"),
        row("ECHO x/nothing"),
        typed("HELLO"),
        typed("HELLO version"),
        typed("HELLO version SETNAME a/blank !"),
        typed("HELLO version/1/4/x/9999999999999999999 AUTH/x default x"),
        row("AUTH x"),
        row("AUTH default/nobody x"),
        row("SELECT 0/1/2/16/int"),
        row("RESET"),
        typed("CLIENT ID"),
        row("CLIENT SETNAME a/blank/nothing"),
        row("CLIENT GETNAME"),
        row("CLIENT GETREDIR"),
        row("CLIENT TRACKING ON/OFF/x"),
        row("CLIENT TRACKING ON OPTIN/OPTOUT/BCAST/NOLOOP/x"),
        row("CLIENT TRACKING ON OPTIN/BCAST OPTOUT/NOLOOP/PREFIX a"),
        row("CLIENT TRACKING ON BCAST PREFIX a/ab PREFIX b/abc"),
        row("CLIENT TRACKING ON REDIRECT 999999/x"),
        row("CLIENT TRACKINGINFO"),
        row("CLIENT CACHING YES/NO/x"),
        typed("CLIENT INFO"),
        typed("CLIENT LIST"),
        typed("CLIENT LIST TYPE normal/pubsub/x"),
        row("CLIENT LIST ID 999999/x/-1"),
        row("CLIENT KILL 1.2.3.4:5/x"),
        row("CLIENT KILL ID/id 999999/x/-1"),
        row("CLIENT KILL TYPE pubsub/replica/x SKIPME yes/NO/x"),
        row("CLIENT KILL ADDR/LADDR/USER/x 1.2.3.4:5/nobody"),
        row("CLIENT NO-EVICT on/OFF/x"),
        row("CLIENT REPLY ON/x"),
        row("CLIENT PAUSE 0/-1/x WRITE/all/x"),
        row("CLIENT PAUSE 0/-1/x"),
        row("CLIENT UNPAUSE"),
        row("CLIENT UNBLOCK 999999/x/-1 TIMEOUT/error/x"),
        help("CLIENT"),
        row("CLIENT nosuch")),

    /** Compared with a node of Redis Cluster. */
    CLUSTER(
        typed("CLUSTER INFO"),
        typed("CLUSTER NODES"),
        typed("CLUSTER SLOTS"),
        typed("CLUSTER SHARDS"),
        typed("CLUSTER MYID"),
        row("CLUSTER LINKS"),
        row("CLUSTER KEYSLOT key/{tag}x/a{}b/{}/nothing"),
        row("CLUSTER COUNTKEYSINSLOT 0/16383/16384/int"),
        row("CLUSTER GETKEYSINSLOT 0/16383/16384/int 0/10/-1/int"),
        row("CLUSTER REPLICAS/SLAVES/COUNT-FAILURE-REPORTS nosuch"),
        help("CLUSTER"),
        row("CLUSTER nosuch"),
        row("READONLY"),
        row("READWRITE"),
        row("ASKING")),

    TRANSACTION(
        row("MULTI"),
        row("MULTI"),
        row("EXEC"),
        row("DISCARD"),
        row("WATCH key"),
        row("WATCH key key"),
        row("UNWATCH"),
        row("SET key int"),
        row("GET key"),
        row("INCR key"),
        row("HSET hash a 1"),
        row("HGETALL hash"),
        row("NOSUCH x")),

    SERVER(
        typed("INFO"),
        typed("INFO server/clients/memory/keyspace/commandstats/all"),
        row("INFO nosuch !"),
        typed("TIME"),
        typed("LOLWUT"),
        typed("ROLE"),
        typed("LASTSAVE"),
        row("WAIT 0 0/1/x/-1"),
        row("WAIT 0/x/-1 int"),
        row("MODULE LIST"),
        help("MODULE"),
        row("MODULE nosuch"),
        typed("COMMAND"),
        typed("COMMAND COUNT"),
        typed("COMMAND LIST"),
        anyOrder("COMMAND LIST FILTERBY PATTERN xread*/geo*/nosuch/config|*"),
        anyOrder("COMMAND LIST FILTERBY ACLCAT/MODULE/x nosuch/hyperloglog"),
        typed("COMMAND INFO"),
        row("COMMAND INFO nosuch/get/xread/config|nosuch nosuch/mset/zunionstore"),
        typed("COMMAND DOCS"),
        typed("COMMAND DOCS get"),
        row("COMMAND DOCS nosuch !"),
        row("COMMAND GETKEYS GET/SET/MSET/NOSUCH a b"),
        row("COMMAND GETKEYS EVAL/ZUNION x 1/2/0/-1/x a b"),
        row("COMMAND GETKEYS XREAD STREAMS a b 0 0"),
        row("COMMAND GETKEYSANDFLAGS GET/SET/COPY/LMOVE/PING a b left right"),
        row("COMMAND GETKEYSANDFLAGS ZUNIONSTORE/SORT a 2 b c STORE"),
        row(Match.FIRST, "COMMAND HELP !"),
        row("COMMAND HELP x !"),
        row("COMMAND nosuch !"),
        row("CONFIG GET maxmemory/hz/nosuch"),
        row("CONFIG GET maxmemory/hz/nosuch"),
        anyOrder("CONFIG GET maxmemory*/hash-max-listpack-*/nosuch timeout/maxclients"),
        row("CONFIG SET maxmemory 0/100mb/x/-1"),
        row("CONFIG SET maxmemory-policy noeviction/allkeys-lru/x"),
        row("CONFIG SET timeout 0/100/x/-1"),
        row("CONFIG SET maxmemory 0 maxmemory-samples 5/0/x"),
        row("CONFIG SET nosuch x"),
        row("CONFIG SET hash-max-listpack-entries 128/x timeout 0"),
        row("CONFIG SET timeout 0 timeout 1"),
        row("CONFIG SET slowlog-log-slower-than -1"),
        row("CONFIG RESETSTAT"),
        help("CONFIG"),
        row("CONFIG nosuch"),
        row("SLOWLOG GET"),
        row("SLOWLOG GET 0/5/-1/-2/x"),
        row("SLOWLOG LEN"),
        row("SLOWLOG RESET"),
        help("SLOWLOG"),
        row("SLOWLOG nosuch"),
        row("LATENCY LATEST"),
        row("LATENCY HISTORY command/nosuch"),
        row("LATENCY GRAPH nosuch"),
        row("LATENCY RESET"),
        row("LATENCY RESET nosuch"),
        row("LATENCY HISTOGRAM nosuch !"),
        typed("LATENCY HISTOGRAM !"),
        typed("LATENCY DOCTOR"),
        help("LATENCY"),
        row("LATENCY nosuch")),

    USERS(
        row("ACL WHOAMI"),
        anyOrder("ACL USERS"),
        row("ACL SETUSER u/v on/off/reset/nopass/>pw/<pw/#x/!x/nosuch"),
        row("ACL SETUSER u/v -@all +get/+@read/allcommands/+@nosuch/+nosuch/+config|get"),
        row("ACL SETUSER u/v ~a*/%R~b/%W~c/%RW~d/%x~e/allkeys/resetkeys/&ch*/resetchannels"),
        row("ACL SETUSER u/v on ~k* +@all -@dangerous >pw"),
        row("ACL SETUSER blank/u nopass"),
        butNewer("ACL GETUSER u/v/nosuch"),
        butNewer("ACL LIST"),
        row("ACL DELUSER u/v/nosuch/default"),
        butNewer("ACL DRYRUN u/v/nosuch GET/SET/NOSUCH k1 v"),
        butNewer("ACL DRYRUN u/v CONFIG GET/nosuch maxmemory"),
        row("ACL DRYRUN default GET k"),
        typed("ACL CAT"),
        anyOrder("ACL CAT hyperloglog/nosuch"),
        typed("ACL GENPASS"),
        typed("ACL GENPASS 5/256/4096/4097/0/-1/x"),
        row("ACL LOG"),
        row("ACL LOG 0/1/x/-1"),
        row("ACL LOG RESET"),
        row("ACL LOAD"),
        row("ACL SAVE"),
        help("ACL"),
        row("ACL nosuch")),

    SCRIPTS(
        row("EVAL script 1/0/2/-1/x key v"),
        row("EVAL script 1 key v"),
        row("EVAL_RO script 1/0/2/-1/x key v"),
        row("EVALSHA sha 1/0/-1/x key v"),
        row("EVALSHA_RO sha 1/0/-1/x key v"),
        row("SCRIPT LOAD script"),
        row("SCRIPT EXISTS sha"),
        row("SCRIPT EXISTS sha sha"),
        row("SCRIPT FLUSH"),
        row("SCRIPT FLUSH SYNC/async/x"),
        row("SCRIPT KILL"),
        row("SCRIPT DEBUG NO/x"),
        help("SCRIPT"),
        row("SCRIPT nosuch"),
        row("FCALL f/g/nosuch 0/1/-1/x key v"),
        row("FCALL_RO f/g/nosuch 0/1/-1/x key v"),
        row("FUNCTION LOAD library"),
        row("FUNCTION LOAD REPLACE/x library"),
        row("FUNCTION DELETE one/two/nosuch"),
        anyOrder("FUNCTION LIST"),
        row("FUNCTION LIST LIBRARYNAME one/t*/nosuch WITHCODE/x"),
        row("FUNCTION STATS"),
        row("FUNCTION KILL"),
        row("FUNCTION FLUSH"),
        row("FUNCTION FLUSH SYNC/async/x"),
        typed("FUNCTION DUMP"),
        row("FUNCTION RESTORE x/nothing APPEND/x"),
        help("FUNCTION"),
        row("FUNCTION nosuch"),
        row("SET key v"),
        row("DEL key")),

    MESSAGES(
        anyOrder("SUBSCRIBE a/b/c"),
        anyOrder("SUBSCRIBE a/b b/c"),
        anyOrder("PSUBSCRIBE a/b*/*"),
        anyOrder("SSUBSCRIBE a/b/c"),
        row(Match.SIZE, "UNSUBSCRIBE !"),
        anyOrder("UNSUBSCRIBE a/b/c !"),
        row(Match.SIZE, "PUNSUBSCRIBE !"),
        anyOrder("PUNSUBSCRIBE a/b*/nosuch !"),
        row(Match.SIZE, "SUNSUBSCRIBE !"),
        anyOrder("SUNSUBSCRIBE a/b/c !"),
        anyOrder("PUBLISH a/b/c x/nothing"),
        anyOrder("SPUBLISH a/b/c x/nothing"),
        anyOrder("PUBSUB CHANNELS nosuch"),
        anyOrder("PUBSUB CHANNELS"),
        anyOrder("PUBSUB CHANNELS a*"),
        anyOrder("PUBSUB SHARDCHANNELS"),
        anyOrder("PUBSUB SHARDCHANNELS a*"),
        row("PUBSUB NUMSUB a b"),
        row("PUBSUB SHARDNUMSUB a b"),
        row("PUBSUB NUMPAT"),
        row("PUBSUB nosuch"),
        help("PUBSUB"),
        row("PING"),
        row("PING x"),
        row("GET k"),
        row("RESET"));

    private final List<Row> rows;

    Group(Row... rows) {
      this.rows = List.of(rows);
    }

    List<Row> rows() {
      return rows;
    }

    /** What makes both servers equal. */
    List<List<String>> preparations(int respVersion) {
      return Stream.of(
              "HELLO " + respVersion,
              "FLUSHALL",
              "SCRIPT FLUSH",
              "FUNCTION FLUSH",
              "CONFIG SET slowlog-log-slower-than -1",
              "SLOWLOG RESET",
              "ACL LOG RESET",
              "ACL DELUSER u v")
          .map(command -> List.of(command.split(" ")))
          .toList();
    }
  }
}
