package io.slotferry.engine.geo;

/**
 * An area around a point: a circle, or a box whose sides are along the meridians and parallels.
 * Lengths are in metres.
 */
public sealed interface GeoShape {
  /** No distance is that. */
  double OUTSIDE = -1;

  GeoPoint center();

  /** How far it reaches from the centre to the east and west. */
  double halfWidth();

  /** How far it reaches from the centre to the north and south. */
  double halfHeight();

  /** How far it reaches at all. */
  double reach();

  /** The distance of a point from the centre, or {@link #OUTSIDE}. */
  double distanceWithin(GeoPoint point);

  /** All that is at most {@code radius} away. */
  record Circle(GeoPoint center, double radius) implements GeoShape {
    @Override
    public double halfWidth() {
      return radius;
    }

    @Override
    public double halfHeight() {
      return radius;
    }

    @Override
    public double reach() {
      return radius;
    }

    @Override
    public double distanceWithin(GeoPoint point) {
      double distance = center.distance(point);
      return distance > radius ? OUTSIDE : distance;
    }
  }

  /** A box of the given extent, its middle at {@code center}. */
  record Box(GeoPoint center, double width, double height) implements GeoShape {
    @Override
    public double halfWidth() {
      return width / 2;
    }

    @Override
    public double halfHeight() {
      return height / 2;
    }

    @Override
    public double reach() {
      return Math.sqrt(width / 2 * (width / 2) + height / 2 * (height / 2));
    }

    @Override
    public double distanceWithin(GeoPoint point) {
      if (point.distanceOfLatitudes(center) > height / 2) {
        return OUTSIDE;
      }
      GeoPoint sameMeridian = new GeoPoint(center.longitude(), point.latitude());
      return point.distance(sameMeridian) > width / 2 ? OUTSIDE : center.distance(point);
    }
  }
}
