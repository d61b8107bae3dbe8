package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class NextSlabTest {
  private static final int BYTES = 1000;

  private final Deque<Runnable> toMake = new ArrayDeque<>();
  private final NextSlab next = new NextSlab(BYTES, toMake::add);

  @Test
  void whatIsWantedIsMadeOnceAndTakenOnce() {
    next.want();
    next.want();
    assertThat(toMake).hasSize(1);
    toMake.remove().run();

    byte[] made = next.take();

    assertThat(made).hasSize(BYTES);
    assertThat(next.take()).hasSize(BYTES).isNotSameAs(made);
  }

  @Test
  void whatIsNotMadeYetIsForTheNextTime() {
    next.want();
    assertThat(next.take()).hasSize(BYTES);
    toMake.remove().run();

    next.want();
    assertThat(toMake).isEmpty();
    assertThat(next.take()).hasSize(BYTES);

    next.want();
    assertThat(toMake).hasSize(1);
  }

  @Test
  void whatIsNoLongerNeededIsGone() {
    next.want();
    toMake.remove().run();

    next.forget();

    next.want();
    assertThat(toMake).hasSize(1);
  }
}
