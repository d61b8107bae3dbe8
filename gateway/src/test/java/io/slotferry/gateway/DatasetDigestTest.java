package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import org.junit.jupiter.api.Test;

class DatasetDigestTest {
  private static final String A = "a".repeat(40);
  private static final String B = "3".repeat(40);
  private static final String A_AND_B = "9".repeat(40);

  private static ReplyReader reply(String... elements) {
    ReplyWriter writer = new ReplyWriter();
    writer.array(elements.length);
    for (String element : elements) {
      writer.bulk(element);
    }
    ReplyReader reader = new ReplyReader(writer.bytes(), 0, writer.size());
    reader.next();
    return reader;
  }

  @Test
  void itDoesNotMatterWhichShardHasAKey() {
    DatasetDigest split = new DatasetDigest();
    split.add(reply("1", A));
    split.add(reply("0", B));
    split.add(reply("0", A));
    DatasetDigest together = new DatasetDigest();
    together.add(reply("0", A_AND_B, "1", A));
    assertThat(split.hex()).isEqualTo(together.hex());
    DatasetDigest swapped = new DatasetDigest();
    swapped.add(reply("1", A_AND_B, "0", A));
    assertThat(swapped.hex()).isNotEqualTo(together.hex());
  }

  @Test
  void nothingIsZero() {
    DatasetDigest digest = new DatasetDigest();
    digest.add(reply());
    assertThat(digest.hex()).isEqualTo("0".repeat(40));
  }
}
