package io.slotferry.engine.geo;

import java.util.ArrayList;
import java.util.List;

/**
 * The cells that together cover a shape: the one with its centre and those of the eight around it
 * that the shape may touch, of a size for which these are enough. Their order is Redis', because it
 * is the order of results that are not sorted.
 */
public final class GeoCover {
  /** The scores {@code [from, to)}. */
  public record Scores(double from, double to) {}

  /** Half the width of a Mercator map of the world, in metres. */
  private static final double MERCATOR_MAX = 20037726.37;

  /** Where meridians come so near to each other that larger cells are needed. */
  private static final double HIGH_LATITUDE = 66;

  private static final double HIGHEST_LATITUDE = 80;

  /** Steps to the east and to the north. */
  private static final int[][] DIRECTIONS = {
    {0, 0}, {0, 1}, {0, -1}, {1, 0}, {-1, 0}, {1, 1}, {-1, 1}, {1, -1}, {-1, -1}
  };

  // The shape's bounding box.
  private final double west;
  private final double east;
  private final double south;
  private final double north;

  private GeoCover(GeoShape shape) {
    GeoPoint center = shape.center();
    double latitudes = GeoPoint.degrees(shape.halfHeight() / GeoPoint.EARTH_RADIUS);
    // Away from the equator the same width spans more degrees.
    double side =
        center.latitude() < 0 ? center.latitude() - latitudes : center.latitude() + latitudes;
    double longitudes =
        GeoPoint.degrees(
            shape.halfWidth() / GeoPoint.EARTH_RADIUS / Math.cos(GeoPoint.radians(side)));
    west = center.longitude() - longitudes;
    east = center.longitude() + longitudes;
    south = center.latitude() - latitudes;
    north = center.latitude() + latitudes;
  }

  public static List<Scores> of(GeoShape shape) {
    return new GeoCover(shape).cells(shape);
  }

  private List<Scores> cells(GeoShape shape) {
    GeoPoint center = shape.center();
    int step = step(shape.reach(), center.latitude());
    GeoCell middle = GeoCell.of(center.longitude(), center.latitude(), step);
    if (step > 1 && isTooSmall(middle)) {
      step--;
      middle = GeoCell.of(center.longitude(), center.latitude(), step);
    }
    List<Scores> cells = new ArrayList<>();
    GeoCell last = null;
    for (int[] direction : DIRECTIONS) {
      GeoCell cell = middle.neighbour(direction[0], direction[1]);
      // Of few large cells, one may be a neighbour on both sides.
      boolean repeated = cells.size() > 1 && cell.equals(last);
      if (!repeated && (step < 2 || isTouched(middle, direction[0], direction[1]))) {
        cells.add(new Scores(cell.scoreFrom(), cell.scoreTo()));
        last = cell;
      }
    }
    return cells;
  }

  /** How often the world is halved to get cells about as large as the shape. */
  private static int step(double reach, double latitude) {
    if (reach == 0) {
      return GeoCell.STEP_MAX;
    }
    int step = -1;
    for (double metres = reach; metres < MERCATOR_MAX; metres *= 2) {
      step++;
    }
    double fromEquator = Math.abs(latitude);
    if (fromEquator > HIGH_LATITUDE) {
      step -= fromEquator > HIGHEST_LATITUDE ? 2 : 1;
    }
    return Math.clamp(step, 1, GeoCell.STEP_MAX);
  }

  /** Whether the shape goes beyond the cells around {@code middle}. */
  private boolean isTooSmall(GeoCell middle) {
    return middle.neighbour(0, 1).north() < north
        || middle.neighbour(0, -1).south() > south
        || middle.neighbour(1, 0).east() < east
        || middle.neighbour(-1, 0).west() > west;
  }

  private boolean isTouched(GeoCell middle, int toEast, int toNorth) {
    return !(toNorth < 0 && middle.south() < south)
        && !(toNorth > 0 && middle.north() > north)
        && !(toEast < 0 && middle.west() < west)
        && !(toEast > 0 && middle.east() > east);
  }
}
