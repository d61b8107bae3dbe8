package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.gateway.TestGateway.Placement;
import io.slotferry.topology.MapChange;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

class AclCommandsTest {
  private final TestGateway cluster = new TestGateway(2, Placement.SAME_LOOP);
  private final RespClient admin = cluster.client();

  @AfterEach
  void close() {
    cluster.close();
  }

  private RespClient as(String user, String password) {
    RespClient client = cluster.client();
    assertThat(client.ask("AUTH", user, password)).isEqualTo("OK");
    return client;
  }

  @Test
  void theDefaultUserMayDoEverything() {
    assertThat(admin.ask("ACL", "WHOAMI")).isEqualTo("default");
    assertThat(admin.ask("ACL", "LIST"))
        .isEqualTo("[user default on nopass sanitize-payload ~* &* +@all]");
    assertThat(admin.ask("ACL", "DELUSER", "default"))
        .isEqualTo("-ERR The 'default' user cannot be removed");
  }

  @Test
  void aUserMayDoWhatItsRulesSay() {
    admin.ask("ACL", "SETUSER", "ada", "on", ">secret", "~a*", "+get", "+set", "+config|get");
    RespClient ada = as("ada", "secret");
    assertThat(ada.ask("SET", "a1", "x")).isEqualTo("OK");
    assertThat(ada.ask("GET", "b1")).isEqualTo("-NOPERM No permissions to access a key");
    assertThat(ada.ask("DEL", "a1"))
        .isEqualTo("-NOPERM User ada has no permissions to run the 'del' command");
    assertThat(ada.ask("CONFIG", "SET", "hz", "1"))
        .isEqualTo("-NOPERM User ada has no permissions to run the 'config|set' command");
    assertThat(ada.ask("CONFIG", "GET", "hz")).isEqualTo("[hz, 10]");
    assertThat(ada.ask("CONFIG", "NOPE")).startsWith("-ERR unknown subcommand");
    assertThat(ada.ask("AUTH", "ada", "wrong")).startsWith("-WRONGPASS");
  }

  @Test
  void changedRulesHoldAtOnceForThoseWhoAreLoggedIn() {
    admin.ask("ACL", "SETUSER", "ada", "on", "nopass", "~*", "+@all");
    RespClient ada = as("ada", "any");
    assertThat(ada.ask("GET", "k")).isEqualTo("nil");
    admin.ask("ACL", "SETUSER", "ada", "-get");
    assertThat(ada.ask("GET", "k")).startsWith("-NOPERM");
    // Another gateway changed it.
    String rules = cluster.maps.current().users().get("ada");
    cluster.change(
        new MapChange.ChangeUsers(
            List.of(new MapChange.UserChange("ada", rules, rules + " +get"))));
    cluster.onLoop(() -> {}); // The gateway, on the same loop, has heard of it.
    assertThat(ada.ask("GET", "k")).isEqualTo("nil");
  }

  @Test
  void aRemovedUserIsDisconnected() {
    admin.ask("ACL", "SETUSER", "ada", "on", "nopass", "+acl");
    RespClient ada = as("ada", "");
    RespClient other = as("ada", "");
    assertThat(ada.ask("ACL", "DELUSER", "ada", "nobody")).isEqualTo("(1)");
    assertThat(ada.isClosedByServer()).isTrue();
    assertThat(other.isClosedByServer()).isTrue();
    assertThat(admin.ask("ACL", "USERS")).isEqualTo("[default]");
  }

  @ParameterizedTest
  @EnumSource
  void theShardOfAScriptKnowsWhatItsUserMayDo(Placement placement) {
    try (TestGateway placed = new TestGateway(1, placement)) {
      RespClient client = placed.client();
      assertThat(client.ask("EVAL", "script", "1", "k")).isEmpty();
      client.ask("ACL", "SETUSER", "ada", "on", "nopass", "~k", "+eval", "+multi", "+exec");
      client.ask("AUTH", "ada", "");
      String rules = "ada on nopass sanitize-payload ~k resetchannels -@all +eval +multi +exec";
      assertThat(client.ask("EVAL", "script", "1", "k")).isEqualTo(rules);
      client.ask("MULTI");
      client.ask("EVAL", "script", "1", "k");
      assertThat(client.ask("EXEC")).isEqualTo('[' + rules + ']');
      // Routed a second time.
      placed.onLoop(() -> placed.shard(1).refusesNext = 1);
      assertThat(client.ask("EVAL", "script", "1", "k")).isEqualTo(rules);
    }
  }

