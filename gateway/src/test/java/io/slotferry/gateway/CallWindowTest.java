package io.slotferry.gateway;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.TreeMap;
import org.junit.jupiter.api.Test;

/** The window behaves as a map from tickets to calls, at any age of a call. */
class CallWindowTest {
  private static final class Nobody implements Caller, ReplyTarget {
    @Override
    public int keyspace() {
      return 0;
    }

    @Override
    public int respVersion() {
      return 2;
    }

    @Override
    public ReplyTarget later() {
      return this;
    }

    @Override
    public Rerouting rerouting() {
      return (call, request, reply) -> false;
    }

    @Override
    public WrittenShards written() {
      return new WrittenShards();
    }

    @Override
    public boolean sync() {
      return false;
    }

    @Override
    public long markedClient() {
      return 0;
    }

    @Override
    public long waitingSinceMillis() {
      return 0;
    }

    @Override
    public void replied(byte[] bytes, int offset, int length) {
      throw new AssertionError();
    }

    @Override
    public void waits(boolean waiting) {
      throw new AssertionError();
    }

    @Override
    public void sent(boolean taken) {
      throw new AssertionError();
    }

    @Override
    public void refused(long mapVersion) {}

    @Override
    public void mayRetry() {}

    @Override
    public boolean mayGoBy(long mapVersion) {
      throw new AssertionError();
    }
  }

  @Test
  void isAMapByTicket() {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      CallWindow window = new CallWindow();
      TreeMap<Long, Call> model = new TreeMap<>();
      List<Long> tickets = new ArrayList<>();
      for (int step = 0; step < 200_000; step++) {
        // The window fills and empties in waves; a few calls stay for very long.
        boolean adds = random.nextInt(100) < ((step / 20_000 & 1) == 0 ? 60 : 40);
        if (adds && !window.isFull()) {
          Call call = new Call(new Nobody(), Command.GET, 1, 1);
          model.put(window.nextTicket(), call);
          if (random.nextInt(1000) != 0) {
            tickets.add(window.nextTicket());
          }
          window.add(call);
        } else if (!tickets.isEmpty()) {
          int at = Math.max(0, tickets.size() - 1 - random.nextInt(50));
          long ticket = tickets.remove(at);
          assertThat(window.take(ticket)).isSameAs(model.remove(ticket));
          assertThat(window.take(ticket)).isNull();
        }
        assertThat(window.isEmpty()).isEqualTo(model.isEmpty());
      }
      List<Call> drained = new ArrayList<>();
      window.drain(drained::add);
      assertThat(drained).containsExactlyElementsOf(model.values());
      assertThat(window.isEmpty()).isTrue();
    }
  }
}
