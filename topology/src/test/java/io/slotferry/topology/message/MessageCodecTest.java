package io.slotferry.topology.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.slotferry.topology.Node;
import io.slotferry.topology.Role;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.function.Function;
import org.junit.jupiter.api.Test;

class MessageCodecTest {
  private static final Node NODE =
      new Node("shard-1", Set.of(Role.SHARD), "host", 6379, 8080, 1, "z");
  private static final CopyReport LEADING =
      new CopyReport(1, 7, true, "abc", 1L << 40, Set.of("shard-1", "replica-1"), 3, 12, false);
  private static final CopyReport FOLLOWING =
      new CopyReport(2, 0, false, "", -1, Set.of(), 0, 0, true);
  private static final NodeReport REPORT =
      new NodeReport(NODE, 5, 99, new Stamp(11, 12), List.of(LEADING, FOLLOWING));

  @Test
  void whatIsEncodedIsDecoded() {
    assertThat(MessageCodec.decodeReport(MessageCodec.encode(REPORT))).isEqualTo(REPORT);
    HeartbeatAnswer leases =
        new HeartbeatAnswer(
            8, new Stamp(13, 14), List.of(new Lease(1, 7, 1500), new Lease(2, 1, 300)));
    assertThat(MessageCodec.decodeHeartbeatAnswer(MessageCodec.encode(leases))).isEqualTo(leases);
    MapRequest request = new MapRequest(42);
    assertThat(MessageCodec.decodeMapRequest(MessageCodec.encode(request))).isEqualTo(request);
    for (ChangeAnswer answer :
        List.of(
            new ChangeAnswer.Accepted(3),
            new ChangeAnswer.Refused(7, "no such shard"),
            new ChangeAnswer.Unknown("not the leader"))) {
      assertThat(MessageCodec.decodeChangeAnswer(MessageCodec.encode(answer))).isEqualTo(answer);
    }
  }

  @Test
  void mapsAndChangesTravelAsTheyAre() {
    byte[] bytes = {1, 2, 3};
    MapDelta delta = MessageCodec.decodeMapDelta(MessageCodec.encode(new MapDelta(9, bytes)));
    assertThat(delta.version()).isEqualTo(9);
    assertThat(delta.change()).isEqualTo(bytes);

    MapAnswer image = MessageCodec.decodeMapAnswer(MessageCodec.encode(new MapAnswer.Image(bytes)));
    assertThat(((MapAnswer.Image) image).map()).isEqualTo(bytes);

    MapAnswer changes =
        MessageCodec.decodeMapAnswer(
            MessageCodec.encode(new MapAnswer.Changes(4, List.of(bytes, new byte[0]))));
    assertThat(((MapAnswer.Changes) changes).fromVersion()).isEqualTo(4);
    assertThat(((MapAnswer.Changes) changes).changes()).containsExactly(bytes, new byte[0]);
  }

  @Test
  void aReasonIsCutToWhatFits() {
    String endless = "€".repeat(100_000);
    ChangeAnswer answer =
        MessageCodec.decodeChangeAnswer(MessageCodec.encode(new ChangeAnswer.Refused(endless)));
    assertThat(endless).startsWith(((ChangeAnswer.Refused) answer).reason());
  }

  /** Whatever comes, it is a message or an {@link IllegalArgumentException}. */
  @Test
  void brokenBytesAreRefused() {
    List<Function<byte[], Object>> decoders =
        List.of(
            MessageCodec::decodeReport,
            MessageCodec::decodeHeartbeatAnswer,
            MessageCodec::decodeMapRequest,
            MessageCodec::decodeMapAnswer,
            MessageCodec::decodeMapDelta,
            MessageCodec::decodeChangeAnswer);
    byte[] whole = MessageCodec.encode(REPORT);
    for (int length = 0; length < whole.length; length++) {
      byte[] torn = Arrays.copyOf(whole, length);
      assertThatIllegalArgumentException().isThrownBy(() -> MessageCodec.decodeReport(torn));
    }
    Random random = new Random(1);
    for (int round = 0; round < 3_000; round++) {
      byte[] bytes = whole.clone();
      for (int i = random.nextInt(4); i >= 0; i--) {
        bytes[random.nextInt(bytes.length)] = (byte) random.nextInt();
      }
      for (Function<byte[], Object> decoder : decoders) {
        try {
          assertThat(decoder.apply(bytes)).isNotNull();
        } catch (IllegalArgumentException e) {
          assertThat(e).hasMessageMatching("(?s).+");
        }
      }
    }
  }

  @Test
  void aNodeReportsABoundedNumberOfCopies() {
    List<CopyReport> many =
        new ArrayList<>(Collections.nCopies(NodeReport.COPIES_MAX + 1, FOLLOWING));
    assertThatIllegalArgumentException()
        .isThrownBy(() -> new NodeReport(NODE, 1, 1, Stamp.NONE, many));
  }
}
