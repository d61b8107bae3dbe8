package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.geo.GeoCover;
import io.slotferry.engine.geo.GeoPoint;
import io.slotferry.engine.geo.GeoShape;
import io.slotferry.engine.geo.GeoShape.Box;
import io.slotferry.engine.geo.GeoShape.Circle;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** GEOSEARCH with its older siblings: the members of a sorted set within a circle or a box. */
final class GeoSearch {
  /** How the commands differ. */
  private enum Form {
    /** GEORADIUS key longitude latitude radius unit */
    AROUND_POINT,
    /** GEORADIUSBYMEMBER key member radius unit */
    AROUND_MEMBER,
    /** GEOSEARCH key, and options for everything */
    SEARCH,
    /** GEOSEARCHSTORE destination key, and options for everything */
    SEARCH_STORE
  }

  private enum Order {
    NONE,
    NEAREST,
    FARTHEST
  }

  /** A member that was found. */
  private record Hit(Slice member, double score, GeoPoint point, double distance) {}

  private static final String NO_MEMBER = "ERR could not decode requested zset member";
  private static final GeoPoint ORIGIN = new GeoPoint(0, 0);
  private static final int NO_KEY = 0;

  private final CommandContext context;
  private final Form form;
  private final boolean mayStore;
  private final @Nullable SortedSetValue set;

  // Where to look.
  private @Nullable GeoPoint center;
  private boolean fromMember;
  private boolean fromPoint;
  private boolean circle;
  private boolean box;
  private double unit = 1;
  private double radius;
  private double width;
  private double height;

  // What to do with it.
  private int storeKey = NO_KEY;
  private boolean storesDistance;
  private boolean withDistance;
  private boolean withHash;
  private boolean withPoint;
  private boolean any;
  private long count;
  private Order order = Order.NONE;

  private GeoSearch(CommandContext context, Form form, boolean mayStore) {
    this.context = context;
    this.form = form;
    this.mayStore = mayStore;
    int key = form == Form.SEARCH_STORE ? 2 : 1;
    this.storeKey = form == Form.SEARCH_STORE ? 1 : NO_KEY;
    this.set = context.find(key, SortedSetValue.class);
  }

  private static void search(CommandContext context, Form form, boolean mayStore) {
    GeoSearch search = new GeoSearch(context, form, mayStore);
    if (!context.failed()) {
      search.parse();
    }
    if (!context.failed()) {
      search.run();
    }
  }

  private boolean isSearch() {
    return form == Form.SEARCH || form == Form.SEARCH_STORE;
  }

  // ---- arguments

  private void parse() {
    int at =
        switch (form) {
          case AROUND_POINT -> {
            center = GeoCommands.point(context, 2);
            parseCircle(4);
            yield 6;
          }
          case AROUND_MEMBER -> {
            // Redis asks no more of the member and the radius when there is no key.
            if (set != null) {
              parseMember(2);
              parseCircle(3);
            }
            yield 5;
          }
          case SEARCH -> 2;
          case SEARCH_STORE -> 3;
        };
    while (at < context.count() && !context.failed()) {
      at += parseOption(at, context.count() - at - 1);
    }
    checkOptions();
  }

  /** Returns how many arguments the option takes. */
  private int parseOption(int at, int more) {
    if (context.is(at, "WITHDIST")) {
      withDistance = true;
    } else if (context.is(at, "WITHHASH")) {
      withHash = true;
    } else if (context.is(at, "WITHCOORD")) {
      withPoint = true;
    } else if (context.is(at, "ANY")) {
      any = true;
    } else if (context.is(at, "ASC")) {
      order = Order.NEAREST;
    } else if (context.is(at, "DESC")) {
      order = Order.FARTHEST;
    } else if (more >= 1 && context.is(at, "COUNT")) {
      count = context.integer(at + 1);
      if (count <= 0) {
        context.fail("ERR COUNT must be > 0");
      }
      return 2;
    } else {
      return isSearch() ? parseArea(at, more) : parseStore(at, more);
    }
    return 1;
  }

  private int parseStore(int at, int more) {
    boolean distance = context.is(at, "STOREDIST");
    if (!mayStore || more < 1 || !distance && !context.is(at, "STORE")) {
      context.syntaxError();
    }
    storeKey = at + 1;
    storesDistance = distance;
    return 2;
  }

  private int parseArea(int at, int more) {
    if (form == Form.SEARCH_STORE && context.is(at, "STOREDIST")) {
      storesDistance = true;
      return 1;
    }
    if (more >= 1 && !fromPoint && context.is(at, "FROMMEMBER")) {
      fromMember = true;
      parseMember(at + 1);
      return 2;
    }
    if (more >= 2 && !fromMember && context.is(at, "FROMLONLAT")) {
      fromPoint = true;
      center = GeoCommands.point(context, at + 1);
      return 3;
    }
    if (more >= 2 && !box && context.is(at, "BYRADIUS")) {
      parseCircle(at + 1);
      return 3;
    }
    if (more >= 3 && !circle && context.is(at, "BYBOX")) {
      parseBox(at + 1);
      return 4;
    }
    context.syntaxError();
    return 1;
  }

