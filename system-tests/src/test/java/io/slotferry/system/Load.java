package io.slotferry.system;

import io.slotferry.server.config.HostPort;
import io.slotferry.server.verify.Verdict;
import io.slotferry.server.verify.Verification;
import io.slotferry.server.verify.VerifyOptions;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Duration;
import java.util.function.LongSupplier;
import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;

/** The load of {@code ./slotferry verify}, and waiting until enough of it has passed. */
final class Load implements AutoCloseable {
  private static final int TIMEOUT_MILLIS = 20_000;
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  private final Verification verification;

  private Load(Verification verification) {
    this.verification = verification;
  }

  /** Starts so many clients against a gateway on this machine. */
  static Load start(int port, int clients) {
    return start(VerifyOptions.of(new HostPort("127.0.0.1", port)).withClients(clients));
  }

  static Load start(VerifyOptions options) {
    try {
      return new Load(Verification.start(options));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  static Jedis connect(int port) {
    return connect("127.0.0.1", port);
  }

  static Jedis connect(String host, int port) {
    return new Jedis(
        new HostAndPort(host, port),
        DefaultJedisClientConfig.builder()
            .timeoutMillis(TIMEOUT_MILLIS)
            .autoNegotiateProtocol(false)
            .build());
  }

  /** Waits until so many more operations have ended: the load is really under way. */
  void awaitOperations(long more) {
    await("operations", more, () -> verification.progress().operations());
  }

  /** Waits until so many more writes were acknowledged. */
  void awaitAcknowledged(long more) {
    await("acknowledged writes", more, () -> verification.progress().acknowledged());
  }

  /** Waits until WAIT has confirmed so many more writes. */
  void awaitConfirmed(long more) {
    await("confirmed writes", more, () -> verification.progress().confirmed());
  }

  private static void await(String what, long more, LongSupplier count) {
    long target = count.getAsLong() + more;
    Await.until(more + " more " + what, PATIENCE, () -> count.getAsLong() >= target);
  }

  /** Ends the clients, and checks what they saw. */
  Verdict finish() {
    try {
      return verification.finish();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    verification.close();
  }
}
