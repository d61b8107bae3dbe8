package io.slotferry.protocol.frame;

import java.util.Arrays;

/**
 * One end of a link between two nodes: carries payloads in order, each exactly once, over a bus
 * that loses, repeats, delays and reorders messages, or else says that the link is broken.
 *
 * <p>The story. Each end numbers its payloads from 1 and keeps what the other has not acknowledged.
 * Every frame acknowledges all that its sender has received in order; an acknowledgement waits a
 * little for a payload to ride on. A receiver takes only the payload that is next. One that it has
 * already is dropped; one that comes too early is dropped too, and the gap reported. The sender
 * then goes back to the first payload that is not acknowledged and sends everything from there
 * again (go-back-N), in bursts that the acknowledgements pace. It does the same when nothing is
 * acknowledged for a while. A receiver without room says that it is busy, and drops the payload.
 *
 * <pre>
 *             a gap reported, or nothing acknowledged for a while
 *    STEADY ─────────────────────────────────────────────────────► GOING BACK ◄───┐
 *      ▲                                                            │   │   ▲     │ the same
 *      └───── all that is held was sent again ──────────────────────┘   │   └─────┘
 *                                                     the peer is busy  ▼   ▲ it has room, or: ask
 *                                                                     WAITING
 *    all three ── nothing acknowledged for LINK_DEAD_MILLIS, though not busy
 *              ── the peer's end is another one than before: it has lost what it knew
 *              ── the peer has broken or closed its end                          ──► BROKEN
 * </pre>
 *
 * <p>Broken is final: what was under way may or may not have arrived, and a new link needs a new
 * id. A broken end should be kept for some seconds, as it refuses what still comes for it; whoever
 * gets a frame of a link it does not know, and does not accept, answers with {@link #refusal}.
 *
 * <p>A frame is the caller's envelope (a {@link FrameKind} and what leads the receiver to the
 * link), then this header, then the payload:
 *
 * <pre>
 *   i64 link, i64 sender's end, u8 flags, i64 number of the payload or 0, i64 acknowledged
 * </pre>
 *
 * <p>Sans-IO: time is an argument (monotonic milliseconds), frames go to {@link Events#transmit}.
 * Thread: one event loop.
 */
public final class FrameLink {
  /** A collected frame is sent when it has this size; only one large command makes it larger. */
  public static final int FRAME_BYTES_MAX = 256 << 10;

  /** {@link #writable} until so much is unacknowledged. */
  public static final int WINDOW_BYTES = 4 << 20;

  /** Who goes on sending though not {@link #writable} breaks the link here. */
  public static final long OVERRUN_BYTES_MAX = 1L << 30;

  /**
   * Without a sign that anything arrives, the link is broken after this time (and what the bytes
   * under way need on a slow bus).
   */
  public static final long LINK_DEAD_MILLIS = 10_000;

  /** How long an acknowledgement waits for a payload to ride on. */
  static final long ACK_DELAY_MILLIS = 20;

  static final long RETRANSMIT_MILLIS_MIN = 200;
  static final long RETRANSMIT_MILLIS_MAX = 2_000;

  /** A gap is reported this often at most, and gone back for twice as often at most. */
  static final long GAP_MILLIS_MIN = 20;

  /** Without progress, a gap is reported so many times; then the sender's own timer must do. */
  static final int GAP_REPORTS_MAX = 5;

  /** The slowest bus that is taken for a living one: large payloads get time accordingly. */
  static final int PATIENCE_BYTES_PER_MILLI = 10_000;

  /** What is sent again at once, unless the first payload alone is larger. */
  static final int BURST_BYTES_MAX = 256 << 10;

  /** So much is acknowledged at once: half of a burst, so that the next is on its way in time. */
  public static final int UNANSWERED_BYTES_MAX = BURST_BYTES_MAX / 2;

