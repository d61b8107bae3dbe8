package io.slotferry.protocol.frame;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.fail;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.PriorityQueue;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Two ends and a bus in one thread, on a seeded clock: the bus drops, repeats, delays and reorders
 * frames, or carries nothing for a while.
 */
class FrameLinkTest {
  private static final long LINK = 77;
  private static final byte[] ENVELOPE = {(byte) FrameKind.COMMANDS.code(), 'g'};

  private record Flight(long atMillis, long order, End to, byte[] frame) {}

  private static final class Bus {
    final Random random;
    final PriorityQueue<Flight> flights =
        new PriorityQueue<>((a, b) ->
            a.atMillis != b.atMillis
                ? Long.compare(a.atMillis, b.atMillis)
                : Long.compare(a.order, b.order));
    long nowMillis = 1_000_000;
    long sent;
    double dropped;
    double repeated;
    int delayMillisMax;
    boolean cut;

    Bus(long seed) {
      random = new Random(seed);
    }

    void carry(End to, byte[] frame) {
      sent++;
      int copies = random.nextDouble() < repeated ? 2 : 1;
      for (int i = 0; i < copies; i++) {
        if (!cut && random.nextDouble() >= dropped) {
          long delay = delayMillisMax == 0 ? 0 : random.nextInt(delayMillisMax + 1);
          flights.add(new Flight(nowMillis + delay, sent, to, frame));
        }
      }
    }

    /** Carries what is due in the next millisecond, and lets both ends act. */
    void step(End... ends) {
      nowMillis++;
      while (!flights.isEmpty() && flights.peek().atMillis <= nowMillis) {
        Flight flight = flights.remove();
        flight.to.receive(flight.frame);
      }
      for (End end : ends) {
        if (end.link.nextTickMillis() <= nowMillis) {
          end.link.tick(nowMillis);
        }
      }
    }
  }

  private static final class End implements FrameLink.Events {
    final Bus bus;
    final List<byte[]> sent = new ArrayList<>();
    final List<byte[]> delivered = new ArrayList<>();
    FrameLink link;
    End peer;
    boolean room = true;
    String broken = "";
    int echoBytes = -1;

    End(Bus bus, long end) {
      this.bus = bus;
      this.link = new FrameLink(LINK, end, ENVELOPE, this);
    }

    void send(byte[] payload) {
      sent.add(payload);
      byte[] padded = Arrays.copyOf(payload, payload.length + 3);
      link.send(padded, 0, payload.length, bus.nowMillis);
      Arrays.fill(padded, (byte) -1);
    }

    void receive(byte[] frame) {
      WireReader in = new WireReader(frame);
      if (FrameKind.of(in.u8()) != FrameKind.COMMANDS || in.u8() != 'g') {
        fail("not the envelope");
      }
      link.receive(in, bus.nowMillis);
    }

    @Override
    public void transmit(byte[] frame) {
      bus.carry(peer, frame);
    }

    @Override
    public boolean hasRoom() {
      return room;
    }

    @Override
    public void deliver(byte[] bytes, int offset, int length) {
      delivered.add(Arrays.copyOfRange(bytes, offset, offset + length));
      if (echoBytes >= 0) {
        send(new byte[echoBytes]);
      }
    }

    @Override
    public void broken(String reason) {
      assertThat(broken).isEmpty();
      broken = reason;
    }
  }

  private static End[] pair(Bus bus) {
    End a = new End(bus, 1);
    End b = new End(bus, 2);
    a.peer = b;
    b.peer = a;
    return new End[] {a, b};
  }

  private static void assertPrefix(List<byte[]> delivered, List<byte[]> sent, long seed) {
    assertThat(delivered.size()).as("seed %d", seed).isLessThanOrEqualTo(sent.size());
    for (int i = 0; i < delivered.size(); i++) {
      if (!Arrays.equals(delivered.get(i), sent.get(i))) {
        fail("seed %d: payload %d is another one", seed, i);
      }
    }
  }

  private static byte[] payload(Random random, int bytesMax) {
    byte[] payload = new byte[random.nextInt(bytesMax)];
    random.nextBytes(payload);
    return payload;
  }

