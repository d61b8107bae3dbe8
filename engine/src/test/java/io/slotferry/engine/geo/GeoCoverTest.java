package io.slotferry.engine.geo;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.geo.GeoCover.Scores;
import io.slotferry.engine.geo.GeoShape.Box;
import io.slotferry.engine.geo.GeoShape.Circle;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class GeoCoverTest {
  private static final int SEEDS = 300;
  private static final int POINTS = 300;

  /** Around the world, but not where a shape would go over the edge of the map. */
  private static GeoShape shape(Random random) {
    GeoPoint center = new GeoPoint(random.nextDouble(-120, 120), random.nextDouble(-60, 60));
    double metres = Math.pow(10, random.nextDouble(0, 6));
    return random.nextBoolean()
        ? new Circle(center, metres)
        : new Box(center, metres, Math.pow(10, random.nextDouble(0, 6)));
  }

  private static GeoPoint near(GeoShape shape, Random random) {
    double degrees = GeoPoint.degrees(shape.reach() / GeoPoint.EARTH_RADIUS) * 2;
    GeoPoint center = shape.center();
    return new GeoPoint(
        center.longitude() + random.nextDouble(-degrees, degrees) * 2,
        Math.clamp(center.latitude() + random.nextDouble(-degrees, degrees), -85.0, 85.0));
  }

  @Test
  void coversAllThatIsWithin() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      GeoShape shape = shape(random);
      List<Scores> cover = GeoCover.of(shape);
      assertThat(cover).hasSizeBetween(1, 9);
      for (int i = 0; i < POINTS; i++) {
        double score = near(shape, random).score();
        if (shape.distanceWithin(GeoPoint.ofScore(score)) != GeoShape.OUTSIDE) {
          assertThat(cover)
              .as("seed %d", seed)
              .anyMatch(scores -> scores.from() <= score && score < scores.to());
        }
      }
    }
  }

  @Test
  void cellsAreNeighboursAroundTheWorld() {
    GeoCell corner = GeoCell.of(179.99, -85, 4);
    assertThat(corner.neighbour(1, 0)).isEqualTo(GeoCell.of(-179.99, -85, 4));
    assertThat(corner.neighbour(0, -1)).isEqualTo(GeoCell.of(179.99, 85, 4));
    assertThat(corner.neighbour(-1, 1).neighbour(1, -1)).isEqualTo(corner);
    assertThat(corner.neighbour(-1, 0).east()).isEqualTo(corner.west());
    assertThat(corner.neighbour(0, 1).south()).isEqualTo(corner.north());
  }

  @Test
  void positionsComeBackFromScores() {
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      GeoPoint point = new GeoPoint(random.nextDouble(-180, 180), random.nextDouble(-85, 85));
      GeoPoint back = GeoPoint.ofScore(point.score());
      assertThat(back.distance(point)).isLessThan(1);
      assertThat(back.score()).isEqualTo(point.score());
    }
  }
}
