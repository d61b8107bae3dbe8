package io.slotferry.topology;

import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Writes what maps and changes are made of. {@link MapInput} reads it. */
final class MapOutput {
  private final DataOutputStream out;

  MapOutput(DataOutputStream out) {
    this.out = out;
  }

  /** Writes one element of a list. */
  interface Element<T> {
    void write(T element) throws IOException;
  }

  void u8(int value) throws IOException {
    out.writeByte(value);
  }

  void i32(int value) throws IOException {
    out.writeInt(value);
  }

  void i64(long value) throws IOException {
    out.writeLong(value);
  }

  void flag(boolean value) throws IOException {
    out.writeBoolean(value);
  }

  void code(Enum<?> value) throws IOException {
    out.writeByte(value.ordinal());
  }

  void bytes(byte[] value) throws IOException {
    out.writeInt(value.length);
    out.write(value);
  }

  void text(String value) throws IOException {
    bytes(value.getBytes(StandardCharsets.UTF_8));
  }

  <T> void optional(@Nullable T value, Element<T> element) throws IOException {
    flag(value != null);
    if (value != null) {
      element.write(value);
    }
  }

  <T> void list(Collection<T> values, Element<T> element) throws IOException {
    out.writeInt(values.size());
    for (T value : values) {
      element.write(value);
    }
  }

  void texts(Collection<String> values) throws IOException {
    list(values, this::text);
  }

  /** In the order of the alphabet: a set has none of its own. */
  void textSet(Set<String> values) throws IOException {
    texts(new TreeSet<>(values));
  }

  /** In the order of the alphabet. */
  void texts(Map<String, String> values) throws IOException {
    list(
        new TreeMap<>(values).entrySet(),
        entry -> {
          text(entry.getKey());
          text(entry.getValue());
        });
  }

  void partitions(int[] partitions) throws IOException {
    out.writeInt(partitions.length);
    for (int partition : partitions) {
      out.writeInt(partition);
    }
  }

  /** As runs of slots with the same owner. */
  void slots(int[] owners) throws IOException {
    int from = 0;
    while (from < owners.length) {
      int to = from + 1;
      while (to < owners.length && owners[to] == owners[from]) {
        to++;
      }
      out.writeInt(to - from);
      out.writeInt(owners[from]);
      from = to;
    }
  }

  void node(Node node) throws IOException {
    text(node.id());
    list(new TreeSet<>(node.roles()), this::code);
    text(node.host());
    i32(node.respPort());
    i32(node.httpPort());
    i32(node.preferredShard());
    text(node.zone());
  }

  void shard(Shard shard) throws IOException {
    i32(shard.id());
    text(shard.leader());
    i64(shard.incarnation());
    texts(shard.replicas());
    textSet(shard.inSync());
    i64(shard.inSyncRevision());
    i64(shard.epoch());
    flag(shard.draining());
    optional(shard.successor(), this::text);
    i64(shard.handover());
  }

  void placement(MapChange.ShardPlacement placement) throws IOException {
    i32(placement.shard());
    text(placement.leader());
    texts(placement.replicas());
  }

  void keyspace(Keyspace keyspace) throws IOException {
    i32(keyspace.number());
    text(keyspace.name());
    code(keyspace.partitioning());
    code(keyspace.order());
    code(keyspace.durability());
    i32(keyspace.firstTablet());
    list(keyspace.tablets(), this::tablet);
  }

  private void tablet(Tablet tablet) throws IOException {
    i32(tablet.partition());
    bytes(tablet.from());
    optional(tablet.to(), this::bytes);
    i32(tablet.shard());
    flag(tablet.automatic());
  }

  void library(Library library) throws IOException {
    text(library.name());
    bytes(library.code());
    list(library.functions(), this::function);
  }

  private void function(Library.Function function) throws IOException {
    text(function.name());
    text(function.description());
    texts(function.flags());
  }

  void move(Move move) throws IOException {
    i64(move.id());
    i64(move.operation());
    i32(move.from());
    i32(move.to());
    partitions(move.partitions());
  }

  void operation(Operation operation) throws IOException {
    i64(operation.id());
    code(operation.kind());
    code(operation.state());
    i32(operation.shard());
    code(operation.objective());
    partitions(operation.partitions());
    i32(operation.total());
    i32(operation.done());
    i64(operation.startedMillis());
    i64(operation.endedMillis());
    text(operation.detail());
  }

  void userChange(MapChange.UserChange change) throws IOException {
    text(change.name());
    optional(change.expected(), this::text);
    optional(change.rules(), this::text);
  }
}
