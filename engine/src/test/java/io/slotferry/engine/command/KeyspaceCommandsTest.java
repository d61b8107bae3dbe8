package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.engine.EngineFixture;
import io.slotferry.engine.store.Partition;
import io.slotferry.engine.store.PartitionState;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class KeyspaceCommandsTest {
  private final EngineFixture engine = new EngineFixture();

  private void check(String line, String reply) {
    assertThat(engine.reply(line.split(" ", -1))).as(line).isEqualTo(reply);
  }

  private void given(int keys) {
    for (int i = 0; i < keys; i++) {
      engine.reply("SET", "key:" + i, "v");
    }
    engine.effects();
  }

  /** The bulk strings of a reply that holds nothing else. */
  private static List<String> bulks(String reply) {
    List<String> words = Arrays.asList(reply.split(" "));
    List<String> bulks = new ArrayList<>();
    for (int i = 0; i + 1 < words.size(); i++) {
      if (words.get(i).startsWith("$")) {
        bulks.add(words.get(++i));
      }
    }
    return bulks;
  }

  private List<String> scanAll(String... options) {
    List<String> found = new ArrayList<>();
    String cursor = "0";
    do {
      List<String> arguments = new ArrayList<>(List.of("SCAN", cursor));
      arguments.addAll(List.of(options));
      List<String> bulks = bulks(engine.reply(arguments.toArray(String[]::new)));
      cursor = bulks.getFirst();
      found.addAll(bulks.subList(1, bulks.size()));
    } while (!cursor.equals("0"));
    return found;
  }

  @Test
  void keysOfAPattern() {
    given(30);
    engine.reply("SET", "gone", "v", "PX", "1");
    engine.nowMillis += 1;
    assertThat(bulks(engine.reply("KEYS", "*"))).hasSize(30).doesNotHaveDuplicates();
    assertThat(bulks(engine.reply("KEYS", "key:1?"))).hasSize(10);
    check("KEYS none*", "*0");
    engine.call.keyspace = 1;
    check("KEYS *", "*0");
    check("DBSIZE", ":0");
  }

  @Test
  void sizeOfOnePartition() {
    given(100);
    long size = 0;
    ShardCall call = new ShardCall();
    call.command = Command.DBSIZE;
    for (call.partition = 0; call.partition < EngineFixture.PARTITIONS; call.partition++) {
      ReplyWriter reply = new ReplyWriter();
      engine.engine.execute(call, Request.of("DBSIZE"), reply, engine.nowMillis);
      String text = new String(reply.toByteArray(), StandardCharsets.US_ASCII).strip();
      size += Long.parseLong(text.substring(1));
    }
    assertThat(size).isEqualTo(100);
    check("DBSIZE", ":100");
  }

  @Test
  void scanMeetsAllKeysOnce() {
    given(1000);
    Set<String> all = new HashSet<>(bulks(engine.reply("KEYS", "*")));
    assertThat(scanAll()).containsExactlyInAnyOrderElementsOf(all);
    assertThat(scanAll("COUNT", "1")).containsExactlyInAnyOrderElementsOf(all);
    assertThat(scanAll("COUNT", "100000")).containsExactlyInAnyOrderElementsOf(all);
    assertThat(scanAll("MATCH", "*:5??", "COUNT", "7")).hasSize(100);
    assertThat(scanAll("TYPE", "STRING")).hasSize(1000);
    assertThat(scanAll("TYPE", "list")).isEmpty();
    assertThat(scanAll("TYPE", "nonsense")).isEmpty();
  }

  @Test
  void scanMeetsWhatStaysWhileOthersComeAndGo() {
    for (int seed = 0; seed < 10; seed++) {
      Random random = new Random(seed);
      given(300);
      List<String> found = new ArrayList<>();
      String cursor = "0";
      do {
        List<String> bulks = bulks(engine.reply("SCAN", cursor, "COUNT", "5"));
        cursor = bulks.getFirst();
        found.addAll(bulks.subList(1, bulks.size()));
        for (int i = 0; i < 20; i++) {
          String other = "other:" + random.nextInt(2000);
          engine.reply(found.size() < 150 ? "INCR" : "DEL", other);
        }
      } while (!cursor.equals("0"));
      for (int i = 0; i < 300; i++) {
        assertThat(found).contains("key:" + i);
      }
      engine.reply("FLUSHALL");
    }
  }

  @Test
  void scanErrors() {
    check("SCAN x", "-ERR invalid cursor");
    check("SCAN -1", "-ERR invalid cursor");
    check("SCAN 9223372036854775807", "-ERR invalid cursor");
    check("SCAN 0 COUNT 0", "-ERR syntax error");
    check("SCAN 0 COUNT x", "-ERR value is not an integer or out of range");
    check("SCAN 0 COUNT", "-ERR syntax error");
    check("SCAN 0 FOO bar", "-ERR syntax error");
    check("SCAN 0", "*2 $1 0 *0");
  }

  @Test
  void aCursorOutlivesItsPartition() {
    given(100);
    String cursor = bulks(engine.reply("SCAN", "0", "COUNT", "1")).getFirst();
    engine.engine.store().drop(0);
    List<String> rest = bulks(engine.reply("SCAN", cursor, "COUNT", "1000"));
    assertThat(rest.getFirst()).isEqualTo("0");
    assertThat(rest.subList(1, rest.size()))
        .containsExactlyInAnyOrderElementsOf(bulks(engine.reply("KEYS", "*")));
  }

  @Test
  void randomkey() {
    check("RANDOMKEY", "$-1");
    given(20);
    Set<String> met = new HashSet<>();
    for (int i = 0; i < 500; i++) {
      met.addAll(bulks(engine.reply("RANDOMKEY")));
    }
    assertThat(met).hasSizeGreaterThan(4);
    engine.reply("FLUSHALL");
    engine.reply("SET", "gone", "v", "PX", "1");
    engine.nowMillis += 1;
    check("RANDOMKEY", "$-1");
    assertThat(engine.effects()).contains("!del gone");
    check("DBSIZE", ":0");
  }

  @Test
  void scanRemovesWhatHasExpired() {
    engine.reply("SET", "gone", "v", "PX", "1");
    engine.reply("SET", "other", "v", "PX", "1");
    engine.nowMillis += 1;
    check("SCAN 0 MATCH x*", "*2 $1 0 *0");
    assertThat(engine.effects()).hasSize(2);
    check("SCAN 0 MATCH g* TYPE hash", "*2 $1 0 *0");
    assertThat(engine.effects()).containsExactly("!del gone");
    check("SCAN 0", "*2 $1 0 *0");
    assertThat(engine.effects()).containsExactly("!del other");
  }

  @Test
  void flush() {
    engine.reply("SET", "a", "1");
    engine.call.keyspace = 5;
    engine.reply("SET", "a", "1");
    engine.effects();
    check("FLUSHDB", "+OK");
    assertThat(engine.effects()).containsExactly("!flush");
    check("DBSIZE", ":0");
    engine.call.keyspace = 0;
    check("DBSIZE", ":1");
    check("FLUSHALL FOO", "-ERR syntax error");
    check("FLUSHALL SYNC ASYNC", "-ERR syntax error");
    check("FLUSHALL async", "+OK");
    assertThat(engine.effects()).containsExactly("!flush");
    check("FLUSHALL", "+OK");
    assertThat(engine.effects()).isEmpty();
  }

  @Test
  void partitionsThatAreComingInAreNotSeen() {
    given(200);
    Partition incoming = engine.engine.store().create(2);
    int hidden = incoming.size();
    assertThat(hidden).isPositive();
    incoming.become(PartitionState.INCOMING);
    check("DBSIZE", ":" + (200 - hidden));
    assertThat(bulks(engine.reply("KEYS", "*"))).hasSize(200 - hidden);
    assertThat(scanAll()).hasSize(200 - hidden);
    check("FLUSHALL", "+OK");
    assertThat(incoming.size()).isEqualTo(hidden);
  }

  @Test
  void swapdbLetsKeyspacesChangePlaces() {
    Engine follower = engine.follow();
    for (int i = 0; i < 20; i++) {
      engine.reply("SET", "k" + i, "zero");
    }
    engine.call.keyspace = 2;
    engine.reply("SET", "k1", "two");
    assertThat(engine.reply("SWAPDB", "0", "2")).isEqualTo("+OK");
    assertThat(engine.reply("DBSIZE")).isEqualTo(":20");
    assertThat(engine.reply("GET", "k1")).isEqualTo("$4 zero");
    engine.call.keyspace = 0;
    assertThat(engine.reply("GET", "k1")).isEqualTo("$3 two");
    assertThat(engine.reply("DBSIZE")).isEqualTo(":1");
    assertThat(EngineFixture.contents(follower.store()))
        .isEqualTo(EngineFixture.contents(engine.engine.store()));
  }

  @Test
  void swapdbRefusesWhatIsNoKeyspace() {
    assertThat(engine.reply("SWAPDB", "x", "1")).isEqualTo("-ERR invalid first DB index");
    assertThat(engine.reply("SWAPDB", "16", "x")).isEqualTo("-ERR invalid second DB index");
    assertThat(engine.reply("SWAPDB", "0", "16")).isEqualTo("-ERR DB index is out of range");
    assertThat(engine.reply("SWAPDB", "-1", "0")).isEqualTo("-ERR DB index is out of range");
  }
}
