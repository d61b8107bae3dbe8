package io.slotferry.engine.geo;

/** A position, in degrees. */
public record GeoPoint(double longitude, double latitude) {
  public static final double LONGITUDE_MAX = GeoCell.LONGITUDE_MAX;
  public static final double LATITUDE_MAX = GeoCell.LATITUDE_MAX;

  /** The Earth's mean radius in metres, as Redis has it. */
  static final double EARTH_RADIUS = 6372797.560856;

  private static final double DEGREE = Math.PI / 180.0;
  private static final String ALPHABET = "0123456789bcdefghjkmnpqrstuvwxyz";
  private static final int LETTER_BITS = 5;

  /** Letters that 52 bits fill; geohashes are one letter longer, which is always a zero. */
  private static final int WHOLE_LETTERS = 10;

  /** The middle of the smallest cell, which is what a score tells. */
  public static GeoPoint ofScore(double score) {
    GeoCell cell = new GeoCell(bits(score), GeoCell.STEP_MAX);
    double longitude = (cell.west() + cell.east()) / 2;
    double latitude = (cell.south() + cell.north()) / 2;
    return new GeoPoint(within(longitude, LONGITUDE_MAX), within(latitude, LATITUDE_MAX));
  }

  /** The score's bits, as C converts to an unsigned number: what is too large for it becomes 0. */
  private static long bits(double score) {
    if (score < 0x1p63) {
      return (long) score;
    }
    return score < 0x1p64 ? (long) (score - 0x1p63) ^ Long.MIN_VALUE : 0;
  }

  private static double within(double coordinate, double max) {
    return Math.max(-max, Math.min(max, coordinate));
  }

  /** Whether it is on the map: the poles are not. */
  public boolean isOnMap() {
    return Math.abs(longitude) <= LONGITUDE_MAX && Math.abs(latitude) <= LATITUDE_MAX;
  }

  public double score() {
    return GeoCell.of(longitude, latitude, GeoCell.STEP_MAX).scoreFrom();
  }

  /** The standard geohash of 11 letters, whose rows go from pole to pole. */
  public String geohash() {
    long bits = GeoCell.of(longitude, latitude, 90, GeoCell.STEP_MAX).bits();
    StringBuilder text = new StringBuilder();
    for (int i = 1; i <= WHOLE_LETTERS; i++) {
      int letter = (int) (bits >>> 2 * GeoCell.STEP_MAX - i * LETTER_BITS) & ALPHABET.length() - 1;
      text.append(ALPHABET.charAt(letter));
    }
    return text.append(ALPHABET.charAt(0)).toString();
  }

  static double radians(double degrees) {
    return degrees * DEGREE;
  }

  static double degrees(double radians) {
    return radians / DEGREE;
  }

  /** The distance on a sphere, in metres (haversine). */
  public double distance(GeoPoint other) {
    double v = Math.sin((radians(other.longitude) - radians(longitude)) / 2);
    if (v == 0) {
      return distanceOfLatitudes(other);
    }
    double latitude1 = radians(latitude);
    double latitude2 = radians(other.latitude);
    double u = Math.sin((latitude2 - latitude1) / 2);
    double a = u * u + Math.cos(latitude1) * Math.cos(latitude2) * v * v;
    return 2.0 * EARTH_RADIUS * Math.asin(Math.sqrt(a));
  }

  /** The distance to the other's parallel, in metres. */
  double distanceOfLatitudes(GeoPoint other) {
    return EARTH_RADIUS * Math.abs(radians(other.latitude) - radians(latitude));
  }
}
