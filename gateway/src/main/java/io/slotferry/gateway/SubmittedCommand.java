package io.slotferry.gateway;

import io.slotferry.gateway.access.Users;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.CommandTable;
import io.vertx.core.Promise;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * One command of a caller in this process, trusted. It has a session of its own, in which it stands
 * for that of its caller.
 */
final class SubmittedCommand extends Session implements ReplyTarget {
  private static final long NOT_REFUSED = -1;

  private final RequestSession session;
  private final Promise<byte[]> promise;
  private long refusedMapVersion = NOT_REFUSED;

  SubmittedCommand(
      GatewayLoop loop,
      int keyspace,
      int respVersion,
      RequestSession session,
      Promise<byte[]> promise) {
    super(loop, 0);
    this.keyspace = keyspace;
    this.respVersion = respVersion;
    logIn(Users.EVERYBODY);
    this.session = session;
    this.promise = promise;
  }

  void execute(Request request) {
    loop.gateway().counters().addCommands(1);
    ReplyWriter reply = new ReplyWriter(256);
    reply.useProtocol(respVersion);
    var command = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    take(session);
    boolean replied = CommandGate.execute(this, command, request, reply);
    giveBack(session);
    if (replied) {
      promise.complete(reply.toByteArray());
    }
  }

  @Override
  public int stalenessMillisMax() {
    return session.stalenessMillisMax();
  }

  @Override
  public ReplyTarget later() {
    return collector != null ? collector : this;
  }

  @Override
  public void replied(byte[] bytes, int offset, int length) {
    promise.complete(Arrays.copyOfRange(bytes, offset, offset + length));
  }

  @Override
  public void waits(boolean waiting) {
    // Nothing of this caller can overtake: each command is a session of its own.
  }

  @Override
  public void sent(boolean taken) {
    // As with waits.
  }

  @Override
  public void refused(long mapVersion) {
    refusedMapVersion = mapVersion;
  }

  @Override
  public void mayRetry() {
    refusedMapVersion = NOT_REFUSED;
  }

  @Override
  public boolean mayGoBy(long mapVersion) {
    return refusedMapVersion != mapVersion;
  }

  @Override
  @Nullable RespConnection connection() {
    return null;
  }

  @Override
  String remoteAddress() {
    return "";
  }

  @Override
  String localAddress() {
    return "";
  }

  @Override
  void closeAfterReplies() {
    // There is no connection to close.
  }

  @Override
  void hold() {
    // As with waits.
  }

  @Override
  void release() {
    // As with waits.
  }
}
