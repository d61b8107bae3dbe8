package io.slotferry.replication.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Random;
import org.junit.jupiter.api.Test;

/**
 * Whatever happens to the machine, a copy comes back as it once was, and not before its last fsync.
 */
class CrashRecoveryTest {
  private static final int SEEDS = 150;
  private static final StorageSettings ONE_SEGMENT =
      new StorageSettings(Fsync.EVERYSEC, 1 << 16, 1 << 20, 1 << 20, 1 << 20);

  private static StorageSettings randomSettings(Random random) {
    return new StorageSettings(
        Fsync.values()[random.nextInt(3)],
        1 << 16,
        1 + random.nextInt(40_000),
        random.nextInt(100_000),
        5_000 + random.nextInt(100_000));
  }

  /** Crashes of the machine, kills of the process and full disks, several in a row. */
  @Test
  void recoversAPrefixThatHasEverythingFsynced() throws IOException {
    int recoveredBehindASnapshot = 0;
    int lostSomething = 0;
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      MemoryVolume volume = new MemoryVolume(random);
      StorageSettings settings = randomSettings(random);
      TestCopy copy = new TestCopy(volume, settings).born();
      for (int crash = 0; crash < 4; crash++) {
        work(copy, volume, random);
        long fsynced = copy.log.fsyncedOffset();
        boolean power = random.nextBoolean();
        if (power) {
          volume.crash();
        } else {
          volume.kill();
        }
        volume.failWrites(null);
        volume.failForces(null);

        byte[] history = copy.history.toByteArray();
        TestCopy again = reopen(volume, settings, history);
        long end = again.log.endOffset();
        assertThat(end).as("seed %d", seed).isBetween(fsynced, (long) history.length);
        assertThat(again.data())
            .as("seed %d, crash %d", seed, crash)
            .isEqualTo(TestCopy.replayed(history, end));
        assertThat(again.isPairWhole()).as("seed %d, crash %d", seed, crash).isTrue();
        assertThat(again.storage.incarnation()).isGreaterThan(copy.storage.incarnation());
        assertThat(again.log.fsyncedOffset())
            .isEqualTo(again.log.replicationId().isEmpty() ? 0 : end);
        recoveredBehindASnapshot += volume.find(".snap").isEmpty() ? 0 : 1;
        lostSomething += end < history.length ? 1 : 0;
        copy = again;
        if (again.log.replicationId().isEmpty()) {
          copy.born();
        }
      }
    }
    assertThat(recoveredBehindASnapshot).isGreaterThan(SEEDS);
    assertThat(lostSomething).isGreaterThan(SEEDS);
  }

  private static void work(TestCopy copy, MemoryVolume volume, Random random) {
    int commands = 50 + random.nextInt(400);
    for (int i = 0; i < commands; i++) {
      copy.executeRandom(random);
      if (random.nextInt(3) == 0) {
        copy.turn(random);
      }
      if (random.nextInt(20) == 0) {
        copy.advance(random.nextInt(700));
      }
      if (random.nextInt(100) == 0) {
        volume.failWrites(random.nextBoolean() ? "No space left on device" : null);
        volume.failForces(random.nextInt(4) == 0 ? "Input/output error" : null);
      }
    }
  }

  private static TestCopy reopen(MemoryVolume volume, StorageSettings settings, byte[] history)
      throws IOException {
    ByteArrayOutputStream kept = new ByteArrayOutputStream();
    TestCopy copy = new TestCopy(TestCopy.FOLDER, volume, settings, kept);
    kept.write(history, 0, (int) copy.log.endOffset());
    return copy;
  }

  @Test
  void aTornTailIsCutAtEveryLength() throws IOException {
    MemoryVolume volume = new MemoryVolume(new Random(1));
    TestCopy copy = smallLog(volume);
    Path segment = volume.find(".slog").getFirst();
    byte[] history = copy.history.toByteArray();
    int forced = volume.forcedSize(segment);
    long fsynced = copy.log.fsyncedOffset();
    assertThat(fsynced).isPositive().isLessThan(history.length);

    for (int size = volume.size(segment) - 1; size >= forced; size--) {
      volume.kill();
      volume.truncate(segment, size);
      TestCopy again = reopen(volume, ONE_SEGMENT, history);
      assertThat(again.log.endOffset()).isBetween(fsynced, (long) history.length - 1);
      assertThat(again.data()).isEqualTo(TestCopy.replayed(history, again.log.endOffset()));
    }
  }

  @Test
  void aTailWithAnyByteDamagedIsCutThere() throws IOException {
    for (int back = 1; ; back++) {
      MemoryVolume volume = new MemoryVolume(new Random(1));
      TestCopy copy = smallLog(volume);
      Path segment = volume.find(".slog").getFirst();
      byte[] history = copy.history.toByteArray();
      long fsynced = copy.log.fsyncedOffset();
      int position = volume.size(segment) - back;
      if (position < volume.forcedSize(segment)) {
        return;
      }
      volume.kill();
      volume.damage(segment, position);
      TestCopy again = reopen(volume, ONE_SEGMENT, history);
      long end = again.log.endOffset();
      assertThat(end).isBetween(fsynced, (long) history.length - 1);
      assertThat(again.data()).isEqualTo(TestCopy.replayed(history, end));

      again.execute("SET", "after", "the cut");
      again.settle();
      volume.kill();
      TestCopy third = new TestCopy(volume, ONE_SEGMENT);
      assertThat(third.data()).isEqualTo(again.data());
    }
  }

  /** Ten records forced, and ten only written, one block each. */
  private static TestCopy smallLog(MemoryVolume volume) throws IOException {
    TestCopy copy = new TestCopy(volume, ONE_SEGMENT).born();
    for (int i = 0; i < 20; i++) {
      copy.execute("SET", "key" + i % 7, "value" + i);
      copy.settle();
      if (i == 9) {
        copy.advance(1);
        copy.advance(1000);
        copy.settle();
      }
    }
    return copy;
  }

  @Test
  void damageBeforeTheLastSegmentIsNotATornTail() throws IOException {
    MemoryVolume volume = new MemoryVolume(new Random(1));
    StorageSettings settings = new StorageSettings(Fsync.EVERYSEC, 1 << 16, 100, 1 << 20, 1 << 20);
    TestCopy copy = new TestCopy(volume, settings).born();
    for (int i = 0; i < 20; i++) {
      copy.execute("SET", "key" + i, "value" + i);
      copy.settle();
    }
    assertThat(volume.find(".slog")).hasSizeGreaterThan(3);
    volume.kill();
    volume.damage(volume.find(".slog").get(1), 30);

    assertThatThrownBy(() -> new TestCopy(volume, settings))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("is damaged")
        .hasMessageContaining("log-")
        .hasMessageContaining("To start this node empty, remove the folder " + TestCopy.FOLDER);
  }

  @Test
  void aLogThatEndsBeforeItsSnapshotIsNotTrusted() throws IOException {
    MemoryVolume volume = new MemoryVolume(new Random(1));
    TestCopy copy = smallLog(volume);
    copy.storage.snapshot(failure -> assertThat(failure).isNull());
    copy.settle();
    volume.kill();
    assertThat(volume.find(".snap")).hasSize(1);
    volume.truncate(volume.find(".slog").getFirst(), 100);

    assertThatThrownBy(() -> new TestCopy(volume, ONE_SEGMENT))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("the log ends at offset");
  }

  @Test
  void damagedSnapshotIsNotTrusted() throws IOException {
    MemoryVolume volume = new MemoryVolume(new Random(1));
    TestCopy copy = smallLog(volume);
    copy.storage.snapshot(failure -> assertThat(failure).isNull());
    copy.settle();
    volume.kill();
    Path snapshot = volume.find(".snap").getFirst();
    for (int position : new int[] {0, 10, 50, volume.size(snapshot) - 1}) {
      volume.damage(snapshot, position);
      assertThatThrownBy(() -> new TestCopy(volume, ONE_SEGMENT))
          .isInstanceOf(StorageException.class)
          .hasMessageContaining("snapshot-");
      volume.damage(snapshot, position);
    }
    assertThat(new TestCopy(volume, ONE_SEGMENT).data()).isEqualTo(copy.data());
  }

  /**
   * The fuzzy snapshot: taken in many steps while every key keeps changing, then only it is left.
   */
  @Test
  void snapshotAndLogGiveTheStoreThatWasWrittenToMeanwhile() throws IOException {
    for (int seed = 0; seed < 60; seed++) {
      Random random = new Random(seed);
      MemoryVolume volume = new MemoryVolume(random);
      StorageSettings settings = new StorageSettings(Fsync.NO, 1 << 16, 10_000, 0, 1 << 30);
      TestCopy copy = new TestCopy(volume, settings).born();
      for (int i = 0; i < 300; i++) {
        copy.executeRandom(random);
      }
      copy.settle();
      String[] ended = {"not ended"};
      assertThat(copy.storage.snapshot(failure -> ended[0] = failure)).isTrue();
      long begun = copy.log.endOffset();
      while (ended[0] != null) {
        copy.executeRandom(random);
        copy.turn(random);
      }
      assertThat(copy.log.endOffset()).isGreaterThan(begun);
      for (int i = 0; i < 50; i++) {
        copy.executeRandom(random);
      }
      copy.settle();
      volume.kill();

      assertThat(volume.find("log-00000000000000000000.slog")).isEmpty();
      TestCopy again = new TestCopy(volume, settings);
      assertThat(again.log.endOffset()).isEqualTo(copy.log.endOffset());
      assertThat(again.data()).as("seed %d", seed).isEqualTo(copy.data());
    }
  }
}
