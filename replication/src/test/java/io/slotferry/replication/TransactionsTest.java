package io.slotferry.replication;

import static io.slotferry.replication.SimulatedCluster.leaderNode;
import static io.slotferry.replication.SimulatedCluster.replicaNode;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.command.KeyPositions;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor;
import io.slotferry.protocol.shard.TransactionBatch;
import io.slotferry.topology.ClusterSettings;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

/** WATCH, EXEC and calls that wait for a key, at the only shard's leader. */
class TransactionsTest implements ShardExecutor.LaterReply {
  private final SimulatedCluster cluster = new SimulatedCluster(1, 1);
  private final ShardCopy copy = cluster.copy(leaderNode(1));
  private final List<String> later = new ArrayList<>();
  private long ticket;

  private static String text(ReplyWriter reply) {
    String text = new String(reply.toByteArray(), StandardCharsets.ISO_8859_1);
    return text.isEmpty() ? "" : text.substring(0, text.length() - 2).replace("\r\n", " ");
  }

  /** Executes a command; the outcome, when it has no reply yet. */
  private String execute(String command) {
    return execute(Request.of(command.split(" ")));
  }

  private String execute(Request request) {
    ShardCall call = new ShardCall();
    Command row = CommandTable.lookupOfShard(request.buffer(), request.start(0), request.length(0));
    assertThat(row).isNotNull();
    call.command = row;
    call.partition =
        KeyPositions.count(row, request) == 0
            ? ShardCall.ALL_PARTITIONS
            : cluster.partition(request.text(KeyPositions.position(row, request, 0)));
    call.mapVersion = cluster.map().version();
    call.ticket = ++ticket;
    ReplyWriter reply = new ReplyWriter();
    ShardExecutor.Outcome outcome = copy.execute(call, request, reply, this);
    return outcome == ShardExecutor.Outcome.REPLIED ? text(reply) : outcome.toString();
  }

  private String exec(String... commands) {
    TransactionBatch.Writer batch = new TransactionBatch.Writer();
    batch.begin(Command.EXECUTE_BATCH);
    for (String command : commands) {
      batch.add(2, 0, Request.of(command.split(" ")));
    }
    return execute(batch.request());
  }

  private List<String> takeLater() {
    List<String> taken = List.copyOf(later);
    later.clear();
    return taken;
  }

  @Override
  public void replied(long ticket, ReplyWriter reply) {
    later.add(ticket + ": " + text(reply));
  }

  @Override
  public void notHere(long ticket) {
    later.add(ticket + " not here");
  }

  @Override
  public void uncertain(long ticket) {
    throw new AssertionError("uncertain");
  }

  // ---- EXEC

  @Test
  void repliesAreThoseOfTheCommandsErrorsIncluded() {
    assertThat(exec("SET a 1", "LPUSH a x", "INCR a", "DBSIZE", "WAIT 0 0"))
        .isEqualTo(
            "*5 +OK -WRONGTYPE Operation against a key holding the wrong kind of value :2 :1 :1");
    assertThat(exec()).isEqualTo("*0");
    assertThat(exec("BLPOP l 0", "RPUSH l x", "BLPOP l 0")).isEqualTo("*3 *-1 :1 *2 $1 l $1 x");
  }

  @Test
  void withoutRoomNothingOfATransactionThatNeedsSomeIsExecuted() {
    execute("SET a 1");
    execute("!watch 7 a");
    ClusterSettings settings = cluster.map().settings();
    copy.engine().use(name -> name.equals("maxmemory") ? "1" : settings.text(name));
    assertThat(exec("!watch 7 a", "DEL a", "SET b 1"))
        .isEqualTo("-EXECABORT Transaction discarded because of: " + Engine.OUT_OF_MEMORY);
    assertThat(copy.watching()).isZero();
    assertThat(copy.outOfMemory()).isEqualTo(Engine.OUT_OF_MEMORY);
    assertThat(exec("GET a", "DEL a")).isEqualTo("*2 $1 1 :1");
    copy.engine().use(settings::text);
    assertThat(copy.outOfMemory()).isNull();
  }