  private static final int GAP = 1;
  private static final int BUSY = 1 << 1;
  private static final int REFUSED = 1 << 2;
  private static final int HEADER_BYTES = 8 + 8 + 1 + 8 + 8;
  private static final long NEVER = Long.MAX_VALUE;
  private static final int NO_PAYLOAD = 0;

  /** What a link does to the world around it. None of these may call back, but {@link #deliver}. */
  public interface Events {
    /** Put this frame on the bus. It may go there again: nobody changes it any more. */
    void transmit(byte[] frame);

    /**
     * Whether the next payload can be taken now; if not, {@link FrameLink#resume} ends the wait.
     */
    boolean hasRoom();

    /** The next payload, in {@code bytes[offset, offset + length)}; valid only during the call. */
    void deliver(byte[] bytes, int offset, int length);

    /** The link is broken, for good; what is unacknowledged may or may not have arrived. */
    void broken(String reason);
  }

  private final long id;
  private final long end;
  private final byte[] envelope;
  private final Events events;
  private boolean broken;
  private boolean peerKnown;
  private long peerEnd;

  // Sending: held are [firstHeld, lastSent], of which [firstHeld, next) are on their way.
  private byte[][] held = new byte[16][];
  private long firstHeld = 1;
  private long next = 1;
  private long lastSent;
  private long lastStamped;
  private long heldBytes;
  private long underWayBytes;
  private boolean goingBack;
  private boolean peerBusy;
  private long progressMillis;
  private long retransmitMillis = RETRANSMIT_MILLIS_MIN;
  private long retransmitAtMillis;
  private long goBackAgainAtMillis = Long.MIN_VALUE;

  // Receiving.
  private long delivered;
  private long unansweredBytes;
  private long ackAtMillis = NEVER;
  private long reportGapAgainAtMillis = Long.MIN_VALUE;
  private int gapReportsLeft;
  private boolean busy;

  /**
   * @param id the link's, the same at both ends: random, drawn by the end that opens it
   * @param end this end's: random, drawn anew whenever this end is made
   * @param envelope what every frame from here begins with
   */
  public FrameLink(long id, long end, byte[] envelope, Events events) {
    this.id = id;
    this.end = end;
    this.envelope = envelope.clone();
    this.events = events;
  }

  /** The link's id in a frame whose envelope has been read; the reader stays where it is. */
  public static long idIn(WireReader in) {
    return new WireReader(in.buffer(), in.position(), in.remaining()).i64();
  }

  /** The answer to a frame of a link that is not known here, and not accepted. */
  public static byte[] refusal(long id, byte[] envelope) {
    byte[] frame = Arrays.copyOf(envelope, envelope.length + HEADER_BYTES);
    stamp(frame, envelope.length, id, 0, REFUSED, NO_PAYLOAD, 0);
    return frame;
  }

  public boolean isBroken() {
    return broken;
  }

  /** Whether the window has room: ask before {@link #send}, and go on when acknowledged. */
  public boolean writable() {
    return !broken && heldBytes < WINDOW_BYTES;
  }

  /** What is held for sending it again, bytes. */
  public long unacknowledgedBytes() {
    return heldBytes;
  }

  /** When {@link #tick} has something to do, if nothing happens before; else Long.MAX_VALUE. */
  public long nextTickMillis() {
    if (broken) {
      return NEVER;
    }
    long sending = heldBytes == 0 ? NEVER : Math.min(retransmitAtMillis, deadAtMillis());
    long receiving = gapReportsLeft == 0 ? NEVER : reportGapAgainAtMillis;
    return Math.min(Math.min(sending, receiving), ackAtMillis);
  }

  private long deadAtMillis() {
    return progressMillis + LINK_DEAD_MILLIS + heldBytes / PATIENCE_BYTES_PER_MILLI;
  }

  private void retransmitLater(long nowMillis) {
    retransmitAtMillis = nowMillis + retransmitMillis + heldBytes / PATIENCE_BYTES_PER_MILLI;
  }

  // ---- sending

