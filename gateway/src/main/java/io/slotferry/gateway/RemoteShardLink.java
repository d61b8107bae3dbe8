package io.slotferry.gateway;

import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.topology.Shard;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to a shard's leader, or to a replica, in another process: frames over the event bus,
 * numbered, acknowledged and sent again by a {@link FrameLink}. It opens with a frame without
 * commands and takes calls once that is acknowledged, so that a call which meets a dead leader has
 * not been sent and simply waits.
 *
 * <pre>
 *   OPENING ── first frame from the copy ──► OPEN ── another leader ──► RETIRED ── all answered ──► CLOSED
 *      │                                      │                           │
 *      └──── broken, mute, or no answer in RETIRED_MILLIS_MAX ────────────┴──► CLOSED: calls uncertain
 * </pre>
 *
 * An OPEN one whose copy is mute takes no calls meanwhile; one to a replica is closed then, and its
 * reads go to the leader.
 */
final class RemoteShardLink extends FramedShardLink {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteShardLink.class);

  /**
   * A copy that acknowledges nothing for so long may be dead: it is sent nothing more until it is
   * heard, so that what comes now can safely go to its successor. Longer than the frame link takes
   * to make up for a frame that was lost.
   */
  static final long MUTE_MILLIS = 300;

  /** How long a link to a former leader waits for the answers that it still owes. */
  static final long RETIRED_MILLIS_MAX = 1_000;

  /** The link's timers are looked at this often while anything is under way. */
  private static final long TICK_MILLIS = 20;

  /**
   * The copy is given a sign of life this often: for one that is gone it keeps no calls waiting.
   */
  private static final long KEEP_ALIVE_MILLIS = 2_000;

  private enum State {
    OPENING,
    OPEN,
    RETIRED,
    CLOSED
  }

  private final RemoteLinks links;
  private final String copyAddress;
  private final long id;
  private final FrameLink frames;
  private State state = State.OPENING;
  private boolean tickScheduled;
  private long heardMillis;

  /** When what is not acknowledged yet began to be sent. */
  private long askedMillis;

  static RemoteShardLink toLeader(GatewayLoop loop, Shard shard) {
    return new RemoteShardLink(loop, shard, shard.leader(), false);
  }

  static RemoteShardLink toReplica(GatewayLoop loop, Shard shard, String replica) {
    return new RemoteShardLink(loop, shard, replica, true);
  }

  private RemoteShardLink(GatewayLoop loop, Shard shard, String node, boolean toReplica) {
    super(loop, shard.id(), shard.epoch(), toReplica);
    this.links = loop.links();
    this.copyAddress = RemoteLinks.copyAddress(node);
    this.id = links.newId();
    this.frames = new FrameLink(id, links.newId(), links.envelope(), new Bus());
    links.add(id, this);
    transmit(emptyFrame());
    loop.schedule(this::keepAlive, KEEP_ALIVE_MILLIS);
  }

  private void keepAlive() {
    if (state == State.CLOSED) {
      return;
    }
    if (state != State.OPENING && collectedBytes() == 0 && frames.writable()) {
      transmit(emptyFrame());
    }
    loop.schedule(this::keepAlive, KEEP_ALIVE_MILLIS);
  }

  @Override
  public boolean hasRoom() {
    return state == State.OPEN
        && super.hasRoom()
        && !isMute()
        && frames.writable()
        && frames.unacknowledgedBytes() + collectedBytes() < FrameLink.WINDOW_BYTES;
  }

  /** The copy acknowledges a frame with the answers to it. */
  @Override
  boolean isAllServed() {
    return frames.unacknowledgedBytes() == 0;
  }

  boolean isClosed() {
    return state == State.CLOSED;
  }

  @Override
  void transmit(byte[] frame) {
    long nowMillis = loop.nowMillis();
    if (frames.unacknowledgedBytes() == 0) {
      askedMillis = nowMillis;
    }
    frames.send(frame, 0, frame.length, nowMillis);
    tickLater();
  }

  /** A frame of this link has come; the reader stands behind its envelope. */
  void receive(WireReader in) {
    heardMillis = loop.nowMillis();
    if (state == State.OPENING) {
      state = State.OPEN;
    }
    frames.receive(in, heardMillis);
    loop.router().roomAgain();
    if (state == State.RETIRED && isIdle()) {
      close();
    }
    tickLater();
  }

  private void tickLater() {
    if (!tickScheduled && frames.nextTickMillis() != Long.MAX_VALUE) {
      tickScheduled = true;
      loop.schedule(this::tick, TICK_MILLIS);
    }
  }

  private void tick() {
    tickScheduled = false;
    long nowMillis = loop.nowMillis();
    frames.tick(nowMillis);
    if (toReplica && isMute()) {
      close();
    }
    tickLater();
  }

  /** Whether nothing is heard, though there is something to be acknowledged. */
  private boolean isMute() {
    return frames.unacknowledgedBytes() > 0
        && loop.nowMillis() - Math.max(heardMillis, askedMillis) > MUTE_MILLIS;
  }

  @Override
  public void retire() {
    flush();
    if (isIdle() || isMute()) {
      close();
    } else if (state != State.CLOSED) {
      state = State.RETIRED;
      loop.schedule(this::close, RETIRED_MILLIS_MAX);
    }
  }

  @Override
  public void close() {
    if (state != State.CLOSED) {
      state = State.CLOSED;
      frames.close();
      links.remove(id);
      abandon();
    }
  }

  private void broken(String reason) {
    LOG.warn("The link to shard {} at {} is broken: {}", shard, copyAddress, reason);
    state = State.CLOSED;
    links.remove(id);
    if (!toReplica) {
      loop.router().linkBroken(shard);
    }
    abandon();
  }

  /** What the frame link does to the world around it. */
  private final class Bus implements FrameLink.Events {
    @Override
    public void transmit(byte[] frame) {
      links.send(copyAddress, frame);
    }

    @Override
    public boolean hasRoom() {
      return true;
    }

    @Override
    public void deliver(byte[] bytes, int offset, int length) {
      RemoteShardLink.this.deliver(bytes, offset, length);
    }

    @Override
    public void broken(String reason) {
      RemoteShardLink.this.broken(reason);
    }
  }
}
