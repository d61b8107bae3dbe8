package io.slotferry.engine.value;

import static io.slotferry.engine.value.ValueChecks.bytes;
import static io.slotferry.engine.value.ValueChecks.text;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class ListValueTest {
  private static List<String> walk(ListValue list, int index, boolean reverse) {
    List<String> elements = new ArrayList<>();
    Slice slice = new Slice();
    ListValue.Walk walk = list.walk(index, reverse);
    while (walk.next()) {
      walk.element(slice);
      elements.add(text(slice));
    }
    return elements;
  }

  /** Mostly small, some around the lengths where frames and nodes change. */
  private static String element(Random random) {
    return switch (random.nextInt(40)) {
      case 0 -> "l".repeat(random.nextInt(120, 135));
      case 1 -> "h".repeat(random.nextInt(4000));
      case 2 -> random.nextInt(5) == 0 ? "b".repeat(random.nextInt(8000, 40_000)) : "";
      default -> "e" + random.nextInt(12);
    };
  }

  @Test
  void doesWhatAnArrayListDoes() {
    for (int seed = 0; seed < 100; seed++) {
      Random random = new Random(seed);
      int growth = random.nextInt(3, 8);
      ListValue list = new ListValue();
      List<String> model = new ArrayList<>();
      for (int step = 0; step < 2000; step++) {
        if (model.isEmpty() || random.nextInt(10) < growth) {
          add(list, model, random);
        } else {
          change(list, model, random);
        }
        assertThat(list.size()).isEqualTo(model.size());
      }
      assertThat(walk(list, 0, false)).isEqualTo(model);
      assertThat(walk(list, model.size() - 1, true)).isEqualTo(model.reversed());
      if (!model.isEmpty()) {
        ValueChecks.assertRoundTrip(list, ListValue::decode);
        int index = random.nextInt(model.size());
        assertThat(walk(list, index, false)).isEqualTo(model.subList(index, model.size()));
      }
    }
  }

  private static void add(ListValue list, List<String> model, Random random) {
    String element = element(random);
    byte[] bytes = bytes(element);
    int at = model.isEmpty() ? 0 : random.nextInt(model.size());
    switch (random.nextInt(model.isEmpty() ? 2 : 3)) {
      case 0 -> {
        list.addFirst(bytes, 0, bytes.length);
        model.addFirst(element);
      }
      case 1 -> {
        list.addLast(bytes, 0, bytes.length);
        model.addLast(element);
      }
      default -> {
        list.insert(at, bytes, 0, bytes.length);
        model.add(at, element);
      }
    }
  }

  private static void change(ListValue list, List<String> model, Random random) {
    int at = random.nextInt(model.size());
    Slice slice = new Slice();
    switch (random.nextInt(12)) {
      case 0, 1, 2 -> {
        list.first(slice);
        assertThat(text(slice)).isEqualTo(model.removeFirst());
        list.removeFirst();
      }
      case 3, 4, 5 -> {
        list.last(slice);
        assertThat(text(slice)).isEqualTo(model.removeLast());
        list.removeLast();
      }
      case 6, 7, 8 -> {
        list.get(at, slice);
        assertThat(text(slice)).isEqualTo(model.get(at));
      }
      case 9 -> {
        String element = element(random);
        byte[] bytes = bytes(element);
        list.set(at, bytes, 0, bytes.length);
        model.set(at, element);
      }
      case 10 -> removeEqual(list, model, random);
      default -> {
        if (random.nextInt(20) == 0) {
          int to = random.nextInt(at, model.size() + 1);
          list.trim(at, to);
          List<String> kept = List.copyOf(model.subList(at, to));
          model.clear();
          model.addAll(kept);
        }
      }
    }
  }

  private static void removeEqual(ListValue list, List<String> model, Random random) {
    String element = model.get(random.nextInt(model.size()));
    byte[] bytes = bytes(element);
    boolean backwards = random.nextBoolean();
    int max = random.nextBoolean() ? Integer.MAX_VALUE : random.nextInt(1, 5);
    if (backwards) {
      Collections.reverse(model);
    }
    int removed = 0;
    while (removed < max && model.remove(element)) {
      removed++;
    }
    if (backwards) {
      Collections.reverse(model);
    }
    assertThat(list.remove(bytes, 0, bytes.length, max, backwards)).isEqualTo(removed);
  }

  @Test
  void isAQueueOfAnyLength() {
    ListValue list = new ListValue();
    Slice slice = new Slice();
    int added = 0;
    int taken = 0;
    for (int round = 0; round < 200; round++) {
      for (int i = 0; i < 500; i++) {
        byte[] element = bytes("element " + added++);
        list.addLast(element, 0, element.length);
      }
      for (int i = 0; i < (round < 100 ? 300 : 700); i++) {
        list.first(slice);
        assertThat(text(slice)).isEqualTo("element " + taken++);
        list.removeFirst();
      }
    }
    assertThat(list.size()).isZero();
    assertThat(list.encoding()).isEqualTo("listpack");
  }

  @Test
  void isOneNodeWhileItIsSmall() {
    ListValue list = new ListValue();
    byte[] element = bytes("0123456789abcdef");
    for (int i = 0; i < 400; i++) {
      list.addLast(element, 0, element.length);
    }
    assertThat(list.encoding()).isEqualTo("listpack");
    for (int i = 0; i < 400; i++) {
      list.addLast(element, 0, element.length);
    }
    assertThat(list.encoding()).isEqualTo("quicklist");
    assertThat(list.approximateBytes()).isBetween(800L * 16, 800L * 24);
    list.trim(0, 1);
    assertThat(list.encoding()).isEqualTo("listpack");
    assertThat(list.approximateBytes()).isLessThan(200);
  }
}
