package io.slotferry.engine.value;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;

class EncodingLimitsTest {
  @AfterEach
  void restore() {
    EncodingLimits.ofHashes(512, 64);
    EncodingLimits.ofSets(512, 128, 64);
    EncodingLimits.ofSortedSets(128, 64);
    EncodingLimits.ofLists(-2);
  }

  private static byte[] bytes(int length) {
    byte[] bytes = new byte[length];
    Arrays.fill(bytes, (byte) 'x');
    return bytes;
  }

  private static void set(HashValue hash, String field, int valueLength) {
    byte[] name = ValueChecks.bytes(field);
    hash.set(name, 0, name.length, bytes(valueLength), 0, valueLength);
  }

  @Test
  void hashes() {
    EncodingLimits.ofHashes(2, 5000);
    HashValue hash = new HashValue();
    set(hash, "a", 5000);
    set(hash, "b", 1);
    set(hash, "a", 300);
    assertThat(hash.encoding()).isEqualTo("listpack");
    Slice value = new Slice();
    assertThat(hash.get(ValueChecks.bytes("a"), 0, 1, value)).isTrue();
    assertThat(value.length()).isEqualTo(300);
    set(hash, "c", 1);
    assertThat(hash.encoding()).isEqualTo("hashtable");
    EncodingLimits.ofHashes(0, 64);
    HashValue never = new HashValue();
    set(never, "a", 1);
    assertThat(never.encoding()).isEqualTo("hashtable");
  }

  private static void add(SetValue set, String... members) {
    byte[] first = ValueChecks.bytes(members[0]);
    set.expect(members.length, first, 0, first.length);
    for (String member : members) {
      byte[] bytes = ValueChecks.bytes(member);
      set.add(bytes, 0, bytes.length);
    }
  }

  @Test
  void sets() {
    EncodingLimits.ofSets(2, 3, 4);
    SetValue set = new SetValue();
    add(set, "1", "2");
    assertThat(set.encoding()).isEqualTo("intset");
    add(set, "a");
    assertThat(set.encoding()).isEqualTo("listpack");
    add(set, "b");
    assertThat(set.encoding()).isEqualTo("hashtable");
    SetValue many = new SetValue();
    add(many, "1", "1", "1");
    assertThat(many.encoding()).isEqualTo("listpack");
    SetValue more = new SetValue();
    add(more, "1", "1", "1", "1");
    assertThat(more.encoding()).isEqualTo("hashtable");
    SetValue wide = new SetValue();
    add(wide, "12345", "1");
    add(wide, "a");
    assertThat(wide.encoding()).isEqualTo("hashtable");
  }

  @Test
  void sortedSets() {
    EncodingLimits.ofSortedSets(1, 200);
    SortedSetValue set = new SortedSetValue();
    set.put(1, bytes(200), 0, 200);
    assertThat(set.encoding()).isEqualTo("listpack");
    set.put(2, bytes(200), 0, 200);
    assertThat(set.encoding()).isEqualTo("listpack");
    set.put(2, bytes(1), 0, 1);
    assertThat(set.encoding()).isEqualTo("skiplist");
    assertThat(set.score(bytes(200), 0, 200)).isEqualTo(2);
  }

  @Test
  void listsGoBackWhenTheyHaveBecomeHalfAsLarge() {
    EncodingLimits.ofLists(4);
    ListValue list = new ListValue();
    for (int i = 0; i < 4; i++) {
      list.addLast(bytes(1), 0, 1);
    }
    assertThat(list.encoding()).isEqualTo("listpack");
    list.addFirst(bytes(1), 0, 1);
    assertThat(list.encoding()).isEqualTo("quicklist");
    list.removeFirst();
    list.removeFirst();
    assertThat(list.encoding()).isEqualTo("quicklist");
    list.removeFirst();
    assertThat(list.encoding()).isEqualTo("listpack");
    EncodingLimits.ofLists(-1);
    list.addLast(bytes(4096), 0, 4096);
    assertThat(list.encoding()).isEqualTo("quicklist");
    list.removeLast();
    assertThat(list.encoding()).isEqualTo("listpack");
  }
}
