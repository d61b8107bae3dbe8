package io.slotferry.server.node;

import io.netty.channel.EventLoop;
import io.slotferry.engine.Engine;
import io.slotferry.replication.CopyDisk;
import io.slotferry.replication.storage.CopyStorage;
import io.slotferry.replication.storage.DiskThread;
import io.slotferry.replication.storage.FileVolume;
import io.slotferry.replication.storage.StorageException;
import io.slotferry.replication.storage.StorageSettings;
import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings.DataSettings;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * Where the copies of a process keep their data: on disk, all through one thread that waits for it,
 * or nowhere.
 *
 * <p>Thread: any.
 */
final class CopyDisks {
  private final Vertx vertx;
  private final DataSettings data;
  private @Nullable DiskThread disk;

  CopyDisks(Vertx vertx, DataSettings data) {
    this.vertx = vertx;
    this.data = data;
  }

  /**
   * Recovers what is in a node's folder into {@code engine}, on a thread that may wait for it.
   *
   * @param owner the loop that will own the copy
   */
  Future<CopyDisk> open(Path folder, Engine engine, EventLoop owner) {
    if (data.ephemeral()) {
      return Future.succeededFuture(CopyDisk.inMemory(System.currentTimeMillis()));
    }
    return vertx.executeBlocking(() -> recover(folder, engine, owner), false);
  }

  private CopyDisk recover(Path folder, Engine engine, EventLoop owner)
      throws StartRefusedException {
    try {
      return CopyStorage.open(
          folder,
          StorageSettings.of(data.persistence()),
          new FileVolume(),
          diskThread(),
          owner,
          engine,
          System.currentTimeMillis());
    } catch (StorageException e) {
      throw new StartRefusedException(String.valueOf(e.getMessage()));
    } catch (IOException e) {
      throw new StartRefusedException("cannot open " + folder + ": " + e.getMessage());
    }
  }

  private synchronized DiskThread diskThread() {
    if (disk == null) {
      disk = DiskThread.start();
    }
    return disk;
  }

  /** Makes a copy's log durable and lets go of its folder. */
  Future<Void> close(CopyDisk copy) {
    Promise<Void> closed = Promise.promise();
    if (copy instanceof CopyStorage storage) {
      storage.close(closed::complete);
    } else {
      closed.complete();
    }
    return closed.future();
  }

  /** After all copies were closed. */
  synchronized void close() {
    if (disk != null) {
      disk.close();
      disk = null;
    }
  }
}
