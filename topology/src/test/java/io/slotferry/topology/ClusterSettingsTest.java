package io.slotferry.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class ClusterSettingsTest {
  private ClusterMap map = ClusterMap.EMPTY;

  private @Nullable String set(String... namesAndValues) {
    Map<String, String> values = new java.util.HashMap<>();
    for (int i = 0; i < namesAndValues.length; i += 2) {
      values.put(namesAndValues[i], namesAndValues[i + 1]);
    }
    return apply(new MapChange.ChangeSettings(values));
  }

  private @Nullable String apply(MapChange change) {
    return switch (map.apply(change)) {
      case Outcome.Accepted(ClusterMap next) -> {
        map = next;
        yield null;
      }
      case Outcome.Refused(String reason) -> reason;
    };
  }

  private static MapChange user(String name, @Nullable String expected, @Nullable String rules) {
    return new MapChange.ChangeUsers(List.of(new MapChange.UserChange(name, expected, rules)));
  }

  @Test
  void everyInitialValueIsValidAndCanonical() {
    for (Setting setting : SettingTable.all()) {
      assertThat(setting.refusal(setting.initial())).as(setting.name()).isNull();
      assertThat(setting.canonical(setting.initial(), setting.initial()))
          .as(setting.name())
          .isEqualTo(setting.initial());
    }
  }

  @Test
  void whatNobodyHasSetHasItsInitialValue() {
    assertThat(map.settings().number("hash-max-listpack-entries")).isEqualTo(512);
    assertThat(map.settings().isSet("hash-max-listpack-entries")).isFalse();
    assertThat(map.settings().isYes("latency-tracking")).isTrue();
  }

  @Test
  void valuesAreKeptInCanonicalFormUnderTheirNewName() {
    assertThat(set("maxmemory", "100MB", "Hash-Max-Ziplist-Entries", "7")).isNull();
    assertThat(map.settings().number("maxmemory")).isEqualTo(100L << 20);
    assertThat(map.settings().text("hash-max-listpack-entries")).isEqualTo("7");
  }

  @Test
  void allOrNone() {
    assertThat(set("maxmemory", "1gb", "maxmemory-samples", "0"))
        .isEqualTo("maxmemory-samples: argument must be between 1 and 2147483647 inclusive");
    assertThat(set("port", "1")).isEqualTo("there is no setting port of the cluster");
    assertThat(map.settings()).isSameAs(ClusterSettings.INITIAL);
  }

  @Test
  void eventClassesAreNormalised() {
    set("notify-keyspace-events", "KEA");
    assertThat(map.settings().text("notify-keyspace-events")).isEqualTo("AKE");
    set("notify-keyspace-events", "Elg");
    assertThat(map.settings().text("notify-keyspace-events")).isEqualTo("glE");
    assertThat(set("notify-keyspace-events", "Kq")).contains("Invalid event class character");
  }

  @Test
  void outputLimitsOfOneClassLeaveTheOthers() {
    set("client-output-buffer-limit", "replica 1mb 2kb 3");
    assertThat(map.settings().text("client-output-buffer-limit"))
        .isEqualTo("normal 0 0 0 slave 1048576 2048 3 pubsub 33554432 8388608 60");
    assertThat(set("client-output-buffer-limit", "wrong 1 2 3"))
        .contains("Invalid client class specified in buffer limit configuration.");
  }

  @Test
  void everySettingSaysWhichValuesItTakes() {
    assertThat(set("latency-tracking", "maybe")).contains("argument must be 'yes' or 'no'");
    assertThat(set("maxmemory-policy", "oldest"))
        .contains("argument(s) must be one of the following: volatile-lru, volatile-lfu, ");
    assertThat(set("maxmemory", "12 apples")).contains("argument must be a memory value");
    assertThat(set("maxclients", "many")).contains("argument couldn't be parsed into an integer");
    assertThat(set("maxmemory-clients", "200%"))
        .contains("percentage argument must be less or equal to 100");
  }

  @Test
  void aUserChangesOnlyFromWhatIsExpected() {
    assertThat(apply(user("ada", null, "on nopass"))).isNull();
    assertThat(apply(user("ada", null, "off"))).isEqualTo("user ada was changed by somebody else");
    assertThat(map.users()).containsExactly(Map.entry("ada", "on nopass"));
    assertThat(apply(user("ada", "on nopass", null))).isNull();
    assertThat(map.users()).isEmpty();
  }

  @Test
  void settingsAndUsersComeBackFromBytes() {
    set("requirepass", "s\u00e9cret", "maxmemory", "5");
    apply(user("ada", null, "on ~* +@all"));

    ClusterMap decoded = MapCodec.decodeMap(MapCodec.encode(map));

    assertThat(decoded.settings().text("requirepass")).isEqualTo("s\u00e9cret");
    assertThat(decoded.settings().number("maxmemory")).isEqualTo(5);
    assertThat(decoded.users()).isEqualTo(map.users());
  }
}
