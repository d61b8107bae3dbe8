package io.slotferry.replication.storage;

import io.slotferry.engine.Engine;
import io.slotferry.engine.store.ChunkReader;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.replication.log.Backlog;
import io.slotferry.replication.log.LogIdentity;
import io.slotferry.replication.walk.WalkReceiver;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Brings a copy's data back: snapshot and log, replayed as one stream (see the package).
 *
 * <p>Thread: the one that opens the copy.
 */
final class Recovery {
  private static final Logger LOGGER = LoggerFactory.getLogger(Recovery.class);

  private final CopyFiles files;
  private final StorageSettings settings;
  private final Engine engine;
  private final Backlog backlog;
  private final WalkReceiver received;
  private boolean found;
  private long snapshotOffset;
  private long snapshotBytes;

  Recovery(CopyFiles files, StorageSettings settings, Engine engine, Backlog backlog) {
    this.files = files;
    this.settings = settings;
    this.engine = engine;
    this.backlog = backlog;
    this.received = new WalkReceiver(engine.store(), new Stored());
  }

  /** Whether there was a complete copy, be it an empty one. */
  boolean found() {
    return found;
  }

  /** Where the snapshot starts in the log; where the log does when there is none. */
  long snapshotOffset() {
    return snapshotOffset;
  }

  long snapshotBytes() {
    return snapshotBytes;
  }

  /**
   * Fills the engine's store and the backlog.
   *
   * @throws StorageException if the data is damaged
   */
  void run() throws IOException {
    Path folder = files.dataFolder();
    try (SnapshotReader snapshot = SnapshotReader.open(files.volume(), folder)) {
      long base = files.meta().base();
      if (snapshot == null && base == CopyMeta.NO_BASE) {
        startEmpty();
        return;
      }
      found = true;
      snapshotOffset = snapshot == null ? base : snapshot.offset();
      LogRecovery log = new LogRecovery(files.volume(), folder, snapshotOffset, backlog);
      try {
        replay(snapshot, log);
        files.resume(log.finish(settings));
      } catch (IOException | RuntimeException failed) {
        log.close();
        throw failed;
      }
    }
    SnapshotReader.deleteOthers(files.volume(), folder, snapshotOffset);
    LOGGER.info("{}: recovered up to offset {}", folder, backlog.endOffset());
  }

  /**
   * There is nothing, or a full resync that had not ended: what it left is made void, and its
   * history is not this copy's. The epoch stays, it only grows.
   */
  private void startEmpty() throws IOException {
    CopyMeta meta = files.meta();
    long epoch = meta.identity().epoch();
    files.replaceMeta(meta.next(new LogIdentity("", "", LogIdentity.NO_OFFSET, epoch)));
  }

  private void replay(@Nullable SnapshotReader snapshot, LogRecovery log) throws IOException {
    if (snapshot != null) {
      while (snapshot.next()) {
        replay(log, snapshot.offset());
        received.readChunk(snapshot.chunks());
      }
      replay(log, snapshot.offset());
      snapshotBytes = snapshot.bytes();
    }
    received.end();
    while (log.next()) {
      apply(log);
    }
  }

  /** The data as the snapshot's walk brings it back. */
  private final class Stored implements WalkReceiver.Target {
    @Override
    public void begin(int partition) {
      engine.store().create(partition).clear();
    }

    @Override
    public void expect(int partition, int keyspace, int keys) {
      engine.store().create(partition).expect(keyspace, keys);
    }

    @Override
    public void read(int partition, ChunkReader chunks, WireReader in) {
      chunks.read(engine.store().create(partition), in, null);
    }

    @Override
    public void apply(int keyspace, int partition, Request effect) {
      engine.apply(keyspace, partition, effect);
    }
  }

  /** Replays the log up to the moment at which the snapshot goes on. */
  private void replay(LogRecovery log, long until) throws IOException {
    while (log.offset() < until) {
      if (!log.next()) {
        throw LogRecovery.damaged(
            files.dataFolder(), "the log ends at offset " + log.offset() + ", needed to " + until);
      }
      apply(log);
    }
  }

  private void apply(LogRecovery log) {
    received.effect(log.keyspace(), log.partition(), log.effect());
  }
}
