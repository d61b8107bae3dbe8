package io.slotferry.topology;

import static io.slotferry.topology.Refusals.inMove;
import static io.slotferry.topology.Refusals.noKeyspace;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** The changes of keyspaces and their tablets. */
final class KeyspaceChanges {
  /** What a keyspace may be called: it stands in URLs. */
  private static final Pattern NAME = Pattern.compile("[A-Za-z0-9_.-]{1,64}");

  private static final Pattern NUMBER = Pattern.compile("[0-9]+");

  private final MapDraft draft;

  KeyspaceChanges(MapDraft draft) {
    this.draft = draft;
  }

  @Nullable String createKeyspace(MapChange.CreateKeyspace change) {
    if (draft.shards.isEmpty()) {
      return "the cluster is not created yet";
    }
    int number = change.number() == -1 ? lowestFreeKeyspace() : change.number();
    if (number < 0 || number >= Keyspace.COUNT_MAX) {
      return "keyspaces have the numbers 0 to %d".formatted(Keyspace.COUNT_MAX - 1);
    }
    String refusal = badName(number, change.name());
    if (refusal == null && change.partitioning() == Partitioning.HASH) {
      refusal = change.splits().isEmpty() ? null : "a hash keyspace has no split keys";
    } else if (refusal == null) {
      refusal = badSplits(change.order(), change.splits());
    }
    if (refusal != null) {
      return refusal;
    }
    draft.keyspaces.put(
        number,
        new Keyspace(
            number,
            change.name(),
            change.partitioning(),
            change.order(),
            change.durability(),
            draft.nextTablet,
            change.partitioning() == Partitioning.HASH ? List.of() : cut(change.splits())));
    return null;
  }

  private int lowestFreeKeyspace() {
    int number = 1;
    while (draft.keyspaces.containsKey(number)) {
      number++;
    }
    return number;
  }

  private @Nullable String badName(int number, String name) {
    if (!NAME.matcher(name).matches()) {
      return "a keyspace's name has 1 to 64 letters, digits, dots, dashes and underscores";
    }
    if (NUMBER.matcher(name).matches() && !name.equals(Integer.toString(number))) {
      return "a keyspace's name may be a number only if it is its own";
    }
    for (Keyspace keyspace : draft.keyspaces.values()) {
      if (keyspace.number() == number) {
        return "keyspace %d exists already".formatted(number);
      }
      if (keyspace.name().equals(name)) {
        return "keyspace %s exists already".formatted(name);
      }
    }
    return null;
  }

  private static @Nullable String badSplits(KeyOrder order, List<byte[]> splits) {
    if (splits.size() >= Keyspace.TABLETS_MAX) {
      return "a keyspace has at most %d tablets".formatted(Keyspace.TABLETS_MAX);
    }
    byte[] last = new byte[0];
    for (byte[] split : splits) {
      String refusal = badBoundary(split);
      if (refusal != null) {
        return refusal;
      }
      if (order.compare(last, split) >= 0) {
        return "the split keys must ascend in the keyspace's order";
      }
      last = split;
    }
    return null;
  }

  private static @Nullable String badBoundary(byte[] key) {
    return key.length == 0 || key.length > Tablet.BOUNDARY_BYTES_MAX
        ? "a split key has 1 to %d bytes".formatted(Tablet.BOUNDARY_BYTES_MAX)
        : null;
  }

  private List<Tablet> cut(List<byte[]> splits) {
    List<Integer> owners = draft.notDraining(ClusterMap.NO_SHARD);
    int count = splits.size() + 1;
    List<Tablet> tablets = new ArrayList<>(count);
    for (int i = 0; i < count; i++) {
      byte[] from = i == 0 ? new byte[0] : splits.get(i - 1).clone();
      byte[] to = i == count - 1 ? null : splits.get(i).clone();
      int owner = owners.get(i * owners.size() / count);
      tablets.add(new Tablet(draft.nextTablet++, from, to, owner, false));
    }
    return tablets;
  }

  @Nullable String dropKeyspace(int number) {
    Keyspace keyspace = draft.keyspaces.get(number);
    if (keyspace == null) {
      return noKeyspace(number);
    }
    if (number == 0) {
      return "keyspace 0 cannot be dropped";
    }
    for (Tablet tablet : keyspace.tablets()) {
      Move move = draft.moveOf(tablet.partition());
      if (move != null) {
        return inMove(tablet.partition(), move);
      }
    }
    draft.keyspaces.remove(number);
    return null;
  }

  @Nullable String splitTablet(int number, byte[] at, boolean automatic) {
    Keyspace keyspace = draft.keyspaces.get(number);
    if (keyspace == null) {
      return noKeyspace(number);
    }
    if (keyspace.partitioning() != Partitioning.RANGE) {
      return notRange(keyspace);
    }
    String refusal = badBoundary(at);
    if (refusal != null) {
      return refusal;
    }
    Tablet tablet = keyspace.tabletOf(at, 0, at.length);
    Move move = draft.moveOf(tablet.partition());
    if (move != null) {
      return inMove(tablet.partition(), move);
    }
    if (Arrays.equals(tablet.from(), at)) {
      return "a tablet starts at that key already";
    }
    if (keyspace.tablets().size() >= Keyspace.TABLETS_MAX) {
      return "a keyspace has at most %d tablets".formatted(Keyspace.TABLETS_MAX);
    }
    List<Tablet> tablets = new ArrayList<>(keyspace.tablets());
    int index = tablets.indexOf(tablet);
    byte[] boundary = at.clone();
    int shard = tablet.shard();
    tablets.set(
        index, new Tablet(tablet.partition(), tablet.from(), boundary, shard, tablet.automatic()));
    tablets.add(index + 1, new Tablet(draft.nextTablet++, boundary, tablet.to(), shard, automatic));
    draft.keyspaces.put(number, keyspace.withTablets(tablets));
    return null;
  }

  private static String notRange(Keyspace keyspace) {
    return "keyspace %s is not partitioned by range".formatted(keyspace.name());
  }

  @Nullable String mergeTablets(int number, byte[] at) {
    Keyspace keyspace = draft.keyspaces.get(number);
    if (keyspace == null) {
      return noKeyspace(number);
    }
    if (keyspace.partitioning() != Partitioning.RANGE) {
      return notRange(keyspace);
    }
    Tablet right = keyspace.tabletOf(at, 0, at.length);
    int index = keyspace.tablets().indexOf(right);
    if (index == 0 || !Arrays.equals(right.from(), at)) {
      return "no two tablets meet at that key";
    }
    Tablet left = keyspace.tablets().get(index - 1);
    if (left.shard() != right.shard()) {
      return "the tablets at that key are on shards %d and %d: move one of them first"
          .formatted(left.shard(), right.shard());
    }
    for (Tablet tablet : List.of(left, right)) {
      Move move = draft.moveOf(tablet.partition());
      if (move != null) {
        return inMove(tablet.partition(), move);
      }
    }
    List<Tablet> tablets = new ArrayList<>(keyspace.tablets());
    tablets.remove(index);
    tablets.set(
        index - 1,
        new Tablet(draft.nextTablet++, left.from(), right.to(), left.shard(), left.automatic()));
    draft.keyspaces.put(number, keyspace.withTablets(tablets));
    return null;
  }
}
