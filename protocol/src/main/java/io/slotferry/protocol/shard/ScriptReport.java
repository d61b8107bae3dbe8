package io.slotferry.protocol.shard;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.Denial;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a script tells its gateway ahead of its reply, in pushes: what it has published, how often
 * it has executed which commands, what was refused to it, and, if somebody monitors, its commands.
 * The gateway takes them off and acts on them.
 *
 * <pre>
 *   publish | spublish  channel message      calls   name executed failed rejected
 *   errors  word count                       denied  reason object
 *   monitor keyspace argument…               unseen
 * </pre>
 */
public final class ScriptReport {
  /** Of one script; calls and errors are not bounded by it: there are few of them. */
  public static final int BYTES_MAX = 16 << 20;

  private static final byte[] PUBLISH = ascii("publish");
  private static final byte[] SHARD_PUBLISH = ascii("spublish");
  private static final byte[] CALLS = ascii("calls");
  private static final byte[] ERRORS = ascii("errors");
  private static final byte[] DENIED = ascii("denied");
  private static final byte[] MONITOR = ascii("monitor");
  private static final byte[] UNSEEN = ascii("unseen");

  private ScriptReport() {}

  /** Who acts on a report; the bytes are valid only during the call. */
  public interface Listener {
    void published(boolean sharded, byte[] channel, byte[] message);

    /** How a command, by its full name, was executed, in all of the script. */
    void executed(String name, long calls, long failed, long rejected);

    /** Error replies to commands of the script that began with this word. */
    void failed(String word, long count);

    void denied(Denial.Reason reason, String object);

    /** A command, in the order of their execution. */
    void monitored(int keyspace, Request command);

    /** There were more commands, which the report had no room for. */
    void unseen();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  // ---- a shard writes it

  private static void push(ReplyWriter report, int parts, byte[] kind) {
    report.useProtocol(3);
    report.push(parts);
    report.bulk(kind);
  }

  /** Adds a message; false when there is no more room. */
  public static boolean publish(boolean sharded, Request request, ReplyWriter report) {
    if (report.size() + request.length(1) + request.length(2) > BYTES_MAX) {
      return false;
    }
    push(report, 3, sharded ? SHARD_PUBLISH : PUBLISH);
    report.bulk(request.buffer(), request.start(1), request.length(1));
    report.bulk(request.buffer(), request.start(2), request.length(2));
    return true;
  }

  public static void calls(
      String name, long executed, long failed, long rejected, ReplyWriter report) {
    push(report, 5, CALLS);
    report.bulk(name);
    report.integer(executed);
    report.integer(failed);
    report.integer(rejected);
  }

  public static void errors(String word, long count, ReplyWriter report) {
    push(report, 3, ERRORS);
    report.bulk(word);
    report.integer(count);
  }

  /** Adds a refusal; those that find no room are left out. */
  public static void denied(Denial.Reason reason, String object, ReplyWriter report) {
    if (report.size() + object.length() <= BYTES_MAX) {
      push(report, 3, DENIED);
      report.bulk(reason.name());
      report.bulk(object);
    }
  }

  /** Adds a command; false when there is no more room. */
  public static boolean monitor(int keyspace, Request command, ReplyWriter report) {
    int last = command.count() - 1;
    if (report.size() + command.start(last) + command.length(last) > BYTES_MAX) {
      return false;
    }
    push(report, command.count() + 2, MONITOR);
    report.integer(keyspace);
    for (int i = 0; i <= last; i++) {
      report.bulk(command.buffer(), command.start(i), command.length(i));
    }
    return true;
  }

  /** Commands were left out. */
  public static void unseen(ReplyWriter report) {
    push(report, 1, UNSEEN);
  }

  // ---- a gateway reads it

  /** Whether a report stands at the beginning of a reply. */
  public static boolean stands(byte[] bytes, int offset, int length) {
    return length > 0 && bytes[offset] == '>';
  }

  /**
   * Takes the report off, and tells it.
   *
   * @param reply stands behind it afterwards
   */
  public static void take(ReplyReader reply, Listener listener) {
    while (stands(reply.buffer(), reply.position(), reply.remaining())) {
      reply.next();
      int parts = (int) reply.elements();
      reply.next();
      byte[] kind = payload(reply);
      switch (kind[0]) {
        case 'p', 's' -> listener.published(kind[0] == 's', nextPayload(reply), nextPayload(reply));
        case 'c' ->
            listener.executed(
                nextText(reply), nextInteger(reply), nextInteger(reply), nextInteger(reply));
        case 'e' -> listener.failed(nextText(reply), nextInteger(reply));
        case 'd' -> listener.denied(Denial.Reason.valueOf(nextText(reply)), nextText(reply));
        case 'm' -> listener.monitored((int) nextInteger(reply), arguments(reply, parts - 2));
        case 'u' -> listener.unseen();
        default -> throw new IllegalStateException("a report of no known kind");
      }
    }
  }

  private static Request arguments(ReplyReader reply, int count) {
    byte[][] arguments = new byte[count][];
    for (int i = 0; i < count; i++) {
      arguments[i] = nextPayload(reply);
    }
    return Request.of(arguments);
  }

  private static byte[] nextPayload(ReplyReader reply) {
    reply.next();
    return payload(reply);
  }

  private static String nextText(ReplyReader reply) {
    return new String(nextPayload(reply), StandardCharsets.ISO_8859_1);
  }

  private static long nextInteger(ReplyReader reply) {
    reply.next();
    return reply.integer();
  }

  private static byte[] payload(ReplyReader reply) {
    int start = reply.payloadStart();
    return Arrays.copyOfRange(reply.buffer(), start, start + reply.payloadLength());
  }
}