  @Test
  void aChangeOfAWatchedKeyEndsInNilOnce() {
    execute("SET a 1");
    assertThat(execute("!watch 7 a b")).isEqualTo("+OK");
    assertThat(exec("!watch 7 a b", "GET a")).isEqualTo("*1 $1 1");
    for (String change : new String[] {"SET a 1", "DEL a", "SET b x", "FLUSHALL", "PEXPIRE a 5"}) {
      execute("SET a 1");
      execute("!watch 8 a b");
      execute(change);
      assertThat(exec("!watch 8 a b", "SET a 9")).as(change).isEqualTo("*-1");
      assertThat(execute("GET a")).isNotEqualTo("$1 9");
      execute("DEL b");
    }
    assertThat(copy.watching()).isZero();
  }

  @Test
  void whatLeavesAWatchedKeyAsItIsDoesNotMatter() {
    execute("SET a 1");
    execute("!watch 1 a none");
    execute("GET a");
    execute("DEL none");
    execute("SETNX a 2");
    execute("SET other 1");
    assertThat(exec("!watch 1 a none", "PERSIST a")).isEqualTo("*1 :0");
    execute("!watch 2 none");
    execute("FLUSHALL");
    assertThat(exec("!watch 2 none", "DBSIZE")).isEqualTo("*1 :0");
    execute("!watch 3 a");
    execute("!unwatch 3");
    assertThat(copy.watching()).isZero();
    assertThat(exec("!watch 3 a")).isEqualTo("*-1");
  }

  @Test
  void aWatchedKeyWhoseTimeComesIsChanged() {
    execute("SET a 1 PX 50");
    execute("!watch 1 a");
    cluster.run(60);
    assertThat(exec("!watch 1 a", "SET a 2")).isEqualTo("*-1");
    execute("SET b 1 PX 10");
    cluster.run(20);
    execute("!watch 2 b");
    assertThat(exec("!watch 2 b", "SET b 2")).isEqualTo("*1 +OK");
  }

  @Test
  void nothingIsWatchedAfterTheLeadership() {
    cluster.run(1_000);
    cluster.allInSync(1);
    execute("!watch 1 a");
    execute("BLPOP list 0");
    cluster.promote(1, replicaNode(1));
    cluster.run(100);
    assertThat(copy.watching()).isZero();
    assertThat(takeLater()).containsExactly("2 not here");
    assertThat(exec("!watch 1 a")).isEqualTo("NOT_HERE");
  }

  @Test
  void whatAGoneGatewayHasLeftIsForgotten() {
    execute("!watch 1 a");
    execute("BLPOP list 0");
    copy.forget(this);
    assertThat(copy.watching()).isZero();
    assertThat(takeLater()).containsExactly("2 not here");
    assertThat(execute("RPUSH list x")).isEqualTo(":1");
    assertThat(execute("LLEN list")).isEqualTo(":1");
  }

  // ---- waiting

  @Test
  void whoHasWaitedLongestIsServedFirst() {
    assertThat(execute("BLPOP list 0")).isEqualTo("WAITING");
    assertThat(execute("BRPOP other list 0")).isEqualTo("WAITING");
    assertThat(execute("BLPOP list 0")).isEqualTo("WAITING");
    assertThat(copy.awaitedKeys()).isEqualTo(2);
    assertThat(execute("RPUSH list a b")).isEqualTo(":2");
    assertThat(takeLater()).containsExactly("1: *2 $4 list $1 a", "2: *2 $4 list $1 b");
    assertThat(execute("RPUSH other x")).isEqualTo(":1");
    assertThat(takeLater()).isEmpty();
    assertThat(execute("RPUSH list c d")).isEqualTo(":2");
    assertThat(takeLater()).containsExactly("3: *2 $4 list $1 c");
    assertThat(execute("LRANGE list 0 -1")).isEqualTo("*1 $1 d");
  }