  /** Sends a payload, which is copied. A broken link drops it, as it has dropped those before. */
  public void send(byte[] payload, int offset, int length, long nowMillis) {
    if (broken) {
      return;
    }
    if (heldBytes >= OVERRUN_BYTES_MAX) {
      breaks("more is sent than the peer takes");
      return;
    }
    byte[] frame = Arrays.copyOf(envelope, envelope.length + HEADER_BYTES + length);
    System.arraycopy(payload, offset, frame, envelope.length + HEADER_BYTES, length);
    boolean first = heldBytes == 0;
    hold(frame);
    if (first) {
      progressMillis = nowMillis;
      retransmitLater(nowMillis);
    }
    pump();
  }

  private void hold(byte[] frame) {
    int count = (int) (lastSent + 1 - firstHeld);
    if (count == held.length) {
      byte[][] larger = new byte[held.length * 2][];
      for (long number = firstHeld; number <= lastSent; number++) {
        larger[(int) number & larger.length - 1] = frameOf(number);
      }
      held = larger;
    }
    lastSent++;
    held[slot(lastSent)] = frame;
    heldBytes += frame.length;
  }

  private int slot(long number) {
    return (int) number & held.length - 1;
  }

  private byte[] frameOf(long number) {
    return held[slot(number)];
  }

  /** Transmits what is held and not on its way; when going back, a burst of it. */
  private void pump() {
    while (next <= lastSent && !peerBusy && (!goingBack || underWayBytes < BURST_BYTES_MAX)) {
      byte[] frame = frameOf(next);
      if (next > lastStamped) {
        // Only once: a transmitted frame may still be read by the bus. An old acknowledgement is
        // harmless.
        stamp(frame, envelope.length, id, end, 0, next, delivered);
        lastStamped = next;
        answered();
      }
      next++;
      underWayBytes += frame.length;
      events.transmit(frame);
    }
    if (next > lastSent) {
      goingBack = false;
    }
  }

  private void goBack() {
    next = firstHeld;
    underWayBytes = 0;
    goingBack = true;
    pump();
  }

  private void acknowledged(long number, long nowMillis) {
    if (number < firstHeld) {
      return;
    }
    while (firstHeld <= number) {
      int slot = slot(firstHeld);
      int length = held[slot].length;
      // Lets go of the frame; any small array does.
      held[slot] = envelope;
      heldBytes -= length;
      if (firstHeld < next) {
        underWayBytes -= length;
      }
      firstHeld++;
    }
    next = Math.max(next, firstHeld);
    peerBusy = false;
    progressMillis = nowMillis;
    retransmitMillis = RETRANSMIT_MILLIS_MIN;
    retransmitLater(nowMillis);
  }

  // ---- receiving

  /**
   * Takes a frame of this link; of another one it is ignored.
   *
   * @param in behind the envelope
   * @throws MalformedFrameException if the frame is too short
   */
  public void receive(WireReader in, long nowMillis) {
    long frameId = in.i64();
    long frameEnd = in.i64();
    int flags = in.u8();
    long number = in.i64();
    long ack = in.i64();
    if (frameId != id || broken && (flags & REFUSED) != 0) {
      return;
    }
    if (broken) {
      control(REFUSED);
    } else if ((flags & REFUSED) != 0) {
      breaksSilently("the peer has no such link any more");
    } else if (peerKnown && peerEnd != frameEnd) {
      breaks("the peer has started anew");
    } else if (ack > lastSent) {
      breaks("the peer acknowledges what this end has not sent");
    } else {
      peerKnown = true;
      peerEnd = frameEnd;
      heard(flags, ack, nowMillis);
      if (number != NO_PAYLOAD) {
        payload(number, in, nowMillis);
      }
      answerIfDue(nowMillis);
    }
  }

  private void heard(int flags, long ack, long nowMillis) {
    acknowledged(ack, nowMillis);
    if ((flags & BUSY) != 0) {
      // It lives; go on from what it has, once it has room.
      progressMillis = nowMillis;
      peerBusy = true;
      next = firstHeld;
      underWayBytes = 0;
      goingBack = true;
    } else if ((flags & GAP) != 0 && nowMillis >= goBackAgainAtMillis) {
      goBackAgainAtMillis = nowMillis + GAP_MILLIS_MIN / 2;
      peerBusy = false;
      goBack();
    }
    pump();
  }

