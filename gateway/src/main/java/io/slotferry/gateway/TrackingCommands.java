package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * The subcommands of CLIENT about client-side caching: TRACKING, CACHING, TRACKINGINFO, GETREDIR.
 */
final class TrackingCommands {
  private static final String SYNTAX_ERROR = "ERR syntax error";

  private TrackingCommands() {}

  // ---- TRACKING

  /** One CLIENT TRACKING: its options as they are read. */
  private static final class Parser {
    private final Session session;
    private final Request request;
    private final List<String> prefixes = new ArrayList<>();
    private boolean broadcast;
    private boolean optIn;
    private boolean optOut;
    private boolean noLoop;
    private long redirect;

    Parser(Session session, Request request) {
      this.session = session;
      this.request = request;
    }

    /** Reads the options; returns what is wrong with them, or null. */
    @Nullable String read() {
      for (int i = 3; i < request.count(); i++) {
        boolean more = i + 1 < request.count();
        if (more && request.is(i, "REDIRECT")) {
          String refusal = redirect(++i);
          if (refusal != null) {
            return refusal;
          }
        } else if (more && request.is(i, "PREFIX")) {
          prefixes.add(request.text(++i));
        } else if (!flag(i)) {
          return SYNTAX_ERROR;
        }
      }
      return null;
    }

    private @Nullable String redirect(int argument) {
      if (redirect != 0) {
        return "ERR A client can only redirect to a single other client";
      }
      if (!ConnectionCommands.isLong(request, argument)) {
        return "ERR value is not an integer or out of range";
      }
      redirect = ConnectionCommands.toLong(request, argument);
      return session.gateway.clients().get(redirect) == null
          ? "ERR The client ID you want redirect to does not exist"
          : null;
    }

    private boolean flag(int argument) {
      boolean known = true;
      if (request.is(argument, "BCAST")) {
        broadcast = true;
      } else if (request.is(argument, "OPTIN")) {
        optIn = true;
      } else if (request.is(argument, "OPTOUT")) {
        optOut = true;
      } else if (request.is(argument, "NOLOOP")) {
        noLoop = true;
      } else {
        known = false;
      }
      return known;
    }

    /** Why this cannot be turned on, beside what the client has; null when it can. */
    @Nullable String refusal(@Nullable ClientTracking old) {
      if (!broadcast && !prefixes.isEmpty()) {
        return "ERR PREFIX option requires BCAST mode to be enabled";
      }
      if (old != null && old.options.broadcast() != broadcast) {
        return "ERR You can't switch BCAST mode on/off before disabling tracking for this client,"
            + " and then re-enabling it with a different mode.";
      }
      if (broadcast && (optIn || optOut)) {
        return "ERR OPTIN and OPTOUT are not compatible with BCAST";
      }
      if (optIn && optOut) {
        return "ERR You can't specify both OPTIN mode and OPTOUT mode";
      }
      if (old != null && ((optIn && old.options.optOut()) || (optOut && old.options.optIn()))) {
        return "ERR You can't switch OPTIN/OPTOUT mode before disabling tracking for this client,"
            + " and then re-enabling it with a different mode.";
      }
      return broadcast ? collision(old) : null;
    }

    private @Nullable String collision(@Nullable ClientTracking old) {
      for (int i = 0; i < prefixes.size(); i++) {
        String prefix = prefixes.get(i);
        if (old != null) {
          for (String existing : old.prefixes.keySet()) {
            if (overlap(prefix, existing)) {
              return collision(prefix, "an existing", existing);
            }
          }
        }
        for (String other : prefixes.subList(i + 1, prefixes.size())) {
          if (overlap(prefix, other)) {
            return collision(prefix, "another provided", other);
          }
        }
      }
      return null;
    }

    private static String collision(String prefix, String which, String other) {
      return "ERR Prefix '"
          + prefix
          + "' overlaps with "
          + which
          + " prefix '"
          + other
          + "'. Prefixes for a single client must not overlap.";
    }

    private static boolean overlap(String one, String other) {
      return one.startsWith(other) || other.startsWith(one);
    }

