package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.Request;
import io.slotferry.topology.Slots;
import java.nio.charset.StandardCharsets;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class SortPatternsTest {
  @ParameterizedTest
  @CsvSource({
    "SORT {a}l, ''",
    "SORT {a}l BY nosort GET #, ''",
    "SORT {a}l BY {a}w_* GET x{a}o_*->f STORE {a}d, ''",
    "SORT {a}l BY w_*, BY",
    "SORT {a}l BY {b}w_*, BY",
    "SORT {a}l BY *{a}, BY",
    "SORT {a}l BY {}{a}*, BY",
    "SORT {a}l LIMIT BY 1 GET o_*, GET",
    "SORT {a}l STORE BY GET o, GET",
    "SORT_RO {a}l GET {a}, ''"
  })
  void patternsMustStayInTheSlot(String text, String denied) {
    Request request = Request.of(text.split(" "));
    int slot = Slots.slotOf("a".getBytes(StandardCharsets.US_ASCII));
    String refusal = SortPatterns.refusal(request, slot);
    if (denied.isEmpty()) {
      assertThat(refusal).isNull();
    } else {
      assertThat(refusal)
          .startsWith("ERR " + denied + " option of SORT denied in Cluster mode when keys");
    }
    boolean hasPattern = text.contains(" GET {") || text.contains(" BY {a}");
    assertThat(SortPatterns.refusal(request, Slots.COUNT + 1) != null)
        .isEqualTo(hasPattern || !denied.isEmpty());
  }
}
