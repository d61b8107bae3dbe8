package io.slotferry.system.containers;

import redis.clients.jedis.DefaultJedisClientConfig;
import redis.clients.jedis.HostAndPort;
import redis.clients.jedis.Jedis;
import redis.clients.jedis.JedisClientConfig;

/** Connections to a gateway in a container. */
final class RespClient {
  private static final int TIMEOUT_MILLIS = 5_000;
  private static final JedisClientConfig CONFIG =
      DefaultJedisClientConfig.builder()
          .timeoutMillis(TIMEOUT_MILLIS)
          // Jedis' plain connection speaks RESP2, and says so at every start unless told.
          .autoNegotiateProtocol(false)
          .build();

  private RespClient() {}

  /** A connection to a port of this machine; the caller closes it. */
  static Jedis connect(int port) {
    return new Jedis(new HostAndPort("127.0.0.1", port), CONFIG);
  }
}