  @Test
  void deliversExactlyOnceInOrderWhateverTheBusDoes() {
    for (int seed = 0; seed < 120; seed++) {
      Bus bus = new Bus(seed);
      Random random = new Random(~seed);
      End[] ends = pair(bus);
      long heldMax = 0;
      for (int millis = 0; millis < 3_000; millis++) {
        if (millis % 200 == 0) {
          bus.dropped = random.nextInt(3) * 0.15;
          bus.repeated = random.nextInt(3) * 0.15;
          bus.delayMillisMax = random.nextInt(3) * 20;
          bus.cut = random.nextInt(6) == 0;
        }
        for (End end : ends) {
          if (random.nextInt(40) == 0) {
            end.room = random.nextBoolean();
            if (end.room) {
              end.link.resume(bus.nowMillis);
            }
          }
          if (random.nextInt(4) == 0 && end.link.writable()) {
            end.send(payload(random, random.nextInt(100) == 0 ? 1_000_000 : 2_000));
          }
          heldMax = Math.max(heldMax, end.link.unacknowledgedBytes());
        }
        bus.step(ends);
      }
      assertThat(heldMax).isLessThan(FrameLink.WINDOW_BYTES + 1_000_100);
      heal(bus, ends);
      long healed = bus.nowMillis;
      while (ends[0].link.unacknowledgedBytes() + ends[1].link.unacknowledgedBytes() > 0) {
        bus.step(ends);
        if (bus.nowMillis - healed > 4_000) {
          fail("no progress with seed %d", seed);
        }
      }
      for (End end : ends) {
        assertThat(end.broken).as("seed %d", seed).isEmpty();
        assertThat(end.delivered.size()).as("seed %d", seed).isEqualTo(end.peer.sent.size());
        assertPrefix(end.delivered, end.peer.sent, seed);
      }
    }
  }

  private static void heal(Bus bus, End... ends) {
    bus.cut = false;
    bus.dropped = 0;
    bus.repeated = 0;
    bus.delayMillisMax = 0;
    for (End end : ends) {
      end.room = true;
      end.link.resume(bus.nowMillis);
    }
  }

  /** An end that lost its memory is found out: nothing is delivered twice to one end. */
  @Test
  void anEndThatStartedAnewBreaksTheLink() {
    int breaks = 0;
    for (int seed = 0; seed < 300; seed++) {
      Bus bus = new Bus(seed);
      Random random = new Random(~seed);
      End[] ends = pair(bus);
      bus.dropped = 0.1;
      bus.delayMillisMax = 10;
      int restartAt = random.nextInt(300);
      for (int millis = 0; millis < 5_000; millis++) {
        if (millis == restartAt) {
          ends[1].broken = "restarted";
          End anew = new End(bus, 3);
          anew.peer = ends[0];
          ends[0].peer = anew;
          ends[1] = anew;
          bus.flights.clear();
        }
        for (End end : ends) {
          if (random.nextInt(4) == 0 && millis < 600 && end.link.writable()) {
            end.send(payload(random, 500));
          }
        }
        bus.step(ends);
      }
      assertPrefix(ends[1].delivered, ends[0].sent, seed);
      if (!ends[1].delivered.isEmpty()) {
        // It was never heard of before, so that starting at the first payload was right.
        assertThat(ends[0].broken).as("seed %d", seed).isEmpty();
        assertThat(ends[1].delivered.size()).isEqualTo(ends[0].sent.size());
      } else {
        assertThat(ends[0].broken).as("seed %d", seed).isNotEmpty();
        breaks++;
      }
    }
    assertThat(breaks).isGreaterThan(200);
  }

  @Test
  void isBrokenWhenNothingArrives() {
    Bus bus = new Bus(1);
    End[] ends = pair(bus);
    bus.cut = true;
    ends[0].send(new byte[100]);
    for (int millis = 0; millis < FrameLink.LINK_DEAD_MILLIS - 2; millis++) {
      bus.step(ends);
    }
    assertThat(ends[0].broken).isEmpty();
    bus.step(ends);
    bus.step(ends);
    assertThat(ends[0].broken).startsWith("nothing acknowledged");
    assertThat(ends[0].link.isBroken()).isTrue();
    assertThat(ends[0].link.writable()).isFalse();
    assertThat(ends[0].link.unacknowledgedBytes()).isZero();
    assertThat(ends[0].link.nextTickMillis()).isEqualTo(Long.MAX_VALUE);
    // Asked again a bounded number of times, further and further apart.
    assertThat(bus.sent).isBetween(5L, 12L);
  }

