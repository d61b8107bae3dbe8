package io.slotferry.topology;

import java.io.DataInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/**
 * Reads what {@link MapOutput} wrote. Every count is checked against the bytes that are left, so
 * that broken input cannot ask for memory.
 */
final class MapInput {
  private static final Role[] ROLES = Role.values();
  private static final Partitioning[] PARTITIONINGS = Partitioning.values();
  private static final KeyOrder[] ORDERS = KeyOrder.values();
  private static final Durability[] DURABILITIES = Durability.values();
  private static final Objective[] OBJECTIVES = Objective.values();
  private static final Operation.Kind[] KINDS = Operation.Kind.values();
  private static final Operation.State[] STATES = Operation.State.values();

  private final DataInputStream in;

  /**
   * @param in of a byte array: what is available is what is left
   */
  MapInput(DataInputStream in) {
    this.in = in;
  }

  /** Reads one element of a list. */
  interface Element<T> {
    T read() throws IOException;
  }

  int u8() throws IOException {
    return in.readUnsignedByte();
  }

  int i32() throws IOException {
    return in.readInt();
  }

  long i64() throws IOException {
    return in.readLong();
  }

  boolean flag() throws IOException {
    return in.readBoolean();
  }

  void end() throws IOException {
    if (in.available() > 0) {
      throw new IOException(in.available() + " bytes too many");
    }
  }

  private int count() throws IOException {
    int count = in.readInt();
    if (count < 0 || count > in.available()) {
      throw new IOException("count " + count + " with " + in.available() + " bytes left");
    }
    return count;
  }

  private <T> T code(T[] values) throws IOException {
    int code = in.readUnsignedByte();
    if (code >= values.length) {
      throw new IOException("code " + code + " of " + values.length);
    }
    return values[code];
  }

  Partitioning partitioning() throws IOException {
    return code(PARTITIONINGS);
  }

  KeyOrder order() throws IOException {
    return code(ORDERS);
  }

  Durability durability() throws IOException {
    return code(DURABILITIES);
  }

  Objective objective() throws IOException {
    return code(OBJECTIVES);
  }

  Operation.Kind kind() throws IOException {
    return code(KINDS);
  }

  Operation.State state() throws IOException {
    return code(STATES);
  }

  byte[] bytes() throws IOException {
    return in.readNBytes(count());
  }

  String text() throws IOException {
    return new String(bytes(), StandardCharsets.UTF_8);
  }

  <T> @Nullable T optional(Element<T> element) throws IOException {
    return flag() ? element.read() : null;
  }

  <T> List<T> list(Element<T> element) throws IOException {
    int count = count();
    List<T> elements = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      elements.add(element.read());
    }
    return elements;
  }

  List<String> texts() throws IOException {
    return list(this::text);
  }

  Set<String> textSet() throws IOException {
    return Set.copyOf(texts());
  }

  Map<String, String> textMap() throws IOException {
    Map<String, String> texts = new TreeMap<>();
    for (int left = count(); left > 0; left--) {
      texts.put(text(), text());
    }
    return texts;
  }

  int[] partitions() throws IOException {
    int[] partitions = new int[count()];
    for (int i = 0; i < partitions.length; i++) {
      partitions[i] = in.readInt();
    }
    return partitions;
  }

  int[] slots() throws IOException {
    int[] owners = new int[Slots.COUNT];
    int from = 0;
    while (from < owners.length) {
      int length = in.readInt();
      if (length <= 0 || length > owners.length - from) {
        throw new IOException("a run of " + length + " slots from " + from);
      }
      Arrays.fill(owners, from, from + length, in.readInt());
      from += length;
    }
    return owners;
  }

  /**
   * @param zoned whether the format has zones
   */
  Node node(boolean zoned) throws IOException {
    String id = text();
    Set<Role> roles = EnumSet.noneOf(Role.class);
    roles.addAll(list(() -> code(ROLES)));
    return new Node(id, roles, text(), i32(), i32(), i32(), zoned ? text() : "");
  }

  Shard shard() throws IOException {
    return new Shard(
        i32(),
        text(),
        i64(),
        texts(),
        textSet(),
        i64(),
        i64(),
        flag(),
        optional(this::text),
        i64());
  }

  MapChange.ShardPlacement placement() throws IOException {
    return new MapChange.ShardPlacement(i32(), text(), texts());
  }

  Keyspace keyspace(int mapFormat) throws IOException {
    int number = i32();
    if (number < 0 || number >= Keyspace.COUNT_MAX) {
      throw new IOException("keyspace " + number);
    }
    return new Keyspace(
        number,
        text(),
        partitioning(),
        order(),
        durability(),
        mapFormat > 3 ? i32() : Slots.COUNT,
        list(() -> tablet(mapFormat)));
  }

  private Tablet tablet(int mapFormat) throws IOException {
    return new Tablet(i32(), bytes(), optional(this::bytes), i32(), mapFormat > 3 && flag());
  }

  Library library() throws IOException {
    return new Library(text(), bytes(), list(this::function));
  }

  private Library.Function function() throws IOException {
    return new Library.Function(text(), text(), texts());
  }

  Move move() throws IOException {
    return new Move(i64(), i64(), i32(), i32(), partitions());
  }

  Operation operation(int mapFormat) throws IOException {
    return new Operation(
        i64(),
        kind(),
        state(),
        i32(),
        mapFormat > 3 ? objective() : Objective.SLOTS,
        partitions(),
        i32(),
        i32(),
        i64(),
        i64(),
        text());
  }

  MapChange.UserChange userChange() throws IOException {
    return new MapChange.UserChange(text(), optional(this::text), optional(this::text));
  }
}
