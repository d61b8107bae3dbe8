package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.frame.CommandFrameReader;
import io.slotferry.protocol.frame.WireReader;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * A command under way that was not answered in place: who waits for it, and its arguments, kept so
 * that it can be routed again. They are kept as {@link
 * io.slotferry.protocol.frame.CommandFrameWriter} laid them out, in the frame that the call left
 * with, which all calls of the frame share.
 */
final class Call implements Caller {
  private static final byte[] NO_FRAME = new byte[0];

  final Command command;
  final ReplyTarget target;

  /**
   * Tells which of two calls of a loop came first: the client's order, whatever becomes of them on
   * their ways.
   */
  private final long number;

  /** The shard that it was last meant for. */
  int shard;

  private final int keyspace;
  private final int respVersion;
  private final Rerouting rerouting;
  private final WrittenShards written;
  private final boolean sync;
  private final long markedClient;
  private final boolean noTouch;
  private final @Nullable Session session;
  private final @Nullable TrackedRead trackedRead;
  private final @Nullable AclUser restrictedUser;
  private long waitingSinceMillis;
  private byte[] frame = NO_FRAME;
  private int commandStart;
  private long mapVersion;
  private boolean sent;
  private boolean waiting;

  /** What the replica that is asked goes by; 0: the leader is asked. */
  private int replicaStalenessMillisMax;

  private long ticket;
  private @Nullable ShardLink link;

  /** {@code number} is the next one of the loop; parts of a call go by that call's. */
  Call(Caller caller, Command command, int shard, long number) {
    this.command = command;
    this.shard = shard;
    this.number = caller.number() == 0 ? number : caller.number();
    this.target = caller.later();
    this.keyspace = caller.keyspace();
    this.respVersion = caller.respVersion();
    this.rerouting = caller.rerouting();
    this.written = caller.written();
    this.sync = caller.sync();
    this.markedClient = caller.markedClient();
    this.noTouch = caller.noTouch();
    this.session = caller.session();
    this.trackedRead = caller.trackedRead();
    this.restrictedUser = caller.restrictedUser();
    this.waitingSinceMillis = caller.waitingSinceMillis();
    caller.becomes(this);
  }

  /** Where the command begins in the frame that {@link #commandIn} tells afterwards. */
  void commandAt(int start) {
    commandStart = start;
  }

  /** The frame that the call is in is complete: {@code frame} is not changed any more. */
  void commandIn(byte[] frame) {
    this.frame = frame;
  }

  /** Points {@code request} at the arguments. */
  void read(WireReader reader, Request request) {
    reader.reset(frame, commandStart, frame.length - commandStart);
    CommandFrameReader.readArguments(reader, request);
  }

  /** It goes by the map of this version. */
  void sentBy(long mapVersion) {
    this.mapVersion = mapVersion;
  }

  /** Version of the map that it went by last. */
  long mapVersion() {
    return mapVersion;
  }

  /**
   * A shard has taken it.
   *
   * @param ticket its number there
   * @param link the way, null for a shard that is called in place
   */
  void sent(long ticket, @Nullable ShardLink link) {
    sent = true;
    waiting = false;
    this.ticket = ticket;
    this.link = link;
    target.sent(true);
  }

  /** A replica is asked, once: if it does not answer, the leader is. */
  void asksReplica(int stalenessMillisMax) {
    replicaStalenessMillisMax = stalenessMillisMax;
  }

  int replicaStalenessMillisMax() {
    return replicaStalenessMillisMax;
  }

  /** The shard says that it waits there for a key, and has changed nothing. */
  void waits() {
    waiting = true;
    target.blocks();
  }

  boolean isWaiting() {
    return waiting;
  }

  /** Whether a shard has it, which got it by this way. */
  boolean isSentBy(@Nullable ShardLink way) {
    return sent && Objects.equals(link, way);
  }

  long ticket() {
    return ticket;
  }

  void waitsAnew() {
    waitingSinceMillis = 0;
  }

  /** The shard that had taken it does not have it any more. */
  void ended() {
    if (sent) {
      sent = false;
      target.sent(false);
    }
  }

  /** The answer, RESP; the bytes are valid only during the call. */
  void replied(byte[] bytes, int offset, int length) {
    ended();
    target.replied(bytes, offset, length);
  }

  void waitsSince(long nowMillis) {
    if (waitingSinceMillis == 0) {
      waitingSinceMillis = nowMillis;
    }
  }

  @Override
  public int keyspace() {
    return keyspace;
  }

  @Override
  public int respVersion() {
    return respVersion;
  }

  @Override
  public ReplyTarget later() {
    return target;
  }

  @Override
  public Rerouting rerouting() {
    return rerouting;
  }

  @Override
  public WrittenShards written() {
    return written;
  }

  @Override
  public boolean sync() {
    return sync;
  }

  @Override
  public long markedClient() {
    return markedClient;
  }

  @Override
  public @Nullable Session session() {
    return session;
  }

  @Override
  public boolean noTouch() {
    return noTouch;
  }

  @Override
  public @Nullable TrackedRead trackedRead() {
    return trackedRead;
  }

  @Override
  public @Nullable AclUser restrictedUser() {
    return restrictedUser;
  }

  @Override
  public long number() {
    return number;
  }

  @Override
  public long waitingSinceMillis() {
    return waitingSinceMillis;
  }
}