  @Test
  void rulesHoldForWhatIsQueuedToo() {
    admin.ask("ACL", "SETUSER", "ada", "on", "nopass", "~*", "+@all");
    RespClient ada = as("ada", "");
    ada.ask("MULTI");
    ada.ask("SET", "k", "1");
    ada.ask("PING");
    ada.ask("GET", "k");
    admin.ask("ACL", "SETUSER", "ada", "-get", "-ping");
    assertThat(ada.ask("EXEC"))
        .matches("\\[OK, -NOPERM ACLs rules changed .* subcommand, -NOPERM ACLs rules changed .*]");
    assertThat(admin.ask("ACL", "LOG", "1")).contains("context, multi, object, get");
  }

  @Test
  void whoLosesAChannelIsDisconnected() {
    admin.ask("ACL", "SETUSER", "ada", "on", "nopass", "+@all", "&a", "&b*");
    RespClient ada = as("ada", "");
    RespClient other = as("ada", "");
    RespClient sharded = as("ada", "");
    ada.ask("SUBSCRIBE", "a");
    other.ask("PSUBSCRIBE", "b*");
    sharded.ask("SSUBSCRIBE", "a");
    admin.ask("ACL", "SETUSER", "ada", "&c");
    assertThat(ada.ask("PING")).isEqualTo("[pong, ]");
    admin.ask("ACL", "SETUSER", "ada", "resetchannels", "&b*");
    assertThat(ada.isClosedByServer()).isTrue();
    assertThat(sharded.isClosedByServer()).isTrue();
    assertThat(other.ask("PING")).isEqualTo("[pong, ]");
  }

  @Test
  void whatMayNotBeDoneAnyMoreIsNotWaitedFor() {
    admin.ask("ACL", "SETUSER", "ada", "on", "nopass", "~*", "+@all");
    RespClient ada = as("ada", "");
    ada.send("BLPOP", "k", "0");
    cluster.until(() -> cluster.shards.stream().anyMatch(shard -> !shard.waiting.isEmpty()));
    admin.ask("ACL", "SETUSER", "ada", "+get");
    admin.ask("ACL", "SETUSER", "ada", "resetkeys");
    assertThat(ada.readText()).isEqualTo("-NOPERM No permissions to access a key");
    assertThat(admin.ask("INFO", "commandstats"))
        .containsPattern("cmdstat_blpop:calls=0,usec=0,.*,rejected_calls=1,failed_calls=0");
    assertThat(ada.ask("PING")).isEqualTo("PONG");
  }

  @Test
  void aUserIsDescribed() {
    admin.ask("ACL", "SETUSER", "ada", "on", "nopass", "+get", "%R~a", "&c", "(+set ~b)");
    assertThat(admin.ask("ACL", "GETUSER", "ada"))
        .isEqualTo(
            "[flags, [on, nopass, sanitize-payload], passwords, [], commands, -@all +get, keys,"
                + " %R~a, channels, &c, selectors, [[commands, -@all +set, keys, ~b, channels, ]]]");
    assertThat(admin.ask("ACL", "GETUSER", "nobody")).isEqualTo("nil");
    assertThat(admin.ask("ACL", "SETUSER", "a b")).startsWith("-ERR Usernames can't contain");
    assertThat(admin.ask("ACL", "SETUSER", "ada", "wat"))
        .isEqualTo("-ERR Error in ACL SETUSER modifier 'wat': Syntax error");
  }

