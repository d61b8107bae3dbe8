package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.protocol.Reply;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

/** The options of CLIENT TRACKING, and MONITOR. */
class TrackingCommandsTest {
  private final TestGateway cluster = new TestGateway(1, Placement.SAME_LOOP);
  private final RespClient client = cluster.client();

  @AfterEach
  void close() {
    cluster.close();
  }

  @Test
  void optionsThatDoNotGoTogetherAreRefused() {
    assertThat(client.ask("CLIENT", "TRACKING", "ON", "PREFIX", "a"))
        .isEqualTo("-ERR PREFIX option requires BCAST mode to be enabled");
    assertThat(client.ask("CLIENT", "TRACKING", "ON", "BCAST", "OPTIN"))
        .isEqualTo("-ERR OPTIN and OPTOUT are not compatible with BCAST");
    assertThat(client.ask("CLIENT", "TRACKING", "ON", "OPTIN", "OPTOUT"))
        .isEqualTo("-ERR You can't specify both OPTIN mode and OPTOUT mode");
    assertThat(client.ask("CLIENT", "TRACKING", "ON", "REDIRECT", "999"))
        .isEqualTo("-ERR The client ID you want redirect to does not exist");
    assertThat(client.ask("CLIENT", "TRACKING", "maybe")).isEqualTo("-ERR syntax error");
    assertThat(client.ask("CLIENT", "CACHING", "YES"))
        .isEqualTo(
            "-ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN"
                + " or OPTOUT mode enabled");
    assertThat(client.ask("CLIENT", "GETREDIR")).isEqualTo("(-1)");
  }

  @Test
  void infoTellsWhatIsOn() {
    assertThat(client.ask("CLIENT", "TRACKINGINFO"))
        .isEqualTo("[flags, [off], redirect, (-1), prefixes, []]");
    client.ask("CLIENT", "TRACKING", "ON", "OPTIN", "NOLOOP");
    assertThat(client.ask("CLIENT", "CACHING", "YES")).isEqualTo("OK");
    assertThat(client.ask("CLIENT", "TRACKINGINFO"))
        .isEqualTo("[flags, [on, optin, caching-yes, noloop], redirect, (0), prefixes, []]");
    assertThat(client.ask("PING")).isEqualTo("PONG");
    assertThat(client.ask("CLIENT", "TRACKINGINFO"))
        .isEqualTo("[flags, [on, optin, noloop], redirect, (0), prefixes, []]");
    assertThat(client.ask("CLIENT", "LIST")).contains(" flags=t ").contains(" redir=0 ");
    client.ask("RESET");
    assertThat(client.ask("CLIENT", "TRACKINGINFO"))
        .isEqualTo("[flags, [off], redirect, (-1), prefixes, []]");
  }

  /** A refused command is the next one, too; what is of CLIENT is not. */
  @Test
  void cachingIsForTheNextCommand() {
    client.ask("CLIENT", "TRACKING", "ON", "OPTOUT");
    for (String command : new String[] {"PING", "ECHO", "NOSUCH", "CLIENT NOSUCH", "CLIENT"}) {
      assertThat(client.ask("CLIENT", "CACHING", "NO")).isEqualTo("OK");
      assertThat(client.ask("CLIENT", "TRACKING", "ON", "OPTOUT")).isEqualTo("OK");
      assertThat(client.ask("CLIENT", "CACHING")).startsWith("-ERR wrong number");
      assertThat(client.ask("CLIENT", "TRACKINGINFO")).contains("caching-no");
      client.ask(command.split(" "));
      assertThat(client.ask("CLIENT", "TRACKINGINFO")).as(command).doesNotContain("caching-no");
    }
  }

  @Test
  void aRespTwoClientHearsThroughAnother() {
    RespClient listener = cluster.client();
    long id = ((Reply.Int) listener.call("CLIENT", "ID")).value();
    listener.ask("SUBSCRIBE", "__redis__:invalidate");
    assertThat(client.ask("CLIENT", "TRACKING", "ON", "REDIRECT", "" + id)).isEqualTo("OK");
    client.ask("GET", "a");
    client.ask("SET", "a", "1");
    assertThat(listener.readText()).isEqualTo("[message, __redis__:invalidate, [a]]");
    listener.close();
    cluster.until(() -> cluster.gateway.counters().connections() == 1);
    client.ask("GET", "a");
    client.ask("SET", "a", "2");
    assertThat(client.ask("CLIENT", "TRACKINGINFO")).contains("broken_redirect");
  }

