package io.slotferry.engine.value;

import static io.slotferry.engine.value.ValueChecks.bytes;
import static io.slotferry.engine.value.ValueChecks.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.TreeSet;
import org.junit.jupiter.api.Test;

class SortedSetValueTest {
  private static final double[] ODD_SCORES = {
    0.0,
    -0.0,
    Double.POSITIVE_INFINITY,
    Double.NEGATIVE_INFINITY,
    Double.MIN_VALUE,
    -Double.MIN_VALUE,
    Double.MAX_VALUE,
    -Double.MAX_VALUE,
    1e-300,
    -1.5
  };

  private record Entry(double score, String member) implements Comparable<Entry> {
    private static final Comparator<Entry> ORDER =
        Comparator.comparingDouble(Entry::score).thenComparing(Entry::member);

    @Override
    public int compareTo(Entry other) {
      return ORDER.compare(this, other);
    }
  }

  /** A tree of entries and a map: the obvious sorted set. */
  private static final class Model {
    final Map<String, Double> scores = new HashMap<>();
    final TreeSet<Entry> order = new TreeSet<>();

    boolean put(double score, String member) {
      Double old = scores.put(member, score);
      if (old != null) {
        order.remove(new Entry(old, member));
      }
      order.add(new Entry(score, member));
      return old == null;
    }

    boolean remove(String member) {
      Double old = scores.remove(member);
      return old != null && order.remove(new Entry(old, member));
    }
  }

  private static boolean put(SortedSetValue set, double score, String member) {
    byte[] name = bytes(member);
    return set.put(score, name, 0, name.length);
  }

  private static List<Entry> walk(SortedSetValue set, int rank, boolean reverse) {
    List<Entry> entries = new ArrayList<>();
    Slice slice = new Slice();
    SortedSetValue.Walk walk = set.walk(rank, reverse);
    while (walk.next()) {
      walk.member(slice);
      entries.add(new Entry(walk.score(), text(slice)));
    }
    return entries;
  }

  private static double score(Random random) {
    return switch (random.nextInt(6)) {
      case 0 -> ODD_SCORES[random.nextInt(ODD_SCORES.length)] + 0.0;
      case 1 -> random.nextGaussian();
      default -> random.nextInt(-20, 20);
    };
  }

