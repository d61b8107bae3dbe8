package io.slotferry.gateway.http;

import static io.slotferry.gateway.http.Text.utf8;

import io.slotferry.protocol.Reply;
import io.slotferry.topology.KeyOrder;
import io.slotferry.topology.Partitioning;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code GET /v1/keyspaces/{ks}/keys}: a page of keys, in order on a range keyspace.
 *
 * <p>A page that must look at many keys for the few it wants asks the shards in rounds, and ends
 * early, with a cursor, after {@link #ROUNDS_MAX}.
 */
final class KeyListing {
  private static final int ROUNDS_MAX = 16;

  private final Commands commands;
  private final Keyspaces keyspaces;

  KeyListing(Commands commands, Keyspaces keyspaces) {
    this.commands = commands;
    this.keyspaces = keyspaces;
  }

  Future<Void> get(RoutingContext context) {
    ListingQuery query = ListingQuery.of(context, keyspaces.of(context));
    boolean ordered = query.keyspace().partitioning() == Partitioning.RANGE;
    Page page = ordered ? new OrderedPage(query) : new ScannedPage(query);
    return fill(page, ROUNDS_MAX).compose(full -> Json.send(context, 200, document(full)));
  }

  private Future<Page> fill(Page page, int rounds) {
    if (rounds == 0 || page.isFull()) {
      return Future.succeededFuture(page);
    }
    return page.ask(commands)
        .compose(reply -> {
          KeyResource.failOn(reply);
          page.accept(reply);
          return fill(page, rounds - 1);
        });
  }

  private static JsonObject document(Page page) {
    Text text = new Text();
    page.keys.forEach(text::consider);
    JsonArray keys = new JsonArray();
    page.keys.forEach(key -> keys.add(text.encode(key)));
    JsonObject document = new JsonObject().put("keys", keys).put("cursor", page.cursor());
    return text.isBase64() ? document.put("encoding", "base64") : document;
  }

  private static List<byte[]> keys(Reply reply) {
    if (!(reply instanceof Reply.Array(List<Reply> elements))) {
      throw new IllegalStateException("a list of keys read as " + reply);
    }
    List<byte[]> keys = new ArrayList<>(elements.size());
    for (Reply element : elements) {
      if (element instanceof Reply.BulkString(byte[] key)) {
        keys.add(key);
      }
    }
    return keys;
  }

  /** Keys found so far, and how to find more. */
  private abstract static class Page {
    final ListingQuery query;
    final List<byte[]> keys = new ArrayList<>();

    Page(ListingQuery query) {
      this.query = query;
    }

    /** Whether it has what it wants, or there is no more. */
    final boolean isFull() {
      return keys.size() >= query.limit() || isAtEnd();
    }

    abstract boolean isAtEnd();

    abstract Future<Reply> ask(Commands commands);

    abstract void accept(Reply reply);

    /** Where the next page goes on, null when there is none. */
    abstract @Nullable String cursor();
  }

  /** By KEYRANGE; the cursor is the last key looked at. */
  private static final class OrderedPage extends Page {
    private final KeyBounds bounds;
    private final boolean filters;
    private final int batch;
    private byte @Nullable [] last;
    private boolean atEnd;

    OrderedPage(ListingQuery query) {
      super(query);
      byte[] prefix = query.prefix();
      KeyOrder order = query.keyspace().order();
      filters = order == KeyOrder.NATURAL && prefix.length > 0;
      // Between the keys of a prefix that ends in a digit may be any number of others.
      boolean sparse = filters && Character.isDigit(prefix[prefix.length - 1]);
      batch = sparse ? ListingQuery.LIMIT_MAX : query.limit();
      bounds = new KeyBounds(order);
      if (prefix.length > 0) {
        bounds.prefix(prefix);
      }
      if (query.from() != null) {
        bounds.from(query.from());
      }
      if (query.to() != null) {
        bounds.before(query.to());
      }
      if (query.cursor() != null) {
        goOnBehind(key(query.cursor()));
      }
    }

    private static byte[] key(String cursor) {
      try {
        return Base64.getUrlDecoder().decode(cursor);
      } catch (IllegalArgumentException _) {
        throw ListingQuery.bad("the cursor is none that a listing gave");
      }
    }

    private void goOnBehind(byte[] key) {
      last = key;
      if (query.reverse()) {
        bounds.before(key);
      } else {
        bounds.after(key);
      }
    }

    @Override
    boolean isAtEnd() {
      return atEnd;
    }

    @Override
    Future<Reply> ask(Commands commands) {
      List<byte[]> arguments = new ArrayList<>(List.of(bounds.min(), bounds.max()));
      if (query.reverse()) {
        arguments.add(utf8("REV"));
      }
      arguments.add(utf8("LIMIT"));
      arguments.add(utf8("0"));
      arguments.add(utf8(Integer.toString(batch)));
      return commands.execute(
          query.keyspace().number(), "KEYRANGE", arguments.toArray(byte[][]::new));
    }

    @Override
    void accept(Reply reply) {
      List<byte[]> found = keys(reply);
      for (byte[] key : found) {
        if (keys.size() == query.limit()) {
          return;
        }
        if (!filters || startsWith(key, query.prefix())) {
          keys.add(key);
        }
        goOnBehind(key);
      }
      atEnd = found.size() < batch;
    }

    private static boolean startsWith(byte[] key, byte[] prefix) {
      return key.length >= prefix.length
          && Arrays.equals(key, 0, prefix.length, prefix, 0, prefix.length);
    }

    @Override
    @Nullable String cursor() {
      return atEnd || last == null
          ? null
          : Base64.getUrlEncoder().withoutPadding().encodeToString(last);
    }
  }

  /** By SCAN, whose cursor it is; a last round may bring a few keys more than the limit. */
  private static final class ScannedPage extends Page {
    private static final String END = "0";

    private String position;
    private boolean started;

    ScannedPage(ListingQuery query) {
      super(query);
      position = query.cursor() == null ? END : query.cursor();
      if (!position.matches("\\d{1,19}")) {
        throw ListingQuery.bad("the cursor is none that a listing gave");
      }
    }

    @Override
    boolean isAtEnd() {
      return started && position.equals(END);
    }

    @Override
    Future<Reply> ask(Commands commands) {
      started = true;
      String count = Integer.toString(query.limit() - keys.size());
      List<byte[]> arguments = new ArrayList<>(List.of(utf8(position), utf8("COUNT"), utf8(count)));
      if (query.prefix().length > 0) {
        arguments.add(utf8("MATCH"));
        arguments.add(pattern(query.prefix()));
      }
      return commands.execute(query.keyspace().number(), "SCAN", arguments.toArray(byte[][]::new));
    }

    /** The prefix with what is special in a glob escaped, and a star. */
    private static byte[] pattern(byte[] prefix) {
      byte[] pattern = new byte[2 * prefix.length + 1];
      int length = 0;
      for (byte b : prefix) {
        if ("*?[]^\\".indexOf(b) >= 0) {
          pattern[length++] = '\\';
        }
        pattern[length++] = b;
      }
      pattern[length++] = '*';
      return Arrays.copyOf(pattern, length);
    }

    @Override
    void accept(Reply reply) {
      if (!(reply instanceof Reply.Array(List<Reply> parts))
          || !(parts.getFirst() instanceof Reply.BulkString next)) {
        throw new IllegalStateException("SCAN replied " + reply);
      }
      position = next.text();
      keys.addAll(keys(parts.getLast()));
    }

    @Override
    @Nullable String cursor() {
      return isAtEnd() ? null : position;
    }
  }
}
