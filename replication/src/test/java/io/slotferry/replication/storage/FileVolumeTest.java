package io.slotferry.replication.storage;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.slotferry.engine.Engine;
import io.slotferry.engine.store.PartitionStore;
import io.slotferry.protocol.Request;
import io.slotferry.topology.Slots;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The real file system, with a disk thread and a loop of its own. */
class FileVolumeTest {
  private static final StorageSettings SETTINGS =
      new StorageSettings(Fsync.ALWAYS, 1 << 16, 20_000, 0, 1 << 30);

  @TempDir private Path folder;

  private final DiskThread disk = DiskThread.start();
  private final ExecutorService loop = Executors.newSingleThreadExecutor();

  @AfterEach
  void end() {
    disk.close();
    loop.shutdown();
  }

  private CopyStorage open(Engine engine) throws IOException {
    return CopyStorage.open(
        folder, SETTINGS, new FileVolume(), disk, loop, engine, System.currentTimeMillis());
  }

  private void onLoop(Runnable task) throws Exception {
    loop.submit(task).get(10, TimeUnit.SECONDS);
  }

  @Test
  void aCopyComesBackFromSnapshotAndLog() throws Exception {
    Engine engine = TestCopy.newEngine((keyspace, partition, effect) -> {});
    CopyStorage storage = open(engine);
    CountDownLatch durable = new CountDownLatch(1);
    CountDownLatch snapshot = new CountDownLatch(1);
    onLoop(() -> {
      storage.belongTo(1);
      storage.log().beginEpoch(1, "id");
      set(storage, engine, 0, 2000);
      storage.flush();
      storage.snapshot(failure -> snapshot.countDown());
      set(storage, engine, 1000, 3000);
      storage.flush();
      long end = storage.log().endOffset();
      storage
          .log()
          .onFsync(offset -> {
            if (offset == end) {
              durable.countDown();
            }
          });
    });
    assertThat(durable.await(10, TimeUnit.SECONDS)).isTrue();
    assertThat(snapshot.await(10, TimeUnit.SECONDS)).isTrue();
    assertThatThrownBy(() -> open(TestCopy.newEngine((keyspace, partition, effect) -> {})))
        .isInstanceOf(StorageException.class)
        .hasMessageContaining("in use by another process (pid " + ProcessHandle.current().pid())
        .hasMessageContaining(folder.toString());
    CountDownLatch closed = new CountDownLatch(1);
    onLoop(() -> storage.close(closed::countDown));
    assertThat(closed.await(10, TimeUnit.SECONDS)).isTrue();

    Engine recovered = TestCopy.newEngine((keyspace, partition, effect) -> {});
    CopyStorage again = open(recovered);
    assertThat(keys(recovered.store())).isEqualTo(3000);
    assertThat(TestCopy.data(recovered.store())).isEqualTo(TestCopy.data(engine.store()));
    assertThat(again.log().endOffset()).isEqualTo(storage.log().endOffset());
    assertThat(again.incarnation()).isGreaterThan(storage.incarnation());
    assertThat(new FileVolume().list(folder.resolve("copy-1")))
        .anyMatch(name -> name.endsWith(".snap"));
  }

  private static void set(CopyStorage storage, Engine engine, int from, int to) {
    for (int i = from; i < to; i++) {
      Request effect = Request.of("SET", "key" + i, "value" + from);
      int slot = Slots.slotOf(effect.copy(1));
      storage.log().effect(0, slot, effect);
      engine.apply(0, slot, effect);
    }
  }

  private static int keys(PartitionStore store) {
    int keys = 0;
    for (var at = store.after(-1); at != null; at = store.after(at.id())) {
      keys += at.size();
    }
    return keys;
  }

  @Test
  void anotherProcessHoldsTheFolder() throws Exception {
    Path script = folder.resolve("Holder.java");
    Files.writeString(
        script,
        """
        void main(String[] arguments) throws Exception {
          var channel = java.nio.channels.FileChannel.open(java.nio.file.Path.of(arguments[0]),
              java.nio.file.StandardOpenOption.CREATE, java.nio.file.StandardOpenOption.WRITE);
          channel.lock();
          channel.write(java.nio.ByteBuffer.wrap("pid 4711".getBytes()));
          System.out.println("locked");
          System.in.read();
        }
        """);
    Process holder =
        new ProcessBuilder(
                Path.of(System.getProperty("java.home"), "bin", "java").toString(),
                script.toString(),
                folder.resolve("node.lock").toString())
            .redirectError(ProcessBuilder.Redirect.INHERIT)
            .start();
    try {
      assertThat(holder.inputReader().readLine()).isEqualTo("locked");
      assertThatThrownBy(() -> open(TestCopy.newEngine((keyspace, partition, effect) -> {})))
          .isInstanceOf(StorageException.class)
          .hasMessage(
              "the folder "
                  + folder
                  + " is in use by another process (pid 4711): end that one first, or give this"
                  + " node a folder of its own");
    } finally {
      holder.destroy();
      holder.waitFor();
    }
    assertThat(open(TestCopy.newEngine((keyspace, partition, effect) -> {})).shard()).isZero();
  }

  @Test
  void replacesFilesAndListsThemSorted() throws IOException {
    FileVolume volume = new FileVolume();
    for (String name : new String[] {"b", "a", "c"}) {
      try (VolumeFile file = volume.open(folder.resolve(name))) {
        file.write(ByteBuffer.wrap(name.getBytes(StandardCharsets.UTF_8)), 0);
        file.force();
      }
    }
    volume.rename(folder.resolve("c"), folder.resolve("a"));
    volume.forceFolder(folder);
    assertThat(volume.list(folder)).containsExactly("a", "b");
    assertThat(Files.readString(folder.resolve("a"))).isEqualTo("c");
    assertThat(volume.list(folder.resolve("none"))).isEmpty();
  }
}
