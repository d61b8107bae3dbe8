package io.slotferry.gateway.http;

import io.slotferry.gateway.RequestSession;
import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.Request;
import io.slotferry.topology.Durability;
import io.vertx.core.Future;
import org.jspecify.annotations.Nullable;

/**
 * Executes commands as a connection would: routed, split, merged, in the order of the calls made
 * from one loop turn. {@code gateway::submit} is one. Thread: the HTTP server's event loop.
 */
@FunctionalInterface
public interface Commands {
  int RESP2 = 2;
  int RESP3 = 3;

  /**
   * @param request not changed until the future is done
   * @param respVersion {@link #RESP2} or {@link #RESP3}
   * @param session what it has in common with other commands
   * @return the encoded reply, done on the caller's context; a Redis error is a reply too. Fails
   *     only when the gateway is not up
   */
  Future<byte[]> submit(int keyspace, Request request, int respVersion, RequestSession session);

  /** These, as those of one request: with this durability, null for the keyspace's default. */
  default Commands of(@Nullable Durability durability) {
    return of(new RequestSession(durability));
  }

  /** These, as those of one request. */
  default Commands of(RequestSession session) {
    return (keyspace, request, respVersion, _) -> submit(keyspace, request, respVersion, session);
  }

  /** {@link #submit} with the reply as a tree; fails with a problem when the gateway is not up. */
  default Future<Reply> execute(int keyspace, Request request, int respVersion) {
    return submit(keyspace, request, respVersion, new RequestSession(null))
        .recover(failure -> Future.failedFuture(notUp(failure)))
        .map(Commands::tree);
  }

  /** {@link #execute} of a name and its arguments, RESP3. */
  default Future<Reply> execute(int keyspace, String command, byte[]... arguments) {
    byte[][] all = new byte[arguments.length + 1][];
    all[0] = Text.utf8(command);
    System.arraycopy(arguments, 0, all, 1, arguments.length);
    return execute(keyspace, Request.of(all), RESP3);
  }

  private static ProblemException notUp(Throwable failure) {
    return new ProblemException(Problem.unavailable(String.valueOf(failure.getMessage())));
  }

  private static Reply tree(byte[] resp) {
    Reply reply = new ReplyReader(resp, 0, resp.length).read();
    if (reply == null) {
      throw new IllegalStateException("a reply is cut off after " + resp.length + " bytes");
    }
    return reply;
  }
}
