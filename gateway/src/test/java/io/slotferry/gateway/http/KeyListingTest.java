package io.slotferry.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.topology.KeyOrder;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Locale;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class KeyListingTest {
  private final HttpFixture http = new HttpFixture();

  @AfterEach
  void close() {
    http.close();
  }

  private void createEvents(String order) {
    http.send(
        "PUT",
        "/v1/keyspaces/events",
        "{\"partitioning\":\"range\",\"order\":\"" + order + "\",\"splits\":[\"event:1001\"]}");
  }

  /** All pages of a listing. */
  private List<String> all(String path) {
    List<String> keys = new ArrayList<>();
    String cursor = null;
    do {
      String page = path + (cursor == null ? "" : "&cursor=" + cursor);
      JsonObject answer = http.get(page).json();
      keys.addAll(answer.getJsonArray("keys").stream().map(String::valueOf).toList());
      cursor = answer.getString("cursor");
    } while (cursor != null);
    return keys;
  }

  @Test
  void pagesOfARangeKeyspaceKeepItsOrder() {
    createEvents("natural");
    List<String> expected = new ArrayList<>();
    for (int i = 0; i < 250; i++) {
      expected.add("event:" + i);
      http.commands.set(1, "event:" + i);
    }
    assertThat(all("/v1/keyspaces/events/keys?limit=7")).isEqualTo(expected);
    assertThat(all("/v1/keyspaces/1/keys?limit=7&reverse=true")).isEqualTo(expected.reversed());
    assertThat(all("/v1/keyspaces/events/keys?from=event:8&to=event:12&limit=3"))
        .containsExactly("event:8", "event:9", "event:10", "event:11");
    assertThat(http.get("/v1/keyspaces/events/keys").json().getJsonArray("keys")).hasSize(100);
  }

  @Test
  void aPrefixFindsItsKeysAndOnlyThem() {
    // Digits, leading zeros and the bytes beside the digits are where an order surprises.
    String alphabet = "019/:a\u00ff";
    Random random = new Random(7);
    for (String order : List.of("bytes", "natural")) {
      String path = "/v1/keyspaces/" + order;
      http.send("PUT", path, "{\"partitioning\":\"range\",\"order\":\"" + order + "\"}");
      int number = http.get(path).json().getInteger("number");
      TreeSet<String> keys =
          new TreeSet<>((a, b) ->
              KeyOrder.valueOf(order.toUpperCase(Locale.ROOT))
                  .compare(a.getBytes(ISO_8859_1), b.getBytes(ISO_8859_1)));
      for (int i = 0; i < 400; i++) {
        keys.add(word(random, alphabet, 1 + random.nextInt(5)));
      }
      keys.forEach(key -> http.commands.set(number, key));
      for (int i = 0; i < 60; i++) {
        String prefix = word(random, alphabet, 1 + random.nextInt(3));
        String query = "?encoding=base64&limit=9&prefix=" + base64(prefix);
        List<String> expected = keys.stream().filter(key -> key.startsWith(prefix)).toList();
        assertThat(decoded(path + "/keys" + query)).as(prefix).isEqualTo(expected);
        assertThat(decoded(path + "/keys" + query + "&reverse=true"))
            .as(prefix)
            .isEqualTo(expected.reversed());
      }
    }
  }

  private static String word(Random random, String alphabet, int length) {
    StringBuilder word = new StringBuilder();
    for (int i = 0; i < length; i++) {
      word.append(alphabet.charAt(random.nextInt(alphabet.length())));
    }
    return word.toString();
  }

  private static String base64(String key) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(key.getBytes(ISO_8859_1));
  }

  private List<String> decoded(String path) {
    List<String> keys = new ArrayList<>();
    String cursor = null;
    do {
      JsonObject page = http.get(path + (cursor == null ? "" : "&cursor=" + cursor)).json();
      boolean base64 = page.containsKey("encoding");
      for (Object key : page.getJsonArray("keys")) {
        String text = key.toString();
        keys.add(base64 ? new String(Base64.getDecoder().decode(text), ISO_8859_1) : text);
      }
      cursor = page.getString("cursor");
    } while (cursor != null);
    return keys;
  }

  @Test
  void aHashKeyspaceIsScanned() {
    TreeSet<String> expected = new TreeSet<>();
    for (int i = 0; i < 300; i++) {
      http.commands.set(0, "user:" + i);
      http.commands.set(0, "a*b:" + i);
      expected.add("a*b:" + i);
    }
    http.commands.set(0, "axb:1");
    assertThat(all("/v1/keyspaces/0/keys?limit=20")).hasSize(601);
    String prefix = URLEncoder.encode("a*b", ISO_8859_1);
    assertThat(new TreeSet<>(all("/v1/keyspaces/0/keys?limit=20&prefix=" + prefix)))
        .isEqualTo(expected);
  }

  @Test
  void whatIsNoQueryIsRefused() {
    createEvents("natural");
    for (String query :
        List.of(
            "0/keys?from=a",
            "0/keys?to=a",
            "0/keys?reverse=true",
            "0/keys?cursor=x",
            "events/keys?cursor=*",
            "events/keys?reverse=perhaps",
            "events/keys?limit=0",
            "events/keys?limit=1001",
            "events/keys?limit=many",
            "events/keys?encoding=base64&prefix=*")) {
      assertThat(http.get("/v1/keyspaces/" + query).status()).as(query).isEqualTo(400);
    }
    assertThat(http.get("/v1/keyspaces/7/keys").status()).isEqualTo(404);
  }
}