  private void parseMember(int argument) {
    if (set != null) {
      center = GeoCommands.find(set, context, argument);
      if (center == null) {
        context.fail(NO_MEMBER);
      }
    }
  }

  private void parseCircle(int argument) {
    circle = true;
    radius = context.number(argument, "ERR need numeric radius");
    if (radius < 0) {
      context.fail("ERR radius cannot be negative");
    }
    unit = GeoCommands.metres(context, argument + 1);
  }

  private void parseBox(int argument) {
    box = true;
    width = context.number(argument, "ERR need numeric width");
    height = context.number(argument + 1, "ERR need numeric height");
    if (width < 0 || height < 0) {
      context.fail("ERR height or width cannot be negative");
    }
    unit = GeoCommands.metres(context, argument + 2);
  }

  private void checkOptions() {
    if (storeKey != NO_KEY && (withDistance || withHash || withPoint)) {
      String who = form == Form.SEARCH_STORE ? "GEOSEARCHSTORE" : "STORE option in GEORADIUS";
      context.fail(
          "ERR " + who + " is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
    }
    String name = context.request().text(0);
    if (isSearch() && !fromMember && !fromPoint) {
      context.fail("ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for " + name);
    }
    if (isSearch() && !circle && !box) {
      context.fail("ERR exactly one of BYRADIUS and BYBOX can be specified for " + name);
    }
    if (any && count == 0) {
      context.fail("ERR the ANY argument requires COUNT argument");
    }
  }

  // ---- the search

  private void run() {
    List<Hit> hits = set == null ? List.of() : hits(set);
    if (storeKey == NO_KEY) {
      reply(hits);
    } else {
      store(hits);
    }
  }

  private List<Hit> hits(SortedSetValue set) {
    GeoPoint middle = center == null ? ORIGIN : center;
    GeoShape shape =
        circle ? new Circle(middle, radius * unit) : new Box(middle, width * unit, height * unit);
    List<Hit> hits = new ArrayList<>();
    for (GeoCover.Scores scores : GeoCover.of(shape)) {
      collect(set, shape, scores, hits);
    }
    // The nearest ones are meant when only some are wanted, unless any will do.
    if (order == Order.FARTHEST) {
      hits.sort(Comparator.comparingDouble(Hit::distance).reversed());
    } else if (order == Order.NEAREST || count > 0 && !any) {
      hits.sort(Comparator.comparingDouble(Hit::distance));
    }
    return count > 0 && count < hits.size() ? hits.subList(0, (int) count) : hits;
  }

  private boolean isEnough(List<Hit> hits) {
    return any && hits.size() >= count;
  }

  private void collect(SortedSetValue set, GeoShape shape, GeoCover.Scores scores, List<Hit> hits) {
    SortedSetValue.Walk walk = set.walk(set.rankOf(scores.from(), false), false);
    while (!isEnough(hits) && walk.next() && walk.score() < scores.to()) {
      GeoPoint point = GeoPoint.ofScore(walk.score());
      double distance = shape.distanceWithin(point);
      if (distance != GeoShape.OUTSIDE) {
        Slice member = new Slice();
        walk.member(member);
        hits.add(new Hit(member, walk.score(), point, distance));
      }
    }
  }

  private void reply(List<Hit> hits) {
    ReplyWriter reply = context.reply();
    int extras = (withDistance ? 1 : 0) + (withHash ? 1 : 0) + (withPoint ? 1 : 0);
    reply.array(hits.size());
    for (Hit hit : hits) {
      if (extras > 0) {
        reply.array(extras + 1);
      }
      hit.member().writeTo(reply);
      if (withDistance) {
        GeoCommands.writeDistance(reply, hit.distance() / unit);
      }
      if (withHash) {
        reply.integer((long) hit.score());
      }
      if (withPoint) {
        GeoCommands.write(reply, hit.point());
      }
    }
  }

  private void store(List<Hit> hits) {
    SortedSetValue result = new SortedSetValue();
    for (Hit hit : hits) {
      Slice member = hit.member();
      double score = storesDistance ? hit.distance() / unit : hit.score();
      result.put(score, member.buffer(), member.start(), member.length());
    }
    SortedSetRanges.store(context, storeKey, result);
  }

  static void bind(HandlerTable table) {
    table.bind(Command.GEOSEARCH, context -> search(context, Form.SEARCH, false));
    table.bind(Command.GEOSEARCHSTORE, context -> search(context, Form.SEARCH_STORE, true));
    table.bind(Command.GEORADIUS, context -> search(context, Form.AROUND_POINT, true));
    table.bind(Command.GEORADIUS_RO, context -> search(context, Form.AROUND_POINT, false));
    table.bind(Command.GEORADIUSBYMEMBER, context -> search(context, Form.AROUND_MEMBER, true));
    table.bind(Command.GEORADIUSBYMEMBER_RO, context -> search(context, Form.AROUND_MEMBER, false));
  }
}
