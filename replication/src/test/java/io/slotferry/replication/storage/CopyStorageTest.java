package io.slotferry.replication.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.replication.log.LogDisk;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CopyStorageTest {
  private static final StorageSettings ALWAYS = settings(Fsync.ALWAYS, 1 << 20, 1 << 20);

  private final MemoryVolume volume = new MemoryVolume(new Random(1));

  private static StorageSettings settings(Fsync fsync, long segmentBytes, long retainedBytes) {
    return new StorageSettings(fsync, 1 << 16, segmentBytes, retainedBytes, 1 << 30);
  }

  // ---- writing

  @Test
  void oneWriteBringsAllThatALoopTurnHasAppended() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    copy.settle();
    long before = volume.writes;
    for (int i = 0; i < 100; i++) {
      copy.execute("SET", "key" + i, "value");
    }
    copy.settle();
    assertThat(volume.writes).isEqualTo(before + 1);
    assertThat(copy.log.fsyncedOffset()).isEqualTo(copy.log.endOffset());
  }

  @Test
  void whatComesWhileTheDiskIsBusyGoesWithTheNextWrite() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    copy.settle();
    for (int i = 0; i < 100; i++) {
      copy.execute("SET", "key" + i, "value");
      copy.storage.flush();
    }
    assertThat(copy.disk).hasSize(1);
    long before = volume.writes;
    copy.settle();
    assertThat(volume.writes).isEqualTo(before + 2);
  }

  @Test
  void forcesByThePolicy() throws IOException {
    for (Fsync policy : Fsync.values()) {
      MemoryVolume volume = new MemoryVolume(new Random(1));
      TestCopy copy = new TestCopy(volume, settings(policy, 1 << 20, 1 << 20)).born();
      List<Long> heard = new ArrayList<>();
      copy.log.onFsync(heard::add);
      copy.advance(1);
      copy.execute("SET", "key", "value");
      copy.settle();
      copy.advance(1);
      copy.execute("SET", "key", "more");
      copy.settle();
      long end = copy.log.endOffset();
      copy.advance(998);
      copy.settle();
      assertThat(copy.log.fsyncedOffset())
          .as(policy.name())
          .isEqualTo(
              switch (policy) {
                case ALWAYS -> end;
                case EVERYSEC -> end / 2 + 1;
                case NO -> 0;
              });
      copy.advance(2);
      copy.settle();
      assertThat(copy.log.fsyncedOffset())
          .as(policy.name())
          .isEqualTo(policy == Fsync.NO ? 0 : end);
      assertThat(heard).hasSize(policy == Fsync.NO ? 0 : 2).isSorted();
    }
  }

  @Test
  void aFirstStartOnAFullDiskDoesNotSpoilTheNextOne() throws IOException {
    volume.failWrites("No space left on device");
    assertThatThrownBy(() -> new TestCopy(volume, settings(Fsync.NO, 1 << 20, 1 << 20)))
        .isInstanceOf(IOException.class);

    volume.failWrites(null);

    assertThat(new TestCopy(volume, settings(Fsync.NO, 1 << 20, 1 << 20)).data()).isEmpty();
  }

  @Test
  void segmentsRotateAndThoseBehindTheSnapshotAreDeleted() throws IOException {
    TestCopy copy = new TestCopy(volume, settings(Fsync.EVERYSEC, 50_000, 300_000)).born();
    String value = "x".repeat(1000);
    for (int i = 0; i < 1000; i++) {
      copy.execute("SET", "key" + i, value);
      copy.settle();
    }
    List<Path> before = volume.find(".slog");
    assertThat(before).hasSizeBetween(20, 22);
    assertThat(copy.log.firstOffset()).isZero();

    copy.storage.snapshot(failure -> assertThat(failure).isNull());
    copy.settle();
    write(copy, 1);

    assertThat(volume.find(".slog")).hasSizeBetween(6, 8).doesNotContain(before.getFirst());
    assertThat(copy.log.firstOffset())
        .isBetween(copy.log.endOffset() - 360_000, copy.log.endOffset() - 300_000);
    assertThat(volume.find(".snap")).hasSize(1);
    copy.storage.snapshot(failure -> assertThat(failure).isNull());
    copy.settle();
    assertThat(volume.find(".snap")).hasSize(1);
  }

  @Test
  void takesASnapshotByItselfWhenTheLogHasGrown() throws IOException {
    StorageSettings settings = new StorageSettings(Fsync.NO, 1 << 16, 1000, 0, 10_000);
    TestCopy copy = new TestCopy(volume, settings).born();
    List<Boolean> succeeded = new ArrayList<>();
    copy.storage.onSnapshot(failure -> succeeded.add(failure == null));
    while (copy.log.endOffset() < 10_000) {
      assertThat(volume.find(".snap")).isEmpty();
      write(copy, 1);
      copy.advance(10);
      copy.settle();
    }
    copy.advance(10);
    copy.settle();
    assertThat(volume.find(".snap")).hasSize(1);
    assertThat(succeeded).containsExactly(true);
  }

  // ---- a disk that is full or broken

  @Test
  void refusesWritesWhileTheDiskIsFullAndRecoversByItselfWithoutAHole() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    write(copy, 10);
    long safe = copy.log.fsyncedOffset();
    volume.failWrites("No space left on device");
    for (int i = 0; i < 3; i++) {
      copy.execute("SET", "during" + i, "failure");
      copy.settle();
      copy.advance(1000);
      copy.settle();
    }
    assertThat(copy.log.refusal())
        .isEqualTo("MISCONF Errors writing to the AOF file: No space left on device");
    assertThat(copy.log.fsyncedOffset()).isEqualTo(safe);

    volume.failWrites(null);
    copy.advance(1000);
    copy.settle();

    assertThat(copy.log.refusal()).isNull();
    assertThat(copy.log.fsyncedOffset()).isEqualTo(copy.log.endOffset());
    volume.crash();
    assertThat(new TestCopy(volume, ALWAYS).data()).isEqualTo(copy.data());
  }

  @Test
  void writesAgainWhatAFailedForceMayHaveDropped() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    volume.failForces("Input/output error");
    write(copy, 10);
    assertThat(copy.log.refusal()).contains("Input/output error");
    volume.failForces(null);
    copy.advance(1000);
    copy.settle();
    assertThat(copy.log.refusal()).isNull();
    volume.crash();
    assertThat(new TestCopy(volume, ALWAYS).data()).isEqualTo(copy.data());
  }

  @Test
  void aSnapshotThatFailsIsTriedAgainAndTheOldOneStays() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    write(copy, 50);
    String[] ended = {"not ended"};
    copy.storage.snapshot(failure -> ended[0] = failure);
    copy.settle();
    assertThat(ended[0]).isNull();
    List<Path> first = volume.find(".snap");
    write(copy, 50);

    volume.failWrites("No space left on device");
    copy.storage.snapshot(failure -> ended[0] = failure);
    copy.settle();

    assertThat(ended[0]).isEqualTo("No space left on device");
    assertThat(copy.log.refusal()).isNull();
    assertThat(volume.find(".snap")).isEqualTo(first);
    assertThat(volume.find("snapshot.new")).isEmpty();
    volume.failWrites(null);
    volume.crash();
    assertThat(new TestCopy(volume, ALWAYS).data()).isEqualTo(copy.data());
  }

  @Test
  void saysWhenTheDiskIsTooFarBehind() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    String value = "x".repeat(1 << 20);
    for (int i = 0; i < 64; i++) {
      assertThat(copy.log.backlogged()).isFalse();
      copy.execute("SET", "key", value);
    }
    assertThat(copy.log.backlogged()).isTrue();
    copy.settle();
    assertThat(copy.log.backlogged()).isFalse();
    assertThat(copy.log.fsyncedOffset()).isEqualTo(copy.log.endOffset());
  }

  // ---- reading from disk

  @Test
  void readsFromDiskWhatTheBacklogNoLongerHas() throws IOException {
    for (int seed = 0; seed < 20; seed++) {
      Random random = new Random(seed);
      MemoryVolume volume = new MemoryVolume(random);
      StorageSettings settings =
          settings(Fsync.NO, 20_000 + random.nextInt(3_000_000), Long.MAX_VALUE / 2);
      TestCopy copy = new TestCopy(volume, settings).born();
      long middle = 0;
      for (int i = 0; i < 2000; i++) {
        copy.executeRandom(random);
        if (random.nextInt(5) == 0) {
          copy.turn(random);
        }
        if (i == 700) {
          middle = copy.log.endOffset();
        }
      }
      copy.settle();
      if (random.nextBoolean()) {
        volume.kill();
        copy = new TestCopy(TestCopy.FOLDER, volume, settings, copy.history);
      }
      byte[] history = copy.history.toByteArray();
      assertThat(copy.log.firstOffset()).isZero();
      assertReads(copy, 0, history, 1 + random.nextInt(100_000));
      assertReads(copy, middle, history, 1 + random.nextInt(1_000_000));
    }
  }

  private static void assertReads(TestCopy copy, long from, byte[] history, int bytesMax) {
    ByteArrayOutputStream read = new ByteArrayOutputStream();
    Reading reading = new Reading(read);
    while (from + read.size() < history.length) {
      int before = read.size();
      copy.log.readFromDisk(from + before, bytesMax, reading);
      copy.settle();
      assertThat(reading.failure).isNull();
      assertThat(read.size()).isGreaterThan(before);
    }
    assertThat(read.toByteArray())
        .isEqualTo(Arrays.copyOfRange(history, (int) from, history.length));
    copy.log.readFromDisk(history.length, bytesMax, reading);
    copy.settle();
    assertThat(reading.failure).isNull();
    assertThat(from + read.size()).isEqualTo(history.length);
  }

  @Test
  void readingWhatIsNotOnDiskFails() throws IOException {
    TestCopy copy = new TestCopy(volume, settings(Fsync.NO, 500, 0)).born();
    write(copy, 100);
    copy.storage.snapshot(failure -> assertThat(failure).isNull());
    copy.settle();
    Reading reading = new Reading(new ByteArrayOutputStream());
    copy.log.readFromDisk(0, 1000, reading);
    copy.settle();
    assertThat(reading.failure).isEqualTo("offset 0 is not on disk");

    copy.log.readFromDisk(copy.log.firstOffset(), 1000, reading);
    copy.log.reset("other", 5000, 2);
    copy.settle();
    assertThat(reading.failure).isEqualTo("the log has started over");
  }

  private static final class Reading implements LogDisk.Reader {
    private final ByteArrayOutputStream into;
    private String failure;

    Reading(ByteArrayOutputStream into) {
      this.into = into;
    }

    @Override
    public void read(byte[] records, int length) {
      into.write(records, 0, length);
    }

    @Override
    public void failed(String reason) {
      failure = reason;
    }
  }

  // ---- whose data it is

  @Test
  void remembersItsIdentity() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS);
    assertThat(copy.storage.shard()).isZero();
    assertThat(copy.log.replicationId()).isEmpty();
    copy.storage.belongTo(3);
    copy.log.beginEpoch(1, "a");
    write(copy, 5);
    long switched = copy.log.endOffset();
    copy.log.beginEpoch(7, "b");
    write(copy, 5);
    volume.crash();

    TestCopy again = new TestCopy(volume, ALWAYS);
    assertThat(again.storage.shard()).isEqualTo(3);
    assertThat(again.log.identity()).isEqualTo(copy.log.identity());
    assertThat(again.log.secondaryUntil()).isEqualTo(switched);
    assertThat(again.log.epoch()).isEqualTo(7);
    assertThat(again.storage.incarnation()).isEqualTo(copy.storage.incarnation() + 1);
  }

  /** Bytes of a new history are never found under the old name, whenever the machine goes down. */
  @Test
  void theNewNameIsDurableBeforeWhatIsWrittenUnderIt() throws IOException {
    Set<String> names = new HashSet<>();
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      MemoryVolume volume = new MemoryVolume(random);
      TestCopy copy = new TestCopy(volume, settings(Fsync.NO, 1 << 20, 1 << 20)).born();
      write(copy, 5);
      long switched = copy.log.endOffset();
      copy.log.beginEpoch(2, "second");
      for (int i = random.nextInt(10); i >= 0; i--) {
        copy.executeRandom(random);
        copy.turn(random);
      }
      volume.crash();
      TestCopy again = new TestCopy(volume, settings(Fsync.NO, 1 << 20, 1 << 20));
      names.add(again.log.replicationId());
      if (again.log.replicationId().equals("first")) {
        assertThat(again.log.endOffset()).isLessThanOrEqualTo(switched);
      } else {
        assertThat(again.log.secondaryId()).isEqualTo("first");
      }
    }
    assertThat(names).containsExactlyInAnyOrder("first", "second");
  }

  /** A full resync is void until its snapshot is there; then, and only then, it is the copy. */
  @Test
  void aCrashDuringAFullResyncNeverMixesOldAndNew() throws IOException {
    Set<String> outcomes = new HashSet<>();
    for (int seed = 0; seed < 300; seed++) {
      Random random = new Random(seed);
      TestCopy leader = new TestCopy(new MemoryVolume(random), ALWAYS).born();
      for (int i = 0; i < 50; i++) {
        leader.execute("SET", "new" + i, "value");
      }
      MemoryVolume volume = new MemoryVolume(random);
      TestCopy copy = new TestCopy(volume, ALWAYS);
      copy.storage.belongTo(1);
      copy.log.beginEpoch(1, "old");
      for (int i = 0; i < 50; i++) {
        copy.execute("SET", "old" + i, "value");
        copy.turn(random);
      }
      copy.settle();
      Map<Integer, String> before = copy.data();
      copy.syncFrom(leader);
      assertThat(copy.log.fsyncedOffset()).isZero();
      turns(copy, random);
      copy.storage.syncComplete();
      turns(copy, random);
      boolean promised = copy.log.fsyncedOffset() > 0;
      if (random.nextInt(3) > 0) {
        volume.failWrites(random.nextInt(3) == 0 ? "No space left on device" : null);
        for (int i = 0; i < 10; i++) {
          copy.execute("SET", "after" + i, "value");
          turns(copy, random);
        }
        promised |= copy.log.fsyncedOffset() > 0;
      }
      volume.failWrites(null);
      volume.crash();

      TestCopy again = new TestCopy(volume, ALWAYS);
      String id = again.log.replicationId();
      outcomes.add(id);
      if (promised) {
        assertThat(id).isEqualTo("first");
      }
      switch (id) {
        case "" -> assertThat(again.data()).isEmpty();
        case "old" -> assertThat(again.data()).isEqualTo(before);
        default -> {
          assertThat(again.log.endOffset()).isGreaterThanOrEqualTo(leader.log.endOffset());
          assertThat(again.data().keySet()).containsAll(leader.data().keySet());
          assertThat(again.data().toString()).doesNotContain("old");
        }
      }
    }
    assertThat(outcomes).containsExactlyInAnyOrder("", "old", "first");
  }

  private static void turns(TestCopy copy, Random random) {
    for (int i = random.nextInt(12); i > 0; i--) {
      copy.turn(random);
    }
  }

  @Test
  void theFirstSnapshotAfterAFullResyncWaitsUntilTheDataBeforeIsVoid() throws IOException {
    TestCopy leader = new TestCopy(new MemoryVolume(new Random(2)), ALWAYS).born();
    write(leader, 100);
    TestCopy copy = new TestCopy(volume, ALWAYS);
    List<String> failures = new ArrayList<>();
    copy.storage.onSnapshot(failures::add);
    copy.storage.belongTo(1);
    // A job that knows nothing of the resync is still at the disk when it ends.
    copy.storage.flush();
    copy.syncFrom(leader);
    copy.storage.syncComplete();
    copy.settle();
    copy.advance(1);
    copy.settle();
    assertThat(failures).containsExactly((String) null);
    assertThat(copy.log.fsyncedOffset()).isEqualTo(copy.log.endOffset());
  }

  @Test
  void afterAFullResyncTheCopyRecoversAtTheLeadersOffset() throws IOException {
    TestCopy leader = new TestCopy(new MemoryVolume(new Random(2)), ALWAYS).born();
    write(leader, 100);
    TestCopy copy = new TestCopy(volume, ALWAYS);
    copy.storage.belongTo(1);
    copy.syncFrom(leader);
    copy.settle();
    copy.storage.syncComplete();
    copy.execute("SET", "after", "the sync");
    copy.settle();
    assertThat(copy.log.fsyncedOffset()).isEqualTo(copy.log.endOffset());
    volume.crash();

    TestCopy again = new TestCopy(volume, ALWAYS);
    assertThat(again.data()).isEqualTo(copy.data());
    assertThat(again.log.endOffset()).isEqualTo(copy.log.endOffset());
    assertThat(again.log.replicationId()).isEqualTo("first");
  }

  @Test
  void aCopyThatJoinsAnotherShardStartsEmpty() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    write(copy, 20);
    copy.storage.belongTo(1);
    assertThat(copy.data()).isNotEmpty();

    copy.storage.belongTo(2);
    copy.settle();

    assertThat(copy.data()).isEmpty();
    assertThat(copy.log.replicationId()).isEmpty();
    assertThat(copy.log.endOffset()).isZero();
    assertThat(copy.log.fsyncedOffset()).isZero();
    assertThat(volume.find(".slog")).isEmpty();
    volume.crash();
    TestCopy again = new TestCopy(volume, ALWAYS);
    assertThat(again.storage.shard()).isEqualTo(2);
    assertThat(again.data()).isEmpty();
    again.log.beginEpoch(1, "other");
    write(again, 5);
    volume.crash();
    assertThat(new TestCopy(volume, ALWAYS).data()).isEqualTo(again.data());
  }

  @Test
  void aNodeThatLostItsDiskDoesNotComeBackUnderAnOldIncarnation() throws IOException {
    TestCopy copy = new TestCopy(volume, ALWAYS).born();
    copy.settle();
    long later = 1_800_000_000_000L + 60_000;
    CopyMeta lost = CopyMeta.NONE.started(later);
    assertThat((long) lost.incarnation()).isGreaterThan(copy.storage.incarnation());
  }

  @Test
  void closingMakesEverythingDurable() throws IOException {
    TestCopy copy = new TestCopy(volume, settings(Fsync.NO, 1 << 20, 1 << 20)).born();
    for (int i = 0; i < 10; i++) {
      copy.execute("SET", "key" + i, "value");
    }
    boolean[] closed = {false};
    copy.storage.close(() -> closed[0] = true);
    copy.settle();
    assertThat(closed[0]).isTrue();
    volume.crash();
    assertThat(new TestCopy(volume, ALWAYS).data()).isEqualTo(copy.data());
  }

  private static void write(TestCopy copy, int records) {
    for (int i = 0; i < records; i++) {
      copy.execute("SET", "key" + i, "value" + i);
      copy.settle();
    }
  }
}
