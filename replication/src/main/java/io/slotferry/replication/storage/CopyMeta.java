package io.slotferry.replication.storage;

import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.replication.log.LogIdentity;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * What a copy knows about itself across restarts.
 *
 * @param incarnation grows with every start of the node; see {@link #started}
 * @param shard whose copy it is; 0 for none
 * @param generation names the folder with its data; everything of other generations is void
 * @param base the offset from which the log alone, on an empty store, gives the data; -1 when only
 *     a snapshot of this generation does
 */
record CopyMeta(int incarnation, int shard, long generation, long base, LogIdentity identity) {
  static final long NO_BASE = -1;
  static final CopyMeta NONE = new CopyMeta(0, 0, 0, NO_BASE, LogIdentity.NONE);

  private static final String FILE = "copy.meta";
  private static final String NEW_FILE = "copy.meta.new";

  /** 2025-01-01T00:00:00Z: counted in seconds from here, the clock fits in 31 bits for 68 years. */
  private static final long INCARNATIONS_START_MILLIS = 1_735_689_600_000L;

  /**
   * At a start of the node. The number is more than a counter, because a node that has lost its
   * disk (or never had one) must not come back under a number that it had before: a promotion of
   * the earlier one would make it lead without data.
   */
  CopyMeta started(long wallMillis) {
    int clock = (int) ((wallMillis - INCARNATIONS_START_MILLIS) / 1000);
    return new CopyMeta(Math.max(incarnation + 1, clock), shard, generation, base, identity);
  }

  CopyMeta of(int shard) {
    return new CopyMeta(incarnation, shard, generation, base, identity);
  }

  CopyMeta with(LogIdentity identity) {
    return new CopyMeta(incarnation, shard, generation, base, identity);
  }

  /** The log gives the data from {@code base} on. */
  CopyMeta from(long base) {
    return new CopyMeta(incarnation, shard, generation, base, identity);
  }

  /** Everything that is on disk becomes void. */
  CopyMeta next(LogIdentity identity) {
    return new CopyMeta(incarnation, shard, generation + 1, NO_BASE, identity);
  }

  String folderName() {
    return folderPrefix() + generation;
  }

  static String folderPrefix() {
    return "copy-";
  }

  /** Null when the folder has none. */
  static @Nullable CopyMeta read(Volume volume, Path folder) throws IOException {
    Path path = folder.resolve(FILE);
    if (!volume.exists(path)) {
      return null;
    }
    try (VolumeFile file = volume.open(path)) {
      BlockReader block = new BlockReader(file, 0);
      if (!block.next() || block.magic() != Block.META) {
        throw new StorageException(
            path
                + " is damaged. To start this node empty, remove the folder: it then copies its"
                + " data from the shard's leader, if another copy is left");
      }
      return decode(new WireReader(block.bytes(), block.start(), block.length()));
    }
  }

  /** Replaces what the folder has, as one durable step. */
  void write(Volume volume, Path folder) throws IOException {
    WireWriter out = new WireWriter();
    encode(out);
    Path replacement = folder.resolve(NEW_FILE);
    try (VolumeFile file = volume.open(replacement)) {
      file.truncate(0);
      file.write(Block.of(Block.META, 0, out.bytes(), out.size()), 0);
      file.force();
    }
    volume.rename(replacement, folder.resolve(FILE));
    volume.forceFolder(folder);
  }

  private void encode(WireWriter out) {
    out.i32(incarnation);
    out.i32(shard);
    out.i64(generation);
    out.i64(base);
    out.text(identity.replicationId());
    out.text(identity.secondaryId());
    out.i64(identity.secondaryUntil());
    out.i64(identity.epoch());
  }

  private static CopyMeta decode(WireReader in) {
    int incarnation = in.i32();
    int shard = in.i32();
    long generation = in.i64();
    long base = in.i64();
    return new CopyMeta(
        incarnation,
        shard,
        generation,
        base,
        new LogIdentity(in.text(), in.text(), in.i64(), in.i64()));
  }
}
