package io.slotferry.gateway.http;

import static java.nio.charset.StandardCharsets.ISO_8859_1;

import io.slotferry.gateway.MapSource;
import io.slotferry.gateway.RequestSession;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.topology.KeyOrder;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/**
 * A cluster that is one map per keyspace, for the commands that HTTP makes. Texts are one char per
 * byte. Thread: the server's loop.
 */
final class FakeCommands implements Commands {
  private static final String WRONG_TYPE =
      "WRONGTYPE Operation against a key holding the wrong kind of value";

  private record Entry(String type, Object value) {}

  private final MapSource maps;
  private final Map<Integer, Map<String, Entry>> keyspaces = new HashMap<>();
  private final Map<String, Long> ttls = new HashMap<>();
  int commands;

  /** What was watched has changed when EXEC comes. */
  boolean watchedChanges;

  private List<Request> queued;
  RequestSession lastSession;

  /** Has a bug. */
  volatile boolean broken;

  /** As of a gateway that is going down. */
  volatile boolean down;

  /** A reply to everything, null for the ordinary ones. */
  volatile String error;

  FakeCommands(MapSource maps) {
    this.maps = maps;
  }

  @Override
  public Future<byte[]> submit(
      int keyspace, Request request, int respVersion, RequestSession session) {
    commands++;
    lastSession = session;
    if (broken) {
      throw new IllegalStateException("a bug");
    }
    if (down) {
      return Future.failedFuture("no event loop of the gateway is up");
    }
    ReplyWriter reply = new ReplyWriter();
    reply.useProtocol(respVersion);
    if (error != null) {
      reply.error(error);
    } else {
      transact(keyspace, request, reply);
    }
    return Future.succeededFuture(reply.toByteArray());
  }

  /** One transaction at a time is enough here. */
  private void transact(int keyspace, Request request, ReplyWriter reply) {
    String name = request.text(0).toUpperCase(Locale.ROOT);
    List<Request> transaction = queued;
    switch (name) {
      case "WATCH", "UNWATCH" -> reply.ok();
      case "MULTI" -> {
        queued = new ArrayList<>();
        reply.ok();
      }
      case "DISCARD" -> {
        queued = null;
        reply.ok();
      }
      case "EXEC" -> {
        queued = null;
        if (watchedChanges) {
          reply.nullArray();
        } else {
          reply.array(transaction.size());
          transaction.forEach(each -> execute(keyspace, each, reply));
        }
      }
      default -> {
        if (transaction == null) {
          execute(keyspace, request, reply);
        } else {
          transaction.add(request);
          reply.simple("QUEUED");
        }
      }
    }
  }

  void set(int keyspace, String key) {
    keys(keyspace).put(key, new Entry("string", "v"));
  }

  private Map<String, Entry> keys(int keyspace) {
    return keyspaces.computeIfAbsent(
        keyspace,
        number -> {
          KeyOrder order = maps.current().keyspace(number).order();
          return new TreeMap<>(
              (a, b) -> order.compare(a.getBytes(ISO_8859_1), b.getBytes(ISO_8859_1)));
        });
  }

  private void execute(int keyspace, Request request, ReplyWriter reply) {
    Map<String, Entry> keys = keys(keyspace);
    List<String> args = new ArrayList<>();
    for (int i = 1; i < request.count(); i++) {
      args.add(request.text(i));
    }
    String key = args.isEmpty() ? "" : args.getFirst();
    Entry entry = keys.get(key);
    switch (request.text(0).toUpperCase(Locale.ROOT)) {
      case "PING" -> reply.simple("PONG");
      case "ECHO" -> bulk(reply, key);
      case "TYPE" -> reply.simple(entry == null ? "none" : entry.type);
      case "EXISTS" -> reply.integer(entry == null ? 0 : 1);
      case "DEL" -> reply.integer(keys.remove(key) == null ? 0 : 1);
      case "PTTL" -> reply.integer(entry == null ? -2 : ttls.getOrDefault(key, -1L));
      case "PEXPIRE" -> {
        ttls.put(key, Long.parseLong(args.get(1)));
        reply.integer(1);
      }
      case "PERSIST" -> reply.integer(ttls.remove(key) == null ? 0 : 1);
      case "WAIT" -> reply.integer(1);
      case "GET" -> get(entry, reply);
      case "SET" -> set(keys, args, reply);
      case "KEYRANGE" -> keyRange(keyspace, args, reply);
      case "SCAN" -> scan(keys, args, reply);
      default -> executeTyped(request.text(0), keys, args, reply);
    }
  }

  private static void bulk(ReplyWriter reply, String text) {
    reply.bulk(text.getBytes(ISO_8859_1));
  }

  private static void get(Entry entry, ReplyWriter reply) {
    if (entry == null) {
      reply.nullBulk();
    } else if (entry.type.equals("string")) {
      bulk(reply, (String) entry.value);
    } else {
      reply.error(WRONG_TYPE);
    }
  }

  private void set(Map<String, Entry> keys, List<String> args, ReplyWriter reply) {
    if (args.contains("NX") && keys.containsKey(args.getFirst())) {
      reply.nullBulk();
      return;
    }
    keys.put(args.getFirst(), new Entry("string", args.get(1)));
    ttls.remove(args.getFirst());
    int px = args.indexOf("PX");
    if (px > 0) {
      ttls.put(args.getFirst(), Long.parseLong(args.get(px + 1)));
    }
    reply.ok();
  }

