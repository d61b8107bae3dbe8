package io.slotferry.gateway;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;

/**
 * The memory that all clients hold together, while {@code maxmemory-clients} bounds it: when it is
 * too much, those that hold the most are disconnected. Thread: any.
 */
final class ClientMemory {
  /** An estimate of a connection's own objects, and of each name that it holds. */
  private static final long CONNECTION_BYTES = 2 << 10;

  private static final long NAME_BYTES = 128;

  /**
   * So much output is a reply on its way, not one that waits: it is gone before anybody could be
   * evicted for it. Redis has room for it in every client.
   */
  private static final long PASSING_OUTPUT_BYTES = 16 << 10;

  /**
   * What one client holds.
   *
   * @param arguments that have come of an unfinished command, bytes
   * @param query of its commands beside them, bytes
   * @param queryFree room for more of them, bytes
   * @param transaction of the commands that wait for EXEC, bytes
   * @param output that it has not read, bytes
   * @param names of its subscriptions, watched keys and tracked prefixes, a number
   */
  record Held(
      long arguments, long query, long queryFree, long transaction, long output, long names) {
    long total() {
      return CONNECTION_BYTES
          + arguments
          + query
          + queryFree
          + transaction
          + Math.max(0, output - PASSING_OUTPUT_BYTES)
          + names * NAME_BYTES;
    }
  }

  private final Clients clients;
  private final GatewayCounters counters;
  private final AtomicLong bytes = new AtomicLong();

  ClientMemory(Clients clients, GatewayCounters counters) {
    this.clients = clients;
    this.counters = counters;
  }

  /** A client holds more than before, or less. */
  void changed(long changeBytes, long bytesMax) {
    if (bytes.addAndGet(changeBytes) > bytesMax && bytesMax > 0) {
      evict(bytesMax);
    }
  }

  /** Tries the largest first; one whose memory another thread has given back is passed by. */
  private synchronized void evict(long bytesMax) {
    List<RespConnection> largest = new ArrayList<>();
    clients.forEach(largest::add);
    largest.sort(Comparator.comparingLong(RespConnection::countedBytes).reversed());
    for (RespConnection client : largest) {
      if (bytes.get() <= bytesMax) {
        return;
      }
      if (!client.noEvict) {
        long held = client.giveBackCounted();
        if (held > 0) {
          bytes.addAndGet(-held);
          counters.addEvictedClient();
          client.kill();
        }
      }
    }
  }

  /** A client is gone. */
  void closed(RespConnection client) {
    bytes.addAndGet(-client.giveBackCounted());
  }
}
