package io.slotferry.engine.value;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeSet;
import java.util.function.Function;

/** What holds for values of every type. */
final class ValueChecks {
  private ValueChecks() {}

  static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.ISO_8859_1);
  }

  static String text(Slice slice) {
    return new String(slice.toByteArray(), StandardCharsets.ISO_8859_1);
  }

  /** Of a few characters, or, rarely, so long that a compact form cannot hold it. */
  static String name(Random random, int names) {
    String name = "n" + random.nextInt(names);
    return name.endsWith("77") ? name + "-".repeat(80) : name;
  }

  static byte[] encoded(Value value) {
    WireWriter out = new WireWriter();
    value.encode(out);
    return out.toByteArray();
  }

  /** Decoding gives an equal value and reads no byte too many; anything cut short is refused. */
  static void assertRoundTrip(Value value, Function<WireReader, ? extends Value> decode) {
    byte[] encoded = encoded(value);
    WireReader in = new WireReader(encoded);
    Value decoded = decode.apply(in);
    assertThat(in.remaining()).isZero();
    assertThat(decoded.size()).isEqualTo(value.size());
    assertThat(encoded(value.copy())).isEqualTo(encoded(decoded));
    int step = Math.max(1, encoded.length / 50);
    for (int length = 0; length < encoded.length; length += step) {
      WireReader cut = new WireReader(encoded, 0, length);
      assertThatThrownBy(() -> decode.apply(cut)).isInstanceOf(MalformedFrameException.class);
    }
    assertThatThrownBy(() -> decode.apply(new WireReader(new byte[1])))
        .isInstanceOf(MalformedFrameException.class);
  }

  /** All names by position. */
  static List<String> names(Elements elements) {
    List<String> names = new ArrayList<>();
    Slice slice = new Slice();
    for (int at = elements.first(); at >= 0; at = elements.next(at)) {
      elements.elementAt(at, slice);
      names.add(text(slice));
    }
    return names;
  }

  /** A random position is always an element's, and in time every element's. */
  static void assertRandomChoice(Elements elements, Random random) {
    TreeSet<String> seen = new TreeSet<>();
    Slice slice = new Slice();
    for (int i = 0; i < 30 * elements.size(); i++) {
      elements.elementAt(elements.randomPosition(random), slice);
      seen.add(text(slice));
    }
    assertThat(seen).containsExactlyInAnyOrderElementsOf(names(elements));
  }
}