  private static void executeTyped(
      String command, Map<String, Entry> keys, List<String> args, ReplyWriter reply) {
    switch (command.toUpperCase(Locale.ROOT)) {
      case "HSET", "ZADD" -> {
        boolean hash = command.equalsIgnoreCase("HSET");
        Map<String, String> pairs =
            value(keys, args, hash ? "hash" : "zset", new LinkedHashMap<String, String>(), reply);
        for (int i = 1; pairs != null && i < args.size(); i += 2) {
          pairs.put(args.get(hash ? i : i + 1), args.get(hash ? i + 1 : i));
        }
      }
      case "RPUSH" -> addAll(value(keys, args, "list", new ArrayList<String>(), reply), args);
      case "SADD" -> addAll(value(keys, args, "set", new LinkedHashSet<String>(), reply), args);
      case "XADD" ->
          value(keys, args, "stream", new LinkedHashMap<String, List<String>>(), reply)
              .put(args.get(1), args.subList(2, args.size()));
      case "XRANGE" -> {
        Map<String, List<String>> entries = entries(keys, args);
        reply.array(entries.size());
        entries.forEach((id, fields) -> {
          reply.array(2);
          bulk(reply, id);
          bulks(fields, fields.size(), reply);
        });
      }
      case "HGETALL" -> {
        Map<String, String> pairs = pairs(keys, args);
        reply.map(pairs.size());
        pairs.forEach((field, value) -> {
          bulk(reply, field);
          bulk(reply, value);
        });
      }
      case "LRANGE" -> {
        Collection<String> elements = elements(keys, args);
        reply.array(elements.size());
        elements.forEach(element -> bulk(reply, element));
      }
      case "SMEMBERS" -> {
        Collection<String> elements = elements(keys, args);
        reply.set(elements.size());
        elements.forEach(element -> bulk(reply, element));
      }
      case "ZRANGE" -> {
        Map<String, String> members = pairs(keys, args);
        reply.array(members.size());
        members.forEach((member, score) -> {
          reply.array(2);
          bulk(reply, member);
          reply.doubleValue(
              score.endsWith("inf")
                  ? Double.parseDouble(score.replace("inf", "Infinity"))
                  : Double.parseDouble(score));
        });
      }
      default -> reply.error("ERR unknown command '" + command + "'");
    }
  }

  @SuppressWarnings("unchecked")
  private static Map<String, String> pairs(Map<String, Entry> keys, List<String> args) {
    return (Map<String, String>) keys.get(args.getFirst()).value;
  }

  @SuppressWarnings("unchecked")
  private static Map<String, List<String>> entries(Map<String, Entry> keys, List<String> args) {
    return (Map<String, List<String>>) keys.get(args.getFirst()).value;
  }

  @SuppressWarnings("unchecked")
  private static Collection<String> elements(Map<String, Entry> keys, List<String> args) {
    return (Collection<String>) keys.get(args.getFirst()).value;
  }

  @SuppressWarnings("unchecked")
  private static <T> T value(
      Map<String, Entry> keys, List<String> args, String type, T empty, ReplyWriter reply) {
    Entry entry = keys.computeIfAbsent(args.getFirst(), key -> new Entry(type, empty));
    if (!entry.type.equals(type)) {
      reply.error(WRONG_TYPE);
      return null;
    }
    reply.integer(1);
    return (T) entry.value;
  }

  private static void addAll(Collection<String> collection, List<String> args) {
    collection.addAll(args.subList(1, args.size()));
  }

  private void keyRange(int keyspace, List<String> args, ReplyWriter reply) {
    KeyOrder order = maps.current().keyspace(keyspace).order();
    List<String> found = new ArrayList<>();
    for (String key : keys(keyspace).keySet()) {
      if (isInside(order, key, args.get(0), 1) && isInside(order, key, args.get(1), -1)) {
        found.add(key);
      }
    }
    int limit = Integer.parseInt(args.getLast());
    bulks(args.contains("REV") ? found.reversed() : found, limit, reply);
  }

  private static boolean isInside(KeyOrder order, String key, String bound, int side) {
    if (bound.length() == 1 && "-+".contains(bound)) {
      return true;
    }
    int compared = order.compare(key.getBytes(ISO_8859_1), bound.substring(1).getBytes(ISO_8859_1));
    return compared == 0 ? bound.charAt(0) == '[' : Integer.signum(compared) == side;
  }

  /** The cursor is the index of the next key. */
  private static void scan(Map<String, Entry> keys, List<String> args, ReplyWriter reply) {
    int from = Integer.parseInt(args.get(0));
    int count = Integer.parseInt(args.get(2));
    List<String> all = List.copyOf(keys.keySet());
    int to = Math.min(all.size(), from + count);
    String prefix = "";
    if (args.size() > 3) {
      String glob = args.get(4);
      prefix = glob.substring(0, glob.length() - 1).replaceAll("\\\\(.)", "$1");
    }
    List<String> found = new ArrayList<>();
    for (String key : all.subList(Math.min(from, to), to)) {
      if (key.startsWith(prefix)) {
        found.add(key);
      }
    }
    reply.array(2);
    reply.bulkLong(to == all.size() ? 0 : to);
    bulks(found, found.size(), reply);
  }

  private static void bulks(List<String> all, int limit, ReplyWriter reply) {
    List<String> some = all.subList(0, Math.min(limit, all.size()));
    reply.array(some.size());
    some.forEach(text -> bulk(reply, text));
  }
}
