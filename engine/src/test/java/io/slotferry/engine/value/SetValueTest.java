package io.slotferry.engine.value;

import static io.slotferry.engine.value.ValueChecks.bytes;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.HashSet;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class SetValueTest {
  private static boolean add(SetValue set, String member) {
    byte[] name = bytes(member);
    return set.add(name, 0, name.length);
  }

  private static String member(Random random, int members, boolean integers) {
    if (!integers) {
      return ValueChecks.name(random, members);
    }
    long value = random.nextInt(members);
    return switch (random.nextInt(4)) {
      case 0 -> Long.toString(Long.MIN_VALUE + value);
      case 1 -> Long.toString(-value * 1000);
      default -> Long.toString(value);
    };
  }

  @Test
  void doesWhatASetDoes() {
    for (int seed = 0; seed < 80; seed++) {
      Random random = new Random(seed);
      int members = 1 << random.nextInt(1, 12);
      SetValue set = new SetValue();
      Set<String> model = new HashSet<>();
      int integersUntil = random.nextBoolean() ? 0 : random.nextInt(4000);
      for (int step = 0; step < 3000; step++) {
        String member = member(random, members, step < integersUntil);
        byte[] name = bytes(member);
        if (random.nextInt(10) < 6) {
          assertThat(add(set, member)).isEqualTo(model.add(member));
        } else if (random.nextBoolean()) {
          assertThat(set.remove(name, 0, name.length)).isEqualTo(model.remove(member));
        } else {
          assertThat(set.contains(name, 0, name.length)).isEqualTo(model.contains(member));
        }
        assertThat(set.size()).isEqualTo(model.size());
      }
      assertThat(ValueChecks.names(set)).containsExactlyInAnyOrderElementsOf(model);
      if (!model.isEmpty()) {
        ValueChecks.assertRoundTrip(set, SetValue::decode);
      }
    }
  }

  @Test
  void onlyStrictIntegersAreIntegers() {
    SetValue set = new SetValue();
    for (String member : new String[] {"1", "01", "+1", "-0", "", " 1", "9223372036854775808"}) {
      assertThat(add(set, member)).isTrue();
    }
    assertThat(ValueChecks.names(set))
        .containsExactlyInAnyOrder("1", "01", "+1", "-0", "", " 1", "9223372036854775808");
  }

  @Test
  void takesTheFormOfItsMembers() {
    SetValue set = new SetValue();
    for (int i = 0; i < 512; i++) {
      add(set, Integer.toString(i));
    }
    assertThat(set.encoding()).isEqualTo("intset");
    add(set, "512");
    assertThat(set.encoding()).isEqualTo("hashtable");

    SetValue small = new SetValue();
    add(small, "1");
    add(small, "a");
    assertThat(small.encoding()).isEqualTo("listpack");
    for (int i = 2; i < 128; i++) {
      add(small, Integer.toString(i));
    }
    assertThat(small.encoding()).isEqualTo("listpack");
    add(small, "b");
    assertThat(small.encoding()).isEqualTo("hashtable");

    SetValue wide = new SetValue();
    add(wide, "x".repeat(65));
    assertThat(wide.encoding()).isEqualTo("hashtable");
  }

  @Test
  void choosesAnyMemberAtRandom() {
    for (String prefix : new String[] {"", "m"}) {
      SetValue set = new SetValue();
      for (int i = 0; i < 600; i++) {
        add(set, prefix + i);
        if (i == 20 || i == 599) {
          ValueChecks.assertRandomChoice(set, new Random(i));
        }
      }
    }
  }
}