  @Test
  void dryRunsTellWithoutRunning() {
    admin.ask("ACL", "SETUSER", "ada", "+set", "~a*");
    assertThat(admin.ask("ACL", "DRYRUN", "ada", "SET", "a", "1")).isEqualTo("OK");
    assertThat(admin.ask("ACL", "DRYRUN", "ada", "SET", "b", "1"))
        .isEqualTo("User ada has no permissions to access the 'b' key");
    assertThat(admin.ask("ACL", "DRYRUN", "ada", "GET", "a"))
        .isEqualTo("User ada has no permissions to run the 'get' command");
    assertThat(admin.ask("ACL", "DRYRUN", "nobody", "GET", "a"))
        .isEqualTo("-ERR User 'nobody' not found");
    assertThat(admin.ask("ACL", "DRYRUN", "ada", "SET", "a"))
        .isEqualTo("-ERR wrong number of arguments for 'set' command");
  }

  @Test
  void refusalsAreLogged() {
    admin.ask("ACL", "SETUSER", "ada", "on", ">p", "+get", "~a");
    RespClient ada = as("ada", "p");
    ada.ask("SET", "a", "1");
    ada.ask("SET", "a", "1");
    ada.ask("GET", "b");
    ada.ask("AUTH", "ada", "wrong");
    assertThat(admin.ask("ACL", "LOG"))
        .contains("count, (2), reason, command, context, toplevel, object, set, username, ada")
        .contains("reason, key, context, toplevel, object, b, username, ada")
        .contains("reason, auth, context, toplevel, object, AUTH, username, ada");
    assertThat(admin.ask("INFO", "stats"))
        .contains("acl_access_denied_cmd:2", "acl_access_denied_key:1", "acl_access_denied_auth:1");
    assertThat(admin.ask("ACL", "LOG", "RESET")).isEqualTo("OK");
    assertThat(admin.ask("ACL", "LOG")).isEqualTo("[]");
  }

  @Test
  void aPasswordOfTheDefaultUserIsARuleOfIt() {
    admin.ask("CONFIG", "SET", "requirepass", "secret");
    assertThat(admin.ask("PING")).isEqualTo("PONG");
    RespClient other = cluster.client();
    assertThat(other.ask("PING")).isEqualTo("-NOAUTH Authentication required.");
    assertThat(other.ask("AUTH", "secret")).isEqualTo("OK");
    admin.ask("ACL", "SETUSER", "default", "nopass");
    assertThat(cluster.client().ask("PING")).isEqualTo("PONG");
    admin.ask("ACL", "SETUSER", "default", "off");
    assertThat(cluster.client().ask("PING")).startsWith("-NOAUTH");
  }

  @Test
  void theLastAuthOfHelloCounts() {
    admin.ask("ACL", "SETUSER", "ada", "on", ">a", "+@all");
    admin.ask("ACL", "SETUSER", "grace", "on", ">g", "+@all");
    RespClient client = cluster.client();
    client.call("HELLO", "2", "AUTH", "ada", "wrong", "AUTH", "grace", "g");
    assertThat(client.ask("ACL", "WHOAMI")).isEqualTo("grace");
    assertThat(client.ask("HELLO", "2", "AUTH", "nobody", "x", "SETNAME", "n"))
        .startsWith("-WRONGPASS");
    assertThat(client.ask("CLIENT", "GETNAME")).isEqualTo("nil");
    assertThat(admin.ask("CLIENT", "KILL", "USER", "grace")).isEqualTo("(1)");
    assertThat(client.isClosedByServer()).isTrue();
  }

  @Test
  void categoriesAndPasswords() {
    assertThat(admin.ask("ACL", "CAT")).startsWith("[keyspace, read, write, set,");
    assertThat(admin.ask("ACL", "CAT", "dangerous")).contains("config|set", "keys");
    assertThat(admin.ask("ACL", "CAT", "nope")).isEqualTo("-ERR Unknown category 'nope'");
    assertThat(admin.ask("ACL", "GENPASS")).matches("[0-9a-f]{64}");
    assertThat(admin.ask("ACL", "GENPASS", "5")).matches("[0-9a-f]{2}");
    assertThat(admin.ask("ACL", "GENPASS", "5000")).startsWith("-ERR ACL GENPASS argument must be");
    assertThat(admin.ask("ACL", "SAVE")).contains("not configured to use an ACL file");
  }
}
