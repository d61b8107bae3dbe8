package io.slotferry.topology;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.Collections;

/**
 * Bytes of changes and of whole maps, for the rebalancer's log and for the deltas and images that
 * readers get. A byte for the format's version comes first; the codes of changes stand in {@link
 * ChangeCodec}, those of enums are their ordinals. All are persisted: append only. Equal maps have
 * equal bytes.
 */
public final class MapCodec {
  private static final int CHANGE_FORMAT = 3;

  /**
   * Since 2 a map has settings and users, since 3 libraries, since 4 where tablets come from, and
   * what operations aim at.
   */
  private static final int MAP_FORMAT = 5;

  private MapCodec() {}

  public static byte[] encode(MapChange change) {
    return written(CHANGE_FORMAT, out -> ChangeCodec.write(out, change));
  }

  public static byte[] encode(ClusterMap map) {
    return written(MAP_FORMAT, out -> writeMap(out, map));
  }

  /**
   * @throws IllegalArgumentException if these are not the bytes of a change
   */
  public static MapChange decodeChange(byte[] bytes) {
    return read(bytes, CHANGE_FORMAT, ChangeCodec::read);
  }

  /**
   * @throws IllegalArgumentException if these are not the bytes of a map
   */
  public static ClusterMap decodeMap(byte[] bytes) {
    return read(bytes, MAP_FORMAT, MapCodec::readMap);
  }

  private static void writeMap(MapOutput out, ClusterMap map) throws IOException {
    out.i64(map.version());
    out.i32(map.nextTablet());
    out.i64(map.retiredEpoch());
    out.slots(map.slotOwners());
    out.list(map.nodes(), out::node);
    out.list(map.shards(), out::shard);
    out.list(map.keyspaces(), out::keyspace);
    out.list(map.moves(), out::move);
    out.list(map.operations(), out::operation);
    out.texts(map.settings().set());
    out.texts(map.users());
    out.i64(map.libraries().revision());
    out.list(map.libraries().all(), out::library);
  }

  private static ClusterMap readMap(MapInput in, int format) throws IOException {
    long version = in.i64();
    int nextTablet = in.i32();
    long retiredEpoch = in.i64();
    MapDraft draft = new MapDraft(version, in.slots(), nextTablet, retiredEpoch);
    in.list(() -> in.node(format > 4)).forEach(node -> draft.nodes.put(node.id(), node));
    in.list(in::shard).forEach(shard -> draft.shards.put(shard.id(), shard));
    in.list(() -> in.keyspace(format))
        .forEach(keyspace -> draft.keyspaces.put(keyspace.number(), keyspace));
    in.list(in::move).forEach(move -> draft.moves.put(move.id(), move));
    in.list(() -> in.operation(format)).forEach(each -> draft.operations.put(each.id(), each));
    if (format > 1) {
      draft.settings = new ClusterSettings(in.textMap());
      draft.users = Collections.unmodifiableMap(in.textMap());
    }
    if (format > 2) {
      draft.libraries = new Libraries(in.i64(), in.list(in::library));
    }
    return new ClusterMap(draft);
  }

  private interface Writing {
    void to(MapOutput out) throws IOException;
  }

  private interface Reading<T> {
    T from(MapInput in, int format) throws IOException;
  }

  private static byte[] written(int format, Writing content) {
    ByteArrayOutputStream bytes = new ByteArrayOutputStream();
    MapOutput out = new MapOutput(new DataOutputStream(bytes));
    try {
      out.u8(format);
      content.to(out);
    } catch (IOException e) {
      throw new UncheckedIOException("writing to memory failed", e);
    }
    return bytes.toByteArray();
  }

  private static <T> T read(byte[] bytes, int newestFormat, Reading<T> content) {
    MapInput in = new MapInput(new DataInputStream(new ByteArrayInputStream(bytes)));
    try {
      int format = in.u8();
      if (format < 1 || format > newestFormat) {
        throw new IOException("format " + format + " is unknown");
      }
      T decoded = content.from(in, format);
      in.end();
      return decoded;
    } catch (IOException e) {
      throw new IllegalArgumentException("not the bytes of a cluster map: " + e.getMessage(), e);
    }
  }
}
