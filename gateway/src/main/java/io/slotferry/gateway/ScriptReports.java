package io.slotferry.gateway;

import io.slotferry.gateway.pubsub.Space;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.Denial;
import io.slotferry.protocol.shard.ScriptReport;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Acts on what scripts report ahead of their replies: publishes, counts, logs, shows and tracks.
 *
 * <p>Thread: one gateway loop.
 */
final class ScriptReports implements ScriptReport.Listener {
  private final GatewayLoop loop;
  private final ReplyReader reader = new ReplyReader();

  // The report that is being taken.
  private final Map<String, Long> errors = new HashMap<>();
  private @Nullable Session session;
  private @Nullable TrackedRead trackedRead;

  ScriptReports(GatewayLoop loop) {
    this.loop = loop;
  }

  /** Takes the report, if there is one, off the reply that begins at {@code start}. */
  void take(Caller caller, ReplyWriter reply, int start) {
    int length = reply.size() - start;
    int report = take(caller, reply.bytes(), start, length);
    if (report > 0) {
      reply.truncate(start);
      reply.raw(reply.bytes(), start + report, length - report);
    }
  }

  /** Takes the report in front of a reply; returns its length, bytes. */
  int take(Caller caller, byte[] bytes, int offset, int length) {
    if (!ScriptReport.stands(bytes, offset, length)) {
      return 0;
    }
    reader.reset(bytes, offset, length);
    take(caller, reader);
    return reader.position() - offset;
  }

  /** Takes the report that {@code reply} stands before, if there is one. */
  void take(Caller caller, ReplyReader reply) {
    session = caller.session();
    trackedRead = caller.trackedRead();
    ScriptReport.take(reply, this);
    session = null;
    trackedRead = null;
    if (!errors.isEmpty()) {
      errors.forEach((word, count) -> count(word, isErrorOf(reply, word) ? count - 1 : count));
      errors.clear();
    }
  }

  /** An error that ends the script is its reply, too, and counted as that. */
  private static boolean isErrorOf(ReplyReader reply, String word) {
    byte[] bytes = reply.buffer();
    int start = reply.position() + 1;
    boolean begins = reply.remaining() > word.length() && bytes[start - 1] == '-';
    for (int i = 0; begins && i < word.length(); i++) {
      begins = bytes[start + i] == (byte) word.charAt(i);
    }
    return begins;
  }

  private void count(String word, long errors) {
    for (long i = 0; i < errors; i++) {
      loop.gateway().counters().addError(word);
    }
  }

  @Override
  public void published(boolean sharded, byte[] channel, byte[] message) {
    loop.pubSub().publish(sharded ? Space.SHARD_CHANNEL : Space.CHANNEL, channel, message);
  }

  @Override
  public void executed(String name, long calls, long failed, long rejected) {
    loop.meter().ofScript(name, calls, failed, rejected);
  }

  @Override
  public void failed(String word, long count) {
    errors.put(word, count);
  }

  @Override
  public void denied(Denial.Reason reason, String object) {
    if (session != null) {
      loop.gateway().access().deniedInScript(session, reason, object);
    }
  }

  @Override
  public void monitored(int keyspace, Request command) {
    if (loop.gateway().monitors().isActive()) {
      loop.gateway().monitors().showOfScript(loop, keyspace, command);
    }
    if (trackedRead != null) {
      trackedRead.executed(command);
    }
  }

  @Override
  public void unseen() {
    if (trackedRead != null) {
      trackedRead.unseen();
    }
  }
}
