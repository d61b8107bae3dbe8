package io.slotferry.gateway;

import io.netty.util.concurrent.ScheduledFuture;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A command that may wait for a key, of a session whose further commands wait with it. The shard
 * keeps it until it can be served; the time is counted here, so that it goes on over a move and a
 * change of the leader, when the shard says that the call is not there any more and the call is
 * routed again.
 *
 * <pre>
 *   at a shard ── served ──────────────────────────────────────────► answered
 *     │    ▲ │ time is over, CLIENT UNBLOCK, the client is gone: the shard is told, again and again
 *     ▼    │ └──► answered: the wait is over, or it was served just before
 *   on its way ── is to end ──► answered
 * </pre>
 *
 * <p>Thread: the session's gateway loop.
 */
final class BlockingCall implements Caller, ReplyTarget, Rerouting {
  /** How a wait ends without being served; the names are those of CLIENT UNBLOCK. */
  enum End {
    TIMEOUT,
    ERROR
  }

  /** The shard is told again after this: what was told before may have met a call on its way. */
  private static final long END_AGAIN_MILLIS = 20;

  private static final String UNBLOCKED = "UNBLOCKED client unblocked via CLIENT UNBLOCK";

  private static final byte[] UNBLOCKED_ERROR = "-UNBLOCKED".getBytes(StandardCharsets.US_ASCII);

  private final Session session;
  private final Router router;
  private final Command command;
  private @Nullable ReplyTarget target;
  private @Nullable Call call;
  private @Nullable ScheduledFuture<?> timer;
  private @Nullable End end;

  /** Set when the wait has begun, for {@link #rulesChanged}. */
  private @Nullable Request request;

  /** What is answered instead of {@link #UNBLOCKED}. */
  private @Nullable String refusal;

  private boolean begun;
  private boolean replied;
  private boolean counted;

  private BlockingCall(Session session, Command command) {
    this.session = session;
    this.router = session.loop.router();
    this.command = command;
  }

  /** The result is that of {@link Router#execute}. */
  static boolean execute(Session session, Command command, Request request, ReplyWriter reply) {
    long timeoutMillis = BlockingTimeout.millis(command, request);
    if (timeoutMillis == BlockingTimeout.WAITS_NOT) {
      return session.loop.router().execute(session, command, request, reply);
    }
    BlockingCall blocking = new BlockingCall(session, command);
    if (blocking.router.execute(blocking, command, request, reply)) {
      return true;
    }
    blocking.begin(request, timeoutMillis);
    return false;
  }

  private void begin(Request given, long timeoutMillis) {
    if (replied) {
      return;
    }
    request = given.detached();
    begun = true;
    session.blocked = this;
    session.hold();
    if (timeoutMillis != BlockingTimeout.FOREVER) {
      timer = session.loop.timer(() -> end(End.TIMEOUT), timeoutMillis);
    }
  }

  /** The wait is to end; false when it has ended, or was told to before. */
  boolean end(End how) {
    if (replied || end != null) {
      return false;
    }
    end = how;
    tellShard();
    return true;
  }

  /** The rules of its user have changed: what may not be done any more is not waited for. */
  void rulesChanged() {
    if (request != null && !session.trusted && end == null) {
      refusal = session.gateway.access().refusal(session, command, request);
      if (refusal != null) {
        end(End.ERROR);
      }
    }
  }

  private void tellShard() {
    if (!replied && call != null && end != null) {
      router.unblock(call, end.name());
      if (!replied) {
        session.loop.schedule(this::tellShard, END_AGAIN_MILLIS);
      }
    }
  }

  @Override
  public void becomes(Call call) {
    this.call = call;
  }

  @Override
  public boolean again(Call call, Request request, ReplyWriter reply) {
    if (end == null) {
      return router.execute(call, command, request, reply);
    }
    reply.useProtocol(session.respVersion);
    if (end == End.ERROR) {
      reply.error(refusal == null ? UNBLOCKED : refusal);
    } else {
      reply.nullArray();
    }
    return true;
  }

  @Override
  public void replied(byte[] bytes, int offset, int length) {
    replied = true;
    if (refusal != null && isUnblocked(bytes, offset, length)) {
      ReplyWriter refused = new ReplyWriter(64);
      refused.error(refusal);
      target().replied(refused.bytes(), 0, refused.size());
    } else {
      target().replied(bytes, offset, length);
    }
    if (timer != null) {
      timer.cancel(false);
    }
    if (begun) {
      session.blocked = null;
      session.release();
    }
    if (counted) {
      session.gateway.counters().addBlocked(-1);
    }
  }

  /** Whether the shard says that it has ended the wait; it may have served it just before. */
  private static boolean isUnblocked(byte[] bytes, int offset, int length) {
    int end = offset + UNBLOCKED_ERROR.length;
    return length >= UNBLOCKED_ERROR.length
        && Arrays.equals(bytes, offset, end, UNBLOCKED_ERROR, 0, UNBLOCKED_ERROR.length);
  }

  /** From now on it survives its leader; INFO counts it from now on too. */
  @Override
  public void blocks() {
    if (!counted) {
      counted = true;
      session.gateway.counters().addBlocked(1);
    }
  }

  // ---- who waits

  private ReplyTarget target() {
    if (target == null) {
      target = session.later();
    }
    return target;
  }

  @Override
  public ReplyTarget later() {
    target();
    return this;
  }

  @Override
  public void waits(boolean waiting) {
    target().waits(waiting);
  }

  @Override
  public void sent(boolean taken) {
    target().sent(taken);
  }

  @Override
  public void refused(long mapVersion) {
    target().refused(mapVersion);
  }

  @Override
  public void mayRetry() {
    target().mayRetry();
  }

  @Override
  public boolean mayGoBy(long mapVersion) {
    return target().mayGoBy(mapVersion);
  }

  @Override
  public int keyspace() {
    return session.keyspace;
  }

  @Override
  public int respVersion() {
    return session.respVersion;
  }

  @Override
  public Rerouting rerouting() {
    return this;
  }

  @Override
  public WrittenShards written() {
    return session.written();
  }

  @Override
  public boolean sync() {
    return session.sync();
  }

  @Override
  public long markedClient() {
    return session.markedClient();
  }

  @Override
  public Session session() {
    return session;
  }

  @Override
  public boolean noTouch() {
    return session.noTouch();
  }

  @Override
  public long waitingSinceMillis() {
    return 0;
  }
}
