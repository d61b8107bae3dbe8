package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class BlockingTimeoutTest {
  @ParameterizedTest
  @CsvSource({
    "BLPOP a b 0, 0",
    "BLPOP a 0.0001, 1",
    "BRPOP a 1.5, 1500",
    "BLPOP a x, 0",
    "BLPOP a -1, 0",
    "BLPOP a inf, 35184372088832",
    "BLMOVE a b LEFT LEFT 2, 2000",
    "BRPOPLPUSH a b 2, 2000",
    "BLMPOP 3 1 a LEFT, 3000",
    "BZMPOP 0 1 a MIN COUNT 5, 0",
    "BZPOPMIN a 0.25, 250"
  })
  void isFoundWhereTheCommandHasIt(String text, long millis) {
    String[] words = text.split(" ");
    assertThat(BlockingTimeout.millis(Command.valueOf(words[0]), Request.of(words)))
        .isEqualTo(millis);
  }
}