  @Test
  void transactionsServeAfterTheirEnd() {
    execute("BLPOP a b 0");
    assertThat(exec("RPUSH b 1", "RPUSH a 2", "RPUSH a 3", "DEL b")).isEqualTo("*4 :1 :1 :2 :1");
    assertThat(takeLater()).containsExactly("1: *2 $1 a $1 2");
    execute("BLPOP c 0");
    exec("RPUSH c 1", "DEL c", "SET c x");
    assertThat(takeLater()).isEmpty();
    exec("DEL c", "RPUSH c 5");
    assertThat(takeLater()).containsExactly("3: *2 $1 c $1 5");
  }

  @Test
  void nobodyElseIsServedBeforeATransactionHasRested() {
    execute("BLPOP l 0");
    assertThat(exec("RPUSH l x", "PEXPIRE l 100", "!rest 100", "!rest 100", "SET k v"))
        .isEqualTo("LATER");
    assertThat(execute("GET k")).isEqualTo("LATER");
    assertThat(execute("!script KILL SCRIPT")).isEqualTo("LATER");
    cluster.run(150);
    assertThat(takeLater()).isEmpty();
    cluster.run(100);
    assertThat(takeLater()).containsExactly("2: *5 :1 :1 +OK +OK +OK", "3: $1 v", "4: *0");
    assertThat(copy.blocked()).isEqualTo(1);
    assertThat(execute("EXISTS l")).isEqualTo(":0");
  }

  @Test
  void aTransactionRestsNoLongerThanTheBound() {
    assertThat(exec("SET k v", "!rest " + Long.MAX_VALUE, "!rest " + Long.MAX_VALUE))
        .isEqualTo("LATER");
    cluster.run(ShardCopy.REST_MILLIS_MAX - 100);
    assertThat(takeLater()).isEmpty();
    cluster.run(200);
    assertThat(takeLater()).containsExactly("1: *3 +OK +OK +OK");
  }

  @Test
  void whatIsMovedServesOthers() {
    execute("BLMOVE a b LEFT RIGHT 0");
    execute("BRPOPLPUSH b c 0");
    execute("BLPOP c 0");
    execute("BZPOPMAX z y 0");
    assertThat(execute("RPUSH a x")).isEqualTo(":1");
    assertThat(takeLater()).containsExactly("1: $1 x", "2: $1 x", "3: *2 $1 c $1 x");
    assertThat(execute("ZADD y 1 m 2 n")).isEqualTo(":2");
    assertThat(takeLater()).containsExactly("4: *3 $1 y $1 n $1 2");
    assertThat(execute("DBSIZE")).isEqualTo(":1");
    execute("BLPOP q 0");
    execute("RPUSH p v");
    execute("RENAME p q");
    assertThat(takeLater()).hasSize(1);
    execute("BRPOPLPUSH from to 0");
    execute("SET to x");
    execute("RPUSH from 1");
    assertThat(takeLater().getFirst()).contains("WRONGTYPE");
  }

  @Test
  void theGatewayEndsAWait() {
    execute("BLPOP a 0");
    execute("BRPOPLPUSH a b 0");
    execute("BLPOP a 0");
    assertThat(execute("!unblock 1 TIMEOUT")).isEqualTo(":1");
    assertThat(execute("!unblock 2 TIMEOUT")).isEqualTo(":1");
    assertThat(execute("!unblock 3 ERROR")).isEqualTo(":1");
    assertThat(execute("!unblock 3 ERROR")).isEqualTo(":0");
    assertThat(takeLater())
        .containsExactly("1: *-1", "2: *-1", "3: -UNBLOCKED client unblocked via CLIENT UNBLOCK");
    assertThat(copy.blocked()).isZero();
    execute("RPUSH a 1");
    assertThat(execute("LLEN a")).isEqualTo(":1");
  }

  @Test
  void wrongArgumentsAreAnsweredAtOnce() {
    assertThat(execute("BLPOP a x")).isEqualTo("-ERR timeout is not a float or out of range");
    assertThat(execute("BLPOP a -1")).isEqualTo("-ERR timeout is negative");
    assertThat(execute("BLMOVE a b LEFT UP 0")).isEqualTo("-ERR syntax error");
    execute("SET s x");
    assertThat(execute("BLPOP a s 0")).startsWith("-WRONGTYPE");
    assertThat(copy.blocked()).isZero();
  }
}
