package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Client-side caching on one loop: which client has read which key, and who gets told when it
 * changes. As in Redis, a key of one keyspace is not told from the same key of another. Thread: the
 * gateway loop.
 */
final class Tracking {
  /** The channel of invalidations for RESP2 clients that others redirect theirs to. */
  private static final String CHANNEL = "__redis__:invalidate";

  private final GatewayLoop loop;
  private final Set<RespConnection> clients = new LinkedHashSet<>();

  /** By key, the ids of the clients that have read it since it was last changed. */
  private final Map<String, Set<Long>> readers = new LinkedHashMap<>();

  private long items;
  private boolean flushes;
  private boolean broadcasts;

  Tracking(GatewayLoop loop) {
    this.loop = loop;
  }

  boolean isOn() {
    return !clients.isEmpty();
  }

  int clientCount() {
    return clients.size();
  }

  int keyCount() {
    return readers.size();
  }

  long itemCount() {
    return items;
  }

  int prefixCount() {
    Set<String> prefixes = new HashSet<>();
    for (RespConnection client : clients) {
      if (client.tracking != null) {
        prefixes.addAll(client.tracking.prefixes.keySet());
      }
    }
    return prefixes.size();
  }

  // ---- clients

  void start(RespConnection client, ClientTracking tracking) {
    client.tracking = tracking;
    clients.add(client);
    loop.keyFeed().update();
  }

  void stop(RespConnection client) {
    client.tracking = null;
    if (clients.remove(client)) {
      if (clients.isEmpty()) {
        // From now on nobody hears what changes: what is remembered would be told at a wrong time.
        readers.clear();
        items = 0;
      }
      loop.keyFeed().update();
    }
  }

  // ---- reads

  /** A client that tracks is about to execute a command; null when that reads nothing to track. */
  @Nullable TrackedRead begin(
      RespConnection client, ClientTracking tracking, Command command, Request request) {
    boolean remembers = tracking.remembers() && TrackedRead.mayRead(command);
    if (command == Command.EXEC) {
      tracking.settled.clear();
    }
    tracking.passed(command, request);
    if (!remembers) {
      return null;
    }
    TrackedRead read = new TrackedRead(this, client, tracking);
    Transaction transaction = client.transaction;
    if (command == Command.EXEC && transaction != null) {
      read.add(transaction);
    } else {
      read.add(command, request);
    }
    if (!read.isAny()) {
      return null;
    }
    forgetSome();
    tracking.underWay.add(read);
    return read;
  }

  /** Whether it was not remembered before. */
  boolean remember(String key, long client) {
    boolean isNew = readers.computeIfAbsent(key, first -> new LinkedHashSet<>()).add(client);
    items += isNew ? 1 : 0;
    return isNew;
  }

  void forget(String key, long client) {
    Set<Long> ids = readers.get(key);
    if (ids != null && ids.remove(client)) {
      items--;
      if (ids.isEmpty()) {
        readers.remove(key);
      }
    }
  }

  /** Keeps {@code tracking-table-max-keys}: the keys that were read first are declared changed. */
  void forgetSome() {
    long max = loop.settings().number("tracking-table-max-keys");
    while (max > 0 && readers.size() > max) {
      invalidateReaders(readers.keySet().iterator().next(), 0);
    }
  }

  // ---- changes

  /** A key was changed, by the client of this id or by somebody else. */
  void modified(String key, long client) {
    invalidateReaders(key, client);
    for (RespConnection connection : clients) {
      ClientTracking tracking = connection.tracking;
      if (tracking != null && tracking.options.broadcast() && tracking.take(key, client)) {
        broadcasts = true;
        loop.endTurnLater();
      }
    }
  }

  private void invalidateReaders(String key, long client) {
    Set<Long> ids = readers.remove(key);
    if (ids == null) {
      return;
    }
    items -= ids.size();
    for (long id : ids) {
      RespConnection reader = loop.gateway().clients().get(id);
      ClientTracking tracking = reader == null ? null : reader.tracking;
      if (reader == null || tracking == null || tracking.options.broadcast()) {
        continue;
      }
      if (client == id && tracking.ignoresOwn(key)) {
        // It may have read the key again since.
        remember(key, id);
      } else {
        tracking.underWay.forEach(read -> read.overtakenBy(key));
        invalidate(reader, List.of(key));
      }
    }
  }

  /** All keys, at the end of this turn: they were flushed, or nobody knows what has changed. */
  void flushLater() {
    flushes = true;
    loop.endTurnLater();
  }

  /**
   * A client that tracks is about to execute a command: what has changed before is told before its
   * reply, and is no news of what it reads only now.
   */
  void hear() {
    loop.router().hear();
    endTurn();
  }

  void endTurn() {
    if (flushes) {
      flushes = false;
      flush();
    }
    if (broadcasts) {
      broadcasts = false;
      List.copyOf(clients).forEach(this::broadcast);
    }
  }

  private void flush() {
    readers.clear();
    items = 0;
    for (RespConnection client : List.copyOf(clients)) {
      ClientTracking tracking = client.tracking;
      if (tracking != null) {
        tracking.underWay.forEach(TrackedRead::overtaken);
        invalidate(client, null);
      }
    }
  }

  private void broadcast(RespConnection client) {
    ClientTracking tracking = client.tracking;
    if (tracking == null) {
      return;
    }
    for (Map<String, Long> changed : tracking.prefixes.values()) {
      List<String> keys = new ArrayList<>();
      changed.forEach((key, by) -> {
        if (!tracking.options.noLoop() || by != client.id) {
          keys.add(key);
        }
      });
      changed.clear();
      if (!keys.isEmpty()) {
        invalidate(client, keys);
      }
    }
  }

  // ---- telling clients

  /** Tells a client, or whom it redirects to, that keys have changed; null means all. */
  void invalidate(RespConnection client, @Nullable Collection<String> keys) {
    ClientTracking tracking = client.tracking;
    if (tracking == null) {
      return;
    }
    long redirect = tracking.options.redirect();
    if (redirect == 0) {
      push(client, keys, false);
      return;
    }
    RespConnection target = loop.gateway().clients().get(redirect);
    if (target == null || target.isClosing()) {
      tracking.brokenRedirect = true;
      pushBrokenRedirect(client, redirect);
    } else if (target.loop == loop) {
      push(target, keys, true);
    } else {
      target.loop.execute(() -> push(target, keys, true));
    }
  }

  private static void pushBrokenRedirect(RespConnection client, long redirect) {
    if (client.respVersion == 3) {
      ReplyWriter push = new ReplyWriter(64);
      push.useProtocol(3);
      push.push(2);
      push.bulk("tracking-redir-broken");
      push.integer(redirect);
      client.push(push.bytes(), push.size());
    }
  }

  /** A RESP2 client can be told only in the form of a message, if it is a subscriber. */
  private static void push(
      RespConnection target, @Nullable Collection<String> keys, boolean redirected) {
    ReplyWriter push = new ReplyWriter(128);
    push.useProtocol(target.respVersion);
    if (target.respVersion == 3) {
      push.push(2);
      push.bulk("invalidate");
    } else if (redirected && target.isSubscribed()) {
      push.push(3);
      push.bulk("message");
      push.bulk(CHANNEL);
    } else {
      return;
    }
    if (keys == null) {
      push.nullBulk();
    } else {
      push.array(keys.size());
      keys.forEach(key -> push.bulk(key.getBytes(StandardCharsets.ISO_8859_1)));
    }
    target.push(push.bytes(), push.size());
  }
}