  @Test
  void doesWhatATreeAndAMapDo() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      int members = 1 << random.nextInt(1, 13);
      int putShare = random.nextInt(3, 9);
      SortedSetValue set = new SortedSetValue();
      Model model = new Model();
      for (int step = 0; step < 4000; step++) {
        String member = ValueChecks.name(random, members);
        byte[] name = bytes(member);
        if (random.nextInt(10) < putShare) {
          double score = score(random);
          assertThat(put(set, score, member)).isEqualTo(model.put(score, member));
        } else if (random.nextBoolean()) {
          assertThat(set.remove(name, 0, name.length)).isEqualTo(model.remove(member));
        } else {
          assertThat(set.score(name, 0, name.length))
              .isEqualTo(model.scores.getOrDefault(member, Double.NaN));
        }
        if (step % 500 == 0) {
          assertRanks(set, model, random);
        }
      }
      assertRanks(set, model, random);
      List<Entry> order = List.copyOf(model.order);
      assertThat(walk(set, 0, false)).isEqualTo(order);
      assertThat(walk(set, set.size() - 1, true)).isEqualTo(order.reversed());
      if (!order.isEmpty()) {
        ValueChecks.assertRoundTrip(set, SortedSetValue::decode);
      }
    }
  }

  private static void assertRanks(SortedSetValue set, Model model, Random random) {
    List<Entry> order = List.copyOf(model.order);
    assertThat(set.size()).isEqualTo(order.size());
    for (int i = 0; i < 30 && !order.isEmpty(); i++) {
      int rank = random.nextInt(order.size());
      byte[] name = bytes(order.get(rank).member());
      assertThat(set.rank(name, 0, name.length)).isEqualTo(rank);
      int to = Math.min(order.size(), rank + 5);
      assertThat(walk(set, rank, false)).startsWith(order.subList(rank, to).toArray(Entry[]::new));
      double bound = score(random);
      assertThat(set.rankOf(bound, false))
          .isEqualTo((int) order.stream().filter(entry -> entry.score() < bound).count());
      assertThat(set.rankOf(bound, true))
          .isEqualTo((int) order.stream().filter(entry -> entry.score() <= bound).count());
    }
    assertThat(set.walk(order.size(), false).next()).isFalse();
    assertThat(set.walk(-1, true).next()).isFalse();
  }

  @Test
  void removesRanges() {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      SortedSetValue set = new SortedSetValue();
      Model model = new Model();
      for (int i = random.nextInt(5000); i >= 0; i--) {
        double score = score(random);
        put(set, score, "m" + i);
        model.put(score, "m" + i);
      }
      while (set.size() > 0) {
        List<Entry> order = new ArrayList<>(model.order);
        int from = random.nextInt(set.size());
        int to = random.nextInt(from, Math.min(set.size(), from + 1000) + 1);
        set.removeRanks(from, to);
        order.subList(from, to).forEach(entry -> model.remove(entry.member()));
        assertThat(walk(set, 0, false)).isEqualTo(List.copyOf(model.order));
      }
    }
  }

  @Test
  void ascendingAndDescendingLoadsKeepTheOrder() {
    for (int sign = -1; sign <= 1; sign += 2) {
      SortedSetValue set = new SortedSetValue();
      for (int i = 0; i < 20_000; i++) {
        put(set, sign * i, "m" + i);
      }
      for (int rank = 0; rank < 20_000; rank += 777) {
        double expected = sign > 0 ? rank : rank - 19_999;
        assertThat(walk(set, rank, false).getFirst().score()).isEqualTo(expected);
      }
    }
  }

  @Test
  void ranksMembersOfOneScoreByTheirBytes() {
    for (int members : new int[] {10, 1000}) {
      SortedSetValue set = new SortedSetValue();
      TreeSet<String> model = new TreeSet<>();
      for (int i = 0; i < members; i++) {
        put(set, 3.5, "m" + i);
        model.add("m" + i);
      }
      for (String bound : new String[] {"", "a", "m", "m1", "m10", "m55", "m9999", "z"}) {
        byte[] name = bytes(bound);
        assertThat(set.rankOf(name, 0, name.length, false)).isEqualTo(model.headSet(bound).size());
        assertThat(set.rankOf(name, 0, name.length, true))
            .isEqualTo(model.headSet(bound, true).size());
      }
    }
  }

  @Test
  void ranksMembersThatAscendWithTheirScores() {
    for (int members : new int[] {10, 1000}) {
      SortedSetValue set = new SortedSetValue();
      for (int i = 0; i < members; i++) {
        put(set, i, "m%03d".formatted(i));
      }
      byte[] bound = bytes("m007");
      assertThat(set.rankOf(bound, 0, bound.length, false)).isEqualTo(7);
      assertThat(set.rankOf(bound, 0, bound.length, true)).isEqualTo(8);
    }
  }

  @Test
  void isCompactWhileItIsSmall() {
    SortedSetValue set = new SortedSetValue();
    for (int i = 0; i < 128; i++) {
      put(set, i, "member" + i);
    }
    put(set, 5.5, "member0");
    assertThat(set.encoding()).isEqualTo("listpack");
    put(set, 1, "one more");
    assertThat(set.encoding()).isEqualTo("skiplist");

    SortedSetValue wide = new SortedSetValue();
    put(wide, 1, "x".repeat(65));
    assertThat(wide.encoding()).isEqualTo("skiplist");
  }

  @Test
  void choosesAnyMemberAtRandom() {
    SortedSetValue set = new SortedSetValue();
    for (int i = 0; i < 600; i++) {
      put(set, i % 7, "m" + i);
      if (i == 20 || i == 599) {
        ValueChecks.assertRandomChoice(set, new Random(i));
      }
    }
  }
}
