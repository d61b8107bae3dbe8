package io.slotferry.protocol.command;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.Request;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KeyPositionsTest {

  @ParameterizedTest
  @CsvSource({
    "PING, ''",
    "GET a, a",
    "SET a 1 EX 5, a",
    "DEL a b c, a b c",
    "MSET a 1 b 2, a b",
    "MSET a 1 b, a b",
    "OBJECT ENCODING a, a",
    "OBJECT HELP, ''",
    "LMOVE a b LEFT RIGHT, a b",
    "BITOP NOT a b, a b",
    "LCS a b IDX, a b",
    "PFDEBUG DECODE a, a",
    "PFSELFTEST, ''",
    "GEORADIUS a 1 2 3 km, a",
    "GEORADIUS a 1 2 STORE km STORE b, a b",
    "GEORADIUS a 1 2 3 km STORE, a",
    "GEORADIUSBYMEMBER a STORE 3 km COUNT STORE storedist b asc, a b",
    "GEORADIUSBYMEMBER a m 3 km STORE b STOREDIST c, a c",
    "GEORADIUSBYMEMBER_RO a m 3 km STORE b, a",
    "ZUNION 2 a b WITHSCORES, a b",
    "ZUNION 1 a b, a",
    "ZINTER 2 a, ''",
    "ZDIFF 0 a, ''",
    "ZINTERCARD -1 a, ''",
    "SINTERCARD x a, ''",
    "SINTERCARD 2147483648 a, ''",
    "SINTERCARD 99999999999999999999 a, ''",
    "ZUNIONSTORE d 2 a b WEIGHTS 1 2, d a b",
    "ZINTERSTORE d 3 a b, d",
    "ZDIFFSTORE d x a, d",
    "LMPOP 2 a b LEFT, a b",
    "BLMPOP 0 2 a b LEFT, a b",
    "BLMPOP 0 3 a LEFT, ''",
    "BLPOP a b 0, a b",
    "BLMOVE a b LEFT LEFT 0, a b",
    "ZMPOP 3 a b MIN, a b MIN",
    "ZMPOP 4 a b MIN, ''",
    "SORT a, a",
    "SORT a BY store GET store LIMIT 0 store, a",
    "SORT a STORE b STORE c, a c",
    "SORT a STORE, a",
    "SORT_RO a STORE b, a",
    "MEMORY USAGE a SAMPLES 5, a",
    "MEMORY DOCTOR, ''",
    "XREAD STREAMS a b 0 0, a b",
    "XREAD COUNT 2 BLOCK 0 streams a b c 0 0 0, a b c",
    "XREAD STREAMS a b 0, a",
    "XREAD STREAMS, ''",
    "XREAD COUNT STREAMS a 0, ''",
    "XREADGROUP GROUP STREAMS c NOACK STREAMS a >, a",
    "XREADGROUP GROUP g, ''",
    "XGROUP HELP, ''",
    "XGROUP CREATE a g 0, a"
  })
  void findsTheKeys(String text, String keys) {
    Request request = Request.of(text.split(" "));
    byte[] name = request.text(0).getBytes(UTF_8);
    Command command = CommandTable.lookup(name, 0, name.length);
    List<String> found = new ArrayList<>();
    int count = KeyPositions.count(command, request);
    assertThat(count == 0).isEqualTo(keys.isEmpty());
    for (int i = 0; i < count; i++) {
      found.add(request.text(KeyPositions.position(command, request, i)));
    }
    assertThat(String.join(" ", found)).isEqualTo(keys);
  }
}
