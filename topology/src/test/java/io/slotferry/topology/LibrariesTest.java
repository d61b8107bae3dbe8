package io.slotferry.topology;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.List;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class LibrariesTest {
  private ClusterMap map = ClusterMap.EMPTY;

  private static Library library(String name, int bytes, String... functions) {
    return new Library(
        name,
        new byte[bytes],
        List.of(functions).stream()
            .map(function -> new Library.Function(function, "", List.of()))
            .toList());
  }

  private @Nullable String set(long revision, Library... libraries) {
    return switch (map.apply(new MapChange.SetLibraries(revision, List.of(libraries)))) {
      case Outcome.Accepted(ClusterMap next) -> {
        map = next;
        yield null;
      }
      case Outcome.Refused(String reason) -> reason;
    };
  }

  @Test
  void areReplacedByWhoeverKnowsThem() {
    assertThat(set(0, library("a", 1, "f"))).isNull();
    assertThat(set(0, library("b", 1, "g")))
        .isEqualTo("the libraries were changed by somebody else");
    assertThat(set(map.libraries().revision())).isNull();
    assertThat(map.libraries().all()).isEmpty();
  }

  @Test
  void haveBoundsAndNoDoubles() {
    assertThat(set(0, library("b", 1, "f"), library("a", 1, "g")))
        .isEqualTo("libraries are in the order of their names");
    assertThat(set(0, library("a", 1, "f"), library("b", 1, "f")))
        .isEqualTo("Function f already exists");
    assertThat(set(0, library("a", Libraries.CODE_BYTES_MAX + 1)))
        .isEqualTo("the libraries have more than 4194304 bytes");
  }

  @Test
  void comeBackFromBytes() {
    set(0, library("a", 3, "f", "g"));
    ClusterMap decoded = MapCodec.decodeMap(MapCodec.encode(map));
    assertThat(decoded.libraries().revision()).isEqualTo(1);
    assertThat(decoded.libraries().find("a").functions())
        .isEqualTo(map.libraries().find("a").functions());
  }
}
