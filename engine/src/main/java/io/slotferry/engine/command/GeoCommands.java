package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.DecimalSum;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.geo.GeoPoint;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.math.BigDecimal;
import java.math.RoundingMode;
import org.jspecify.annotations.Nullable;

/** GEOADD, GEODIST and the other commands of positions: sorted sets whose scores are geohashes. */
public final class GeoCommands {
  private static final int DISTANCE_SCALE = 10_000;

  private GeoCommands() {}

  // ---- arguments and replies

  /** A longitude and a latitude; else latches the error and returns some point. */
  static GeoPoint point(CommandContext context, int argument) {
    double longitude = context.number(argument);
    double latitude = context.number(argument + 1);
    GeoPoint point = new GeoPoint(longitude, latitude);
    if (!point.isOnMap()) {
      context.fail(
          "ERR invalid longitude,latitude pair " + fixed(longitude) + "," + fixed(latitude));
    }
    return point;
  }

  /** C's {@code %f}. */
  private static String fixed(double value) {
    String sign = Double.doubleToRawLongBits(value) < 0 ? "-" : "";
    double magnitude = Math.abs(value);
    return sign
        + (Double.isInfinite(magnitude)
            ? "inf"
            : new BigDecimal(magnitude).setScale(6, RoundingMode.HALF_EVEN).toPlainString());
  }

  /** How many metres the unit is; else latches the error and returns 1. */
  static double metres(CommandContext context, int argument) {
    if (context.is(argument, "M")) {
      return 1;
    }
    if (context.is(argument, "KM")) {
      return 1000;
    }
    if (context.is(argument, "FT")) {
      return 0.3048;
    }
    if (context.is(argument, "MI")) {
      return 1609.34;
    }
    context.fail("ERR unsupported unit provided. please use M, KM, FT, MI");
    return 1;
  }

  /** Where a member is, or null if it is not in the set. */
  static @Nullable GeoPoint find(
      @Nullable SortedSetValue set, CommandContext context, int argument) {
    Request request = context.request();
    double score =
        set == null
            ? Double.NaN
            : set.score(request.buffer(), request.start(argument), request.length(argument));
    return Double.isNaN(score) ? null : GeoPoint.ofScore(score);
  }

  static void writeDistance(ReplyWriter reply, double distance) {
    long scaled = (long) Math.rint(distance * DISTANCE_SCALE);
    String fraction = Long.toString(DISTANCE_SCALE + scaled % DISTANCE_SCALE).substring(1);
    reply.bulk(scaled / DISTANCE_SCALE + "." + fraction);
  }

  static void write(ReplyWriter reply, GeoPoint point) {
    reply.array(2);
    reply.decimal(DecimalSum.format(new BigDecimal(point.longitude())));
    reply.decimal(DecimalSum.format(new BigDecimal(point.latitude())));
  }

  // ---- commands

  private static void geoadd(CommandContext context) {
    int first = 2;
    int options = 0;
    for (int option; first < context.count(); first++) {
      option = SortedSetCommands.option(context, first) & SortedSetCommands.OF_GEOADD;
      if (option == 0) {
        break;
      }
      options |= option;
    }
    int rest = context.count() - first;
    if (rest == 0 || rest % 3 != 0 || SortedSetCommands.isContradictory(options)) {
      context.syntaxError();
      return;
    }
    double[] scores = new double[rest / 3];
    for (int i = 0; i < scores.length && !context.failed(); i++) {
      scores[i] = point(context, first + 3 * i).score();
    }
    if (!context.failed()) {
      SortedSetCommands.add(context, options, scores, first + 2, 3);
    }
  }

  private static void geodist(CommandContext context) {
    if (context.count() > 5) {
      context.syntaxError();
    }
    double unit = context.count() == 5 ? metres(context, 4) : 1;
    SortedSetValue set = context.failed() ? null : context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    GeoPoint from = find(set, context, 2);
    GeoPoint to = find(set, context, 3);
    if (from == null || to == null) {
      context.reply().nullBulk();
    } else {
      writeDistance(context.reply(), from.distance(to) / unit);
    }
  }

  private static void geohash(CommandContext context) {
    SortedSetValue set = context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    ReplyWriter reply = context.reply();
    reply.array(context.count() - 2);
    for (int i = 2; i < context.count(); i++) {
      GeoPoint point = find(set, context, i);
      if (point == null) {
        reply.nullBulk();
      } else {
        reply.bulk(point.geohash());
      }
    }
  }

  private static void geopos(CommandContext context) {
    SortedSetValue set = context.find(1, SortedSetValue.class);
    if (context.failed()) {
      return;
    }
    ReplyWriter reply = context.reply();
    reply.array(context.count() - 2);
    for (int i = 2; i < context.count(); i++) {
      GeoPoint point = find(set, context, i);
      if (point == null) {
        reply.nullArray();
      } else {
        write(reply, point);
      }
    }
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.GEOADD, GeoCommands::geoadd);
    table.bind(Command.GEODIST, GeoCommands::geodist);
    table.bind(Command.GEOHASH, GeoCommands::geohash);
    table.bind(Command.GEOPOS, GeoCommands::geopos);
    GeoSearch.bind(table);
  }
}