  private void payload(long number, WireReader in, long nowMillis) {
    if (number > delivered + 1) {
      if (gapReportsLeft == 0 && !busy) {
        gapReportsLeft = GAP_REPORTS_MAX;
      }
      reportGap(nowMillis);
    } else if (number <= delivered) {
      ackAtMillis = Math.min(ackAtMillis, nowMillis + ACK_DELAY_MILLIS);
    } else if (!events.hasRoom()) {
      busy = true;
      gapReportsLeft = 0;
      reportGap(nowMillis);
    } else {
      busy = false;
      gapReportsLeft = 0;
      delivered = number;
      unansweredBytes += in.remaining();
      ackAtMillis =
          unansweredBytes >= UNANSWERED_BYTES_MAX
              ? nowMillis
              : Math.min(ackAtMillis, nowMillis + ACK_DELAY_MILLIS);
      events.deliver(in.buffer(), in.position(), in.remaining());
    }
  }

  private void reportGap(long nowMillis) {
    if (nowMillis >= reportGapAgainAtMillis) {
      reportGapAgainAtMillis = nowMillis + GAP_MILLIS_MIN;
      gapReportsLeft = Math.max(0, gapReportsLeft - 1);
      control(busy ? BUSY : GAP);
    }
  }

  /** There is room again after {@link Events#hasRoom} said no: have the payload sent again. */
  public void resume(long nowMillis) {
    if (busy && !broken) {
      busy = false;
      gapReportsLeft = GAP_REPORTS_MAX;
      reportGapAgainAtMillis = nowMillis;
      reportGap(nowMillis);
    }
  }

  // ---- time

  /** To be called at {@link #nextTickMillis}, or every few milliseconds. */
  public void tick(long nowMillis) {
    if (broken) {
      return;
    }
    if (heldBytes > 0 && nowMillis >= deadAtMillis()) {
      breaks("nothing acknowledged for " + (nowMillis - progressMillis) + " ms");
      return;
    }
    if (heldBytes > 0 && nowMillis >= retransmitAtMillis) {
      retransmitMillis = Math.min(retransmitMillis * 2, RETRANSMIT_MILLIS_MAX);
      retransmitLater(nowMillis);
      peerBusy = false;
      goBack();
    }
    if (gapReportsLeft > 0) {
      reportGap(nowMillis);
    }
    answerIfDue(nowMillis);
  }

  private void answerIfDue(long nowMillis) {
    if (!broken && nowMillis >= ackAtMillis) {
      control(busy ? BUSY : 0);
    }
  }

  // ---- frames without payload, and the end

  private void control(int flags) {
    byte[] frame = Arrays.copyOf(envelope, envelope.length + HEADER_BYTES);
    stamp(frame, envelope.length, id, end, flags, NO_PAYLOAD, delivered);
    answered();
    events.transmit(frame);
  }

  private void answered() {
    unansweredBytes = 0;
    ackAtMillis = NEVER;
  }

  private static void stamp(
      byte[] frame, int at, long id, long end, int flags, long number, long ack) {
    WireWriter out = new WireWriter(frame, at);
    out.i64(id);
    out.i64(end);
    out.u8(flags);
    out.i64(number);
    out.i64(ack);
  }

  /** Ends the link from here: the peer is told, {@link Events#broken} is not called. */
  public void close() {
    if (!broken) {
      control(REFUSED);
      drop();
    }
  }

  private void breaks(String reason) {
    control(REFUSED);
    breaksSilently(reason);
  }

  private void breaksSilently(String reason) {
    drop();
    events.broken(reason);
  }

  private void drop() {
    broken = true;
    held = new byte[0][];
    heldBytes = 0;
  }
}
