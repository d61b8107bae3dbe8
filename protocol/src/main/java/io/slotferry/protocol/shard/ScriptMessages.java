package io.slotferry.protocol.shard;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * What a script has published: pushes of command, channel and message ahead of the script's reply.
 * The gateway that gets the reply takes them off, and publishes them.
 */
public final class ScriptMessages {
  /** Of one script. */
  public static final int BYTES_MAX = 16 << 20;

  private static final int PARTS = 3;

  private ScriptMessages() {}

  /** Who publishes. */
  @FunctionalInterface
  public interface Publisher {
    /** {@code command} is PUBLISH or SPUBLISH. */
    void publish(Command command, byte[] channel, byte[] message);
  }

  /** Adds the message of a PUBLISH or SPUBLISH; false when there is no more room. */
  public static boolean add(Command command, Request request, ReplyWriter messages) {
    if (messages.size() + request.length(1) + request.length(2) > BYTES_MAX) {
      return false;
    }
    messages.useProtocol(3);
    messages.push(PARTS);
    messages.bulk(command.lowerName().getBytes(StandardCharsets.US_ASCII));
    messages.bulk(request.buffer(), request.start(1), request.length(1));
    messages.bulk(request.buffer(), request.start(2), request.length(2));
    return true;
  }

  /** Whether messages stand at the beginning of a reply. */
  public static boolean stand(byte[] bytes, int offset, int length) {
    return length > 0 && bytes[offset] == '>';
  }

  /**
   * Takes the messages off, and publishes them.
   *
   * @param reply stands behind them afterwards
   */
  public static void take(ReplyReader reply, Publisher publisher) {
    while (stand(reply.buffer(), reply.position(), reply.remaining())) {
      reply.next();
      reply.next();
      boolean sharded = reply.payloadLength() == Command.SPUBLISH.lowerName().length();
      reply.next();
      byte[] channel = payload(reply);
      reply.next();
      publisher.publish(sharded ? Command.SPUBLISH : Command.PUBLISH, channel, payload(reply));
    }
  }

  private static byte[] payload(ReplyReader reply) {
    int start = reply.payloadStart();
    return Arrays.copyOfRange(reply.buffer(), start, start + reply.payloadLength());
  }
}