  @Test
  void whoIsAboutToEndHearsNothingForOthersAnyMore() {
    RespClient listener = cluster.client();
    long id = ((Reply.Int) listener.call("CLIENT", "ID")).value();
    client.ask("CLIENT", "TRACKING", "ON", "REDIRECT", "" + id);
    client.ask("GET", "a");
    listener.send("SET", "late", "1");
    cluster.until(() -> cluster.shards.stream().mapToInt(FakeShard::lateCount).sum() == 1);
    long before = cluster.gateway.counters().commands();
    listener.send("QUIT");
    cluster.until(() -> cluster.gateway.counters().commands() > before);
    client.ask("SET", "a", "2");
    assertThat(client.ask("CLIENT", "TRACKINGINFO")).contains("broken_redirect");
  }

  @Test
  void optInTracksTheNextCommandOnly() {
    client.call("HELLO", "3");
    client.ask("CLIENT", "TRACKING", "ON", "OPTIN");
    client.ask("GET", "a");
    client.ask("CLIENT", "CACHING", "YES");
    client.ask("GET", "b");
    client.ask("GET", "c");
    for (String key : new String[] {"a", "c", "b"}) {
      cluster.client().ask("SET", key, "1");
    }
    assertThat(client.read()).isInstanceOf(Reply.Push.class).asString().contains("invalidate");
    assertThat(client.ask("PING")).isEqualTo("PONG");
  }

  @Test
  void readsOfATransactionAreTrackedToo() {
    client.call("HELLO", "3");
    client.ask("CLIENT", "TRACKING", "ON", "OPTIN");
    client.ask("CLIENT", "CACHING", "YES");
    client.ask("MULTI");
    assertThat(client.ask("GET", "a")).isEqualTo("QUEUED");
    assertThat(client.ask("EXEC")).isEqualTo("[nil]");
    cluster.client().ask("SET", "a", "1");
    assertThat(client.read()).isInstanceOf(Reply.Push.class).asString().contains("invalidate");
  }

  @Test
  void theTableIsBounded() {
    client.call("HELLO", "3");
    client.ask("CONFIG", "SET", "tracking-table-max-keys", "2");
    client.ask("CLIENT", "TRACKING", "ON");
    client.ask("GET", "a");
    client.ask("GET", "b");
    assertThat(client.ask("GET", "c")).isEqualTo("nil");
    assertThat(RespClient.text(((Reply.Push) client.read()).elements().get(1))).isEqualTo("[a]");
  }

  @Test
  void monitorSeesCommandsButNotSecrets() {
    RespClient monitor = cluster.client();
    assertThat(monitor.ask("MONITOR")).isEqualTo("OK");
    client.ask("SET", "key", "a \"b\"\n\u0001");
    assertThat(monitor.readText())
        .matches(
            "\\d+\\.\\d{6} \\[0 127.0.0.1:\\d+] \"SET\" \"key\" \"a \\\\\"b\\\\\"\\\\n\\\\x01\"");
    client.ask("CONFIG", "GET", "port");
    client.ask("AUTH", "secret");
    assertThat(monitor.readText()).endsWith("\"AUTH\" \"(redacted)\"");
    client.ask("HELLO", "3", "AUTH", "name", "secret", "SETNAME", "me");
    assertThat(monitor.readText())
        .endsWith("\"HELLO\" \"3\" \"AUTH\" \"(redacted)\" \"(redacted)\" \"SETNAME\" \"me\"");
    client.ask("INFO", "keyspace");
    assertThat(monitor.readText()).endsWith("\"INFO\" \"keyspace\"");
    assertThat(client.ask("CLIENT", "LIST")).contains(" flags=O ");
    assertThat(monitor.readText()).endsWith("\"CLIENT\" \"LIST\"");
    assertThat(monitor.ask("RESET")).contains("RESET");
  }
}
