package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Set;
import org.junit.jupiter.api.Test;

class InSyncWishTest {
  private static final Set<String> ALL = Set.of("a", "b", "c");
  private final InSyncWish wish = new InSyncWish(ALL);

  @Test
  void whoWasAskedForCountsUntilTheMapHasTheNewestWish() {
    wish.found(Set.of("a"), Set.of());
    assertThat(wish.possible(ALL, 0)).isEqualTo(ALL);
    wish.found(Set.of("a", "b"), Set.of());
    assertThat(wish.possible(Set.of("a"), 1)).containsExactlyInAnyOrder("a", "b");
    assertThat(wish.possible(Set.of("a", "b"), 2)).containsExactlyInAnyOrder("a", "b");
    wish.found(Set.of("a"), Set.of());
    assertThat(wish.possible(Set.of("a", "b"), 2)).containsExactlyInAnyOrder("a", "b");
    assertThat(wish.possible(Set.of("a"), 3)).containsExactly("a");
  }

  @Test
  void whoIsAboutToJoinCountsBeforeItIsAskedFor() {
    wish.found(Set.of("a"), Set.of());
    wish.found(Set.of("a"), Set.of("b"));
    assertThat(wish.possible(Set.of("a"), 1)).containsExactlyInAnyOrder("a", "b");
    wish.found(Set.of("a"), Set.of());
    assertThat(wish.possible(Set.of("a"), 1)).containsExactly("a");
  }
}