  @Test
  void aBrokenEndRefusesWhatStillComes() {
    Bus bus = new Bus(1);
    End[] ends = pair(bus);
    ends[1].link.close();
    bus.flights.clear();
    ends[0].send(new byte[10]);
    bus.step(ends);
    bus.step(ends);
    assertThat(ends[1].delivered).isEmpty();
    assertThat(ends[0].broken).contains("no such link");
    assertThat(ends[1].broken).isEmpty();
    assertThat(bus.flights).isEmpty();
  }

  @Test
  void aRefusalBreaksTheLink() {
    Bus bus = new Bus(1);
    End[] ends = pair(bus);
    ends[0].send(new byte[10]);
    ends[0].receive(FrameLink.refusal(LINK, ENVELOPE));
    assertThat(ends[0].broken).contains("no such link");
  }

  @Test
  void aFrameTellsItsLink() {
    WireReader in = new WireReader(FrameLink.refusal(LINK, ENVELOPE));
    in.skip(ENVELOPE.length);
    assertThat(FrameLink.idIn(in)).isEqualTo(LINK);
    assertThat(in.position()).isEqualTo(ENVELOPE.length);
  }

  @Test
  void framesOfOtherLinksAreIgnored() {
    Bus bus = new Bus(1);
    End[] ends = pair(bus);
    WireReader in = new WireReader(FrameLink.refusal(LINK + 1, new byte[0]));
    ends[0].link.receive(in, bus.nowMillis);
    assertThat(ends[0].broken).isEmpty();
  }

  @Test
  void onASoundBusEachPayloadIsOneFrame() {
    Bus bus = new Bus(1);
    End[] ends = pair(bus);
    ends[1].echoBytes = 20;
    for (int i = 0; i < 1_000; i++) {
      ends[0].send(new byte[50]);
      bus.step(ends);
    }
    // Acknowledgements ride on the payloads of the other direction.
    assertThat(bus.sent).isEqualTo(2_000);
    for (int i = 0; i < 100; i++) {
      bus.step(ends);
    }
    assertThat(bus.sent).isLessThanOrEqualTo(2_002);
    assertThat(ends[0].link.unacknowledgedBytes()).isZero();
    assertThat(ends[1].link.unacknowledgedBytes()).isZero();
    assertThat(ends[0].link.nextTickMillis()).isEqualTo(Long.MAX_VALUE);
  }

  @Test
  void aFullWindowIsAcknowledgedWithoutDelay() {
    Bus bus = new Bus(1);
    End[] ends = pair(bus);
    int payloads = 0;
    long start = bus.nowMillis;
    while (payloads < 1_000) {
      while (ends[0].link.writable()) {
        ends[0].send(new byte[100_000]);
        payloads++;
      }
      bus.step(ends);
    }
    assertThat(bus.nowMillis - start).isLessThan(100);
  }

  @Test
  void aBusyPeerHoldsTheSenderUpWithoutBreakingTheLink() {
    Bus bus = new Bus(1);
    End[] ends = pair(bus);
    ends[1].room = false;
    while (ends[0].link.writable()) {
      ends[0].send(new byte[10_000]);
    }
    int payloads = ends[0].sent.size();
    for (int millis = 0; millis < 5 * FrameLink.LINK_DEAD_MILLIS; millis++) {
      bus.step(ends);
    }
    assertThat(ends[0].broken).isEmpty();
    assertThat(ends[1].delivered).isEmpty();
    // A probe now and then, not the whole window.
    assertThat(bus.sent).isLessThan(payloads + 30L * 30);
    ends[1].room = true;
    ends[1].link.resume(bus.nowMillis);
    for (int millis = 0; millis < 50; millis++) {
      bus.step(ends);
    }
    assertThat(ends[1].delivered.size()).isEqualTo(payloads);
    assertThat(ends[0].link.writable()).isTrue();
  }
}
