package io.slotferry.engine.store;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayDeque;
import java.util.Deque;
import org.junit.jupiter.api.Test;

class NextSlabTest {
  private static final int BYTES = 1000;

  private long nanos;
  private final Deque<Runnable> toMake = new ArrayDeque<>();
  private final NextSlab next = new NextSlab(BYTES, toMake::add, () -> nanos);

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
    assertThat(toMake).hasSize(NextSlab.AHEAD);
    toMake.remove().run();

    next.want();

    assertThat(toMake).hasSize(NextSlab.AHEAD - 1);
  }

  @Test
  void asLongAsTheyAreTakenFastSomeAreMadeAhead() {
    assertThat(next.take()).hasSize(BYTES);
    assertThat(toMake).as("it came too late").hasSize(NextSlab.AHEAD);
    makeAll();

    nanos += NextSlab.SOON_NANOS - 1;
    assertThat(next.take()).hasSize(BYTES);
    assertThat(toMake).as("another one instead of that").hasSize(1);
    makeAll();

    nanos += NextSlab.SOON_NANOS;
    assertThat(next.take()).hasSize(BYTES);
    assertThat(toMake).isEmpty();
  }

  @Test
  void whatIsNoLongerNeededIsGone() {
    next.want();
    toMake.remove().run();

    next.forget();

    next.want();
    assertThat(toMake).hasSize(1);
  }

  private void makeAll() {
    while (!toMake.isEmpty()) {
      toMake.remove().run();
    }
  }
}
