package io.slotferry.engine.geo;

/**
 * A cell of the grid that halves the world {@code step} times in each direction: a geohash. Its
 * bits are those of its column and of its row in turn, the column's first. Rows go from the
 * latitude where a Mercator map is cut to make it a square.
 *
 * @param step 1 to {@link #STEP_MAX}
 */
record GeoCell(long bits, int step) {
  /** 52 bits are what a score, a double, holds exactly. */
  static final int STEP_MAX = 26;

  static final double LONGITUDE_MAX = 180;
  static final double LATITUDE_MAX = 85.05112878;

  private static final int SCORE_BITS = 2 * STEP_MAX;
  private static final long EVEN_BITS = 0x5555555555555555L;

  static GeoCell of(double longitude, double latitude, int step) {
    return of(longitude, latitude, LATITUDE_MAX, step);
  }

  /**
   * @param latitudeMax where the rows begin and end: a geohash as others know it has 90
   */
  static GeoCell of(double longitude, double latitude, double latitudeMax, int step) {
    return at(index(longitude, LONGITUDE_MAX, step), index(latitude, latitudeMax, step), step);
  }

  private static GeoCell at(long column, long row, int step) {
    // The compress and expand instructions weave bits; where there are none, the JDK does.
    return new GeoCell(Long.expand(row, EVEN_BITS) | Long.expand(column, ~EVEN_BITS), step);
  }

  private static long index(double coordinate, double max, int step) {
    double share = (coordinate + max) / (max + max);
    return (long) (share * (1L << step));
  }

  private long column() {
    return Long.compress(bits, ~EVEN_BITS);
  }

  private long row() {
    return Long.compress(bits, EVEN_BITS);
  }

  /**
   * The cell so many columns to the east and rows to the north, around the world. The edge of the
   * world itself, longitude 180, is in a column of its own, which Redis leaves only sideways.
   */
  GeoCell neighbour(int east, int north) {
    return at(moved(column(), east), moved(row(), north), step);
  }

  private long moved(long index, int by) {
    return by == 0 ? index : index + by & (1L << step) - 1;
  }

  // ---- edges

  double west() {
    return edge(column(), LONGITUDE_MAX);
  }

  double east() {
    return edge(after(column()), LONGITUDE_MAX);
  }

  double south() {
    return edge(row(), LATITUDE_MAX);
  }

  double north() {
    return edge(after(row()), LATITUDE_MAX);
  }

  /** Redis counts in 32 bits. That matters only for scores that are no geohashes. */
  private static long after(long index) {
    return index + 1 & 0xffffffffL;
  }

  private double edge(long index, double max) {
    return -max + index * 1.0 / (1L << step) * (max + max);
  }

  // ---- scores

  /** The lowest score of a position in the cell. */
  double scoreFrom() {
    return (double) (bits << SCORE_BITS - 2 * step);
  }

  /** One more than the highest score of a position in the cell. */
  double scoreTo() {
    return (double) (bits + 1 << SCORE_BITS - 2 * step);
  }
}
