package io.slotferry.replication.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Stream;

/** The file system of the machine. */
public final class FileVolume implements Volume {
  private static final Set<Path> LOCKED = ConcurrentHashMap.newKeySet();

  @Override
  public VolumeFile open(Path file) throws IOException {
    return new ChannelFile(
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE));
  }

  @Override
  public boolean exists(Path file) {
    return Files.exists(file);
  }

  @Override
  public List<String> list(Path folder) throws IOException {
    List<String> names = new ArrayList<>();
    if (Files.isDirectory(folder)) {
      try (Stream<Path> entries = Files.list(folder)) {
        entries.forEach(entry -> names.add(entry.getFileName().toString()));
      }
    }
    Collections.sort(names);
    return names;
  }

  @Override
  public void createFolder(Path folder) throws IOException {
    Files.createDirectories(folder);
  }

  @Override
  public void delete(Path file) throws IOException {
    Files.deleteIfExists(file);
  }

  @Override
  public void deleteFolder(Path folder) throws IOException {
    for (String name : list(folder)) {
      delete(folder.resolve(name));
    }
    delete(folder);
  }

  @Override
  public void rename(Path source, Path target) throws IOException {
    Files.move(source, target, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    try (FileChannel channel = FileChannel.open(folder, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  @Override
  public Closeable lock(Path file) throws IOException {
    // Closing a second channel of a file would end this process' own lock on it.
    Path key = file.toAbsolutePath().normalize();
    if (!LOCKED.add(key)) {
      throw inUse(file, "pid " + ProcessHandle.current().pid());
    }
    try {
      FileChannel channel = lockedChannel(file);
      return () -> {
        channel.close();
        LOCKED.remove(key);
      };
    } catch (IOException failed) {
      LOCKED.remove(key);
      throw failed;
    }
  }

  private static FileChannel lockedChannel(Path file) throws IOException {
    FileChannel channel =
        FileChannel.open(
            file, StandardOpenOption.CREATE, StandardOpenOption.READ, StandardOpenOption.WRITE);
    if (channel.tryLock() == null) {
      try (channel) {
        throw inUse(file, holder(channel));
      }
    }
    channel.truncate(0);
    String pid = "pid " + ProcessHandle.current().pid();
    channel.write(ByteBuffer.wrap(pid.getBytes(StandardCharsets.US_ASCII)), 0);
    return channel;
  }

  private static StorageException inUse(Path file, String holder) {
    return new StorageException(
        "the folder "
            + file.getParent()
            + " is in use by another process ("
            + holder
            + "): end that one first, or give this node a folder of its own");
  }

  private static String holder(FileChannel channel) throws IOException {
    ByteBuffer text = ByteBuffer.allocate(32);
    int length = channel.read(text, 0);
    return length <= 0
        ? "unknown pid"
        : new String(text.array(), 0, length, StandardCharsets.US_ASCII);
  }

  private record ChannelFile(FileChannel channel) implements VolumeFile {
    @Override
    public long size() throws IOException {
      return channel.size();
    }

    @Override
    public int read(ByteBuffer target, long position) throws IOException {
      return channel.read(target, position);
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      long at = position;
      while (source.hasRemaining()) {
        at += channel.write(source, at);
      }
    }

    @Override
    public void truncate(long size) throws IOException {
      channel.truncate(size);
    }

    @Override
    public void force() throws IOException {
      channel.force(false);
    }

    @Override
    public void close() throws IOException {
      channel.close();
    }
  }
}