    ClientTracking result(@Nullable ClientTracking old) {
      ClientTracking tracking =
          new ClientTracking(
              new ClientTracking.Options(broadcast, optIn, optOut, noLoop, redirect));
      if (old != null) {
        tracking.prefixes.putAll(old.prefixes);
        tracking.underWay.addAll(old.underWay);
        tracking.caching = old.caching;
      }
      if (broadcast && prefixes.isEmpty()) {
        prefixes.add("");
      }
      prefixes.forEach(prefix -> tracking.prefixes.putIfAbsent(prefix, new TreeMap<>()));
      return tracking;
    }
  }

  static boolean tracking(Session session, Request request, ReplyWriter reply) {
    Parser parser = new Parser(session, request);
    String refusal = parser.read();
    boolean on = request.is(2, "ON");
    if (refusal == null && on) {
      refusal = parser.refusal(session.tracking);
    } else if (refusal == null && !request.is(2, "OFF")) {
      refusal = SYNTAX_ERROR;
    }
    RespConnection connection = session.connection();
    if (refusal == null && connection == null) {
      refusal = "ERR CLIENT TRACKING needs a connection that invalidations can be sent to";
    }
    if (refusal != null || connection == null) {
      reply.error(refusal == null ? SYNTAX_ERROR : refusal);
      return true;
    }
    Tracking tracking = session.loop.keyFeed().tracking();
    if (on) {
      tracking.start(connection, parser.result(session.tracking));
    } else {
      tracking.stop(connection);
    }
    reply.ok();
    return true;
  }

  // ---- CACHING

  static boolean caching(Session session, Request request, ReplyWriter reply) {
    ClientTracking tracking = session.tracking;
    boolean yes = request.is(2, "YES");
    if (tracking == null) {
      reply.error(
          "ERR CLIENT CACHING can be called only when the client is in tracking mode with OPTIN or"
              + " OPTOUT mode enabled");
    } else if (!yes && !request.is(2, "NO")) {
      reply.error(SYNTAX_ERROR);
    } else if (yes && !tracking.options.optIn()) {
      reply.error("ERR CLIENT CACHING YES is only valid when tracking is enabled in OPTIN mode.");
    } else if (!yes && !tracking.options.optOut()) {
      reply.error("ERR CLIENT CACHING NO is only valid when tracking is enabled in OPTOUT mode.");
    } else {
      tracking.caching = true;
      reply.ok();
    }
    return true;
  }

  // ---- what is on

  static long redirect(Session session) {
    ClientTracking tracking = session.tracking;
    return tracking == null ? -1 : tracking.options.redirect();
  }

  static boolean getRedir(Session session, Request request, ReplyWriter reply) {
    reply.integer(redirect(session));
    return true;
  }

  static boolean trackingInfo(Session session, Request request, ReplyWriter reply) {
    List<String> flags = flags(session.tracking);
    reply.map(3);
    reply.bulk("flags");
    reply.set(flags.size());
    flags.forEach(reply::bulk);
    reply.bulk("redirect");
    reply.integer(redirect(session));
    reply.bulk("prefixes");
    List<String> prefixes =
        session.tracking == null ? List.of() : List.copyOf(session.tracking.prefixes.keySet());
    reply.array(prefixes.size());
    prefixes.forEach(prefix -> reply.bulk(prefix.getBytes(StandardCharsets.ISO_8859_1)));
    return true;
  }

  private static List<String> flags(@Nullable ClientTracking tracking) {
    if (tracking == null) {
      return List.of("off");
    }
    ClientTracking.Options options = tracking.options;
    List<String> flags = new ArrayList<>();
    add(flags, "on", true);
    add(flags, "bcast", options.broadcast());
    add(flags, "optin", options.optIn());
    add(flags, "caching-yes", options.optIn() && tracking.caching);
    add(flags, "optout", options.optOut());
    add(flags, "caching-no", options.optOut() && tracking.caching);
    add(flags, "noloop", options.noLoop());
    add(flags, "broken_redirect", tracking.brokenRedirect);
    return flags;
  }

  private static void add(List<String> flags, String name, boolean set) {
    if (set) {
      flags.add(name);
    }
  }
}
