package io.slotferry.topology.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.slotferry.topology.Objective;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.message.PlanAnswer.Part;
import io.slotferry.topology.message.PlanAnswer.PlannedMove;
import io.slotferry.topology.message.PlanAnswer.Share;
import java.util.Arrays;
import java.util.List;
import org.junit.jupiter.api.Test;

class LoadCodecTest {
  private static final LoadReport REPORT =
      new LoadReport(
          3,
          9,
          List.of(
              new PartitionLoad(5, 1, 2, 3, 4, null, null),
              new PartitionLoad(20_000, 1, 1L << 40, 3, 4, new byte[] {0, -1}, new byte[] {7})));

  private static final PlanAnswer PLAN =
      new PlanAnswer(
          List.of(new PlannedMove(1, 2, new int[] {0, 16_383}, 99)),
          List.of(new Share(1, new Part(1, 2, 3, 4, 5, 6), new Part(6, 5, 4, 3, 2, 1))));

  @Test
  void whatIsEncodedIsDecoded() {
    assertThat(LoadCodec.decodeLoadReport(LoadCodec.encode(REPORT)))
        .usingRecursiveComparison()
        .isEqualTo(REPORT);
    assertThat(LoadCodec.decodePlanAnswer(LoadCodec.encode(PLAN)))
        .usingRecursiveComparison()
        .isEqualTo(PLAN);
    for (Objective objective : Objective.values()) {
      PlanRequest request = new PlanRequest(objective);
      assertThat(LoadCodec.decodePlanRequest(LoadCodec.encode(request))).isEqualTo(request);
    }
  }

  @Test
  void brokenBytesAreRefused() {
    for (byte[] bytes : List.of(LoadCodec.encode(REPORT), LoadCodec.encode(PLAN))) {
      for (int length = 0; length < bytes.length; length++) {
        byte[] cut = Arrays.copyOf(bytes, length);
        assertThatIllegalArgumentException()
            .isThrownBy(() -> {
              LoadCodec.decodeLoadReport(cut);
              LoadCodec.decodePlanAnswer(cut);
            });
      }
    }
    assertThatIllegalArgumentException()
        .isThrownBy(() -> LoadCodec.decodePlanRequest(new byte[] {1, 9}));
  }
}
