package io.slotferry.server.importer;

import io.slotferry.engine.rdb.MalformedRdbException;
import io.slotferry.engine.rdb.RdbReader;
import io.slotferry.engine.rdb.RdbRecord;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Locale;
import java.util.concurrent.TimeUnit;

/**
 * One import, from its source into a cluster.
 *
 * <p>Thread: one.
 */
public final class Import {
  private static final long ACKNOWLEDGE_NANOS = TimeUnit.SECONDS.toNanos(1);
  private static final long RESUME_NANOS_MAX = TimeUnit.SECONDS.toNanos(60);
  private static final long RESUME_PAUSE_MILLIS = 500;

  private final ImportOptions options;
  private final ImportProgress progress;

  public Import(ImportOptions options, ImportProgress progress) {
    this.options = options;
    this.progress = progress;
  }

  // ---- from a file

  /** All of a file is read before the first key is written, so that a damaged one does no harm. */
  public void file(Path file) throws ImportException, InterruptedException {
    try {
      progress.totalBytes = Files.size(file);
      progress.begin(ImportProgress.Phase.CHECKING);
      try (InputStream in = Files.newInputStream(file)) {
        RdbReader reader = new RdbReader(in);
        for (RdbRecord record = reader.next(); record != null; record = reader.next()) {
          progress.bytes.set(reader.position());
          if (record instanceof RdbRecord.ModuleKey module && !options.skipModules()) {
            throw unreadable(module);
          }
        }
      }
    } catch (NoSuchFileException e) {
      throw new ImportException(file + ": there is no such file");
    } catch (MalformedRdbException e) {
      throw new ImportException(
          file
              + ": "
              + e.getMessage()
              + "; nothing was written (`redis-cli --rdb FILE` makes a file of a running Redis)");
    } catch (IOException e) {
      throw new ImportException(file + ": cannot be read: " + e.getMessage());
    }
    try (Target target = Target.connect(options, progress);
        InputStream in = Files.newInputStream(file)) {
      copy(in, target);
      target.drain();
    } catch (IOException e) {
      throw new ImportException(file + ": cannot be read any more: " + e.getMessage());
    }
  }

  private static ImportException unreadable(RdbRecord.ModuleKey key) {
    return new ImportException(
        "key '"
            + Printable.text(key.name())
            + "' is a value of the module '"
            + key.module()
            + "', which only that module can read: give --skip-modules to leave such keys out");
  }

  private void copy(InputStream file, Target target)
      throws IOException, ImportException, InterruptedException {
    progress.begin(ImportProgress.Phase.COPYING);
    RdbReader reader = new RdbReader(file);
    boolean wanted = options.wants(0);
    for (RdbRecord record = reader.next(); record != null; record = reader.next()) {
      progress.bytes.set(reader.position());
      if (record instanceof RdbRecord.Database(int number)) {
        wanted = options.wants(number);
        if (wanted) {
          target.select(number);
        }
      } else if (record instanceof RdbRecord.Library library) {
        target.load(library);
      } else if (wanted) {
        copyKey(record, target);
      }
    }
  }

  private void copyKey(RdbRecord record, Target target)
      throws ImportException, InterruptedException {
    switch (record) {
      case RdbRecord.ModuleKey module when options.skipModules() ->
          progress.moduleKeys.incrementAndGet();
      case RdbRecord.ModuleKey module -> throw unreadable(module);
      case RdbRecord.Key key when isExpired(key) -> progress.expired.incrementAndGet();
      case RdbRecord.Key key -> target.restore(key);
      default -> throw new IllegalArgumentException("no key: " + record);
    }
  }

  private static boolean isExpired(RdbRecord.Key key) {
    return key.expiryMillis() != RdbRecord.Key.NO_EXPIRY
        && key.expiryMillis() <= System.currentTimeMillis();
  }

  // ---- from a running Redis

  /**
   * Copies what a Redis has.
   *
   * @param follow goes on with what is written there meanwhile and from then on, until the process
   *     ends
   */
  public void redis(SourceAddress address, boolean follow)
      throws ImportException, InterruptedException {
    try (Target target = Target.connect(options, progress);
        ReplicationSource source = ReplicationSource.connect(address)) {
      progress.begin(ImportProgress.Phase.WAITING);
      long length = source.requestFile();
      progress.totalBytes = length;
      try {
        copy(source.file(length), target);
      } catch (IOException e) {
        throw source.broken(e);
      }
      target.drain();
      if (follow) {
        follow(source, target);
      }
    }
  }

  private void follow(ReplicationSource source, Target target)
      throws ImportException, InterruptedException {
    progress.begin(ImportProgress.Phase.FOLLOWING);
    long acknowledgedNanos = System.nanoTime() - ACKNOWLEDGE_NANOS;
    while (true) {
      try {
        if (!source.hasMore()) {
          target.drain();
        }
        if (System.nanoTime() - acknowledgedNanos >= ACKNOWLEDGE_NANOS) {
          acknowledgedNanos = System.nanoTime();
          source.acknowledge();
        }
        apply(source.next(), source, target);
      } catch (IOException e) {
        resume(source, target, e);
      }
    }
  }

  private static void apply(byte[][] command, ReplicationSource source, Target target)
      throws IOException, ImportException, InterruptedException {
    switch (text(command[0]).toUpperCase(Locale.ROOT)) {
      case "SELECT" -> target.select(Integer.parseInt(text(command[1])));
      case "REPLCONF" -> source.acknowledge();
      // A transaction of the source may be of keys on several shards here: its commands come
      // singly.
      case "PING", "MULTI", "EXEC" -> {}
      default -> target.execute(command);
    }
  }

  private static String text(byte[] word) {
    return new String(word, StandardCharsets.ISO_8859_1);
  }

  private static void resume(ReplicationSource source, Target target, IOException reason)
      throws ImportException, InterruptedException {
    target.drain();
    long deadline = System.nanoTime() + RESUME_NANOS_MAX;
    IOException last = reason;
    while (System.nanoTime() < deadline) {
      try {
        source.resume();
        return;
      } catch (IOException e) {
        last = e;
        Thread.sleep(RESUME_PAUSE_MILLIS);
      }
    }
    throw source.broken(last);
  }
}
