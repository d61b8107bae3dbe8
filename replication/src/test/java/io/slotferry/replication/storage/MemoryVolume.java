package io.slotferry.replication.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * A file system in memory that can crash and fail. It keeps what was forced apart from what was
 * only written: {@link #crash} loses the latter, or any part of it, names of files included.
 */
public final class MemoryVolume implements Volume {
  private final Random random;
  private final Set<Path> folders = new HashSet<>();
  private final Set<Path> locks = new HashSet<>();
  private Map<Path, Content> files = new HashMap<>();
  private Map<Path, Content> durableFiles = new HashMap<>();
  private @Nullable String writeFailure;
  private @Nullable String forceFailure;
  long writes;

  public MemoryVolume(Random random) {
    this.random = random;
  }

  /** Writes fail with this reason from now on, after a part of them is written; null ends it. */
  public void failWrites(@Nullable String reason) {
    writeFailure = reason;
  }

  /** Forcing fails, and drops what it should have forced; null ends it. */
  public void failForces(@Nullable String reason) {
    forceFailure = reason;
  }

  /** The machine goes down: what was not forced is there, or not, or in part. */
  public void crash() {
    Set<Path> paths = new TreeSet<>(files.keySet());
    paths.addAll(durableFiles.keySet());
    Map<Path, Content> after = new LinkedHashMap<>();
    for (Path path : paths) {
      Content content = random.nextBoolean() ? files.get(path) : durableFiles.get(path);
      if (content != null) {
        after.put(path, content);
      }
    }
    new LinkedHashSet<>(after.values()).forEach(content -> content.crash(random));
    files = after;
    durableFiles = new HashMap<>(after);
    locks.clear();
  }

  /**
   * The process is killed: what was written is there, and can still be forced. (Not so after a
   * force that failed; but that, a kill and then a power cut is more than the storage promises to
   * survive.)
   */
  public void kill() {
    locks.clear();
    files.values().forEach(Content::makeDirty);
  }

  /** The files whose name contains {@code part}. */
  List<Path> find(String part) {
    List<Path> found = new ArrayList<>();
    for (Path path : new TreeSet<>(files.keySet())) {
      if (path.toString().contains(part)) {
        found.add(path);
      }
    }
    return found;
  }

  /** Changes one byte. */
  void damage(Path path, int position) {
    files.get(path).bytes[position] ^= 0x55;
  }

  int size(Path path) {
    return files.get(path).bytes.length;
  }

  int forcedSize(Path path) {
    return files.get(path).forced.length;
  }

  void truncate(Path path, int size) {
    Content content = files.get(path);
    content.bytes = Arrays.copyOf(content.bytes, size);
  }

  @Override
  public VolumeFile open(Path path) throws IOException {
    if (!folders.contains(path.getParent())) {
      throw new IOException("no folder for " + path);
    }
    return new OpenFile(files.computeIfAbsent(path, absent -> new Content()));
  }

  @Override
  public boolean exists(Path file) {
    return files.containsKey(file);
  }

  @Override
  public List<String> list(Path folder) {
    Set<String> names = new TreeSet<>();
    files.keySet().stream()
        .filter(path -> path.getParent().equals(folder))
        .forEach(path -> names.add(path.getFileName().toString()));
    folders.stream()
        .filter(path -> folder.equals(path.getParent()))
        .forEach(path -> names.add(path.getFileName().toString()));
    return new ArrayList<>(names);
  }

  @Override
  public void createFolder(Path folder) {
    folders.add(folder);
  }

  @Override
  public void delete(Path file) {
    files.remove(file);
  }

  @Override
  public void deleteFolder(Path folder) {
    files.keySet().removeIf(path -> path.getParent().equals(folder));
    folders.remove(folder);
  }

  @Override
  public void rename(Path source, Path target) throws IOException {
    Content content = files.remove(source);
    if (content == null) {
      throw new IOException("no file " + source);
    }
    files.put(target, content);
  }

  @Override
  public void forceFolder(Path folder) throws IOException {
    if (forceFailure != null) {
      throw new IOException(forceFailure);
    }
    durableFiles.keySet().removeIf(path -> path.getParent().equals(folder));
    files.forEach((path, content) -> {
      if (path.getParent().equals(folder)) {
        durableFiles.put(path, content);
      }
    });
  }

  @Override
  public Closeable lock(Path file) throws IOException {
    if (!locks.add(file)) {
      throw new StorageException("in use");
    }
    return () -> locks.remove(file);
  }

  private static final class Content {
    private byte[] bytes = new byte[0];
    private byte[] forced = new byte[0];
    private boolean[] dirty = new boolean[0];

    void write(long position, byte[] source, int length) {
      int end = (int) position + length;
      if (end > bytes.length) {
        bytes = Arrays.copyOf(bytes, end);
        dirty = Arrays.copyOf(dirty, end);
      }
      System.arraycopy(source, 0, bytes, (int) position, length);
      Arrays.fill(dirty, (int) position, end, true);
    }

    void truncate(int size) {
      bytes = Arrays.copyOf(bytes, Math.min(size, bytes.length));
      dirty = Arrays.copyOf(dirty, bytes.length);
    }

    void force() {
      byte[] durable = Arrays.copyOf(forced, bytes.length);
      for (int i = 0; i < bytes.length; i++) {
        if (dirty[i]) {
          durable[i] = bytes[i];
        }
      }
      forced = durable;
      Arrays.fill(dirty, false);
    }

    /** The pages are clean now, although they never reached the disk. */
    void dropDirty() {
      Arrays.fill(dirty, false);
    }

    void makeDirty() {
      Arrays.fill(dirty, true);
    }

    void crash(Random random) {
      byte[] after = Arrays.copyOf(forced, Math.max(forced.length, survivingSize(random)));
      int hole = random.nextInt(after.length + 1);
      int holeEnd = random.nextInt(4) == 0 ? hole + random.nextInt(600) : hole;
      for (int i = 0; i < Math.min(after.length, bytes.length); i++) {
        if (dirty[i] && (i < hole || i >= holeEnd)) {
          after[i] = bytes[i];
        }
      }
      bytes = after;
      forced = after.clone();
      dirty = new boolean[after.length];
    }

    private int survivingSize(Random random) {
      return random.nextInt(bytes.length + 1);
    }
  }

  private final class OpenFile implements VolumeFile {
    private final Content content;

    OpenFile(Content content) {
      this.content = content;
    }

    @Override
    public long size() {
      return content.bytes.length;
    }

    @Override
    public int read(ByteBuffer target, long position) {
      int count = (int) Math.min(target.remaining(), content.bytes.length - position);
      if (count <= 0) {
        return -1;
      }
      target.put(content.bytes, (int) position, count);
      return count;
    }

    @Override
    public void write(ByteBuffer source, long position) throws IOException {
      writes++;
      byte[] bytes = new byte[source.remaining()];
      source.get(bytes);
      if (writeFailure != null) {
        content.write(position, bytes, random.nextInt(bytes.length + 1));
        throw new IOException(writeFailure);
      }
      content.write(position, bytes, bytes.length);
    }

    @Override
    public void truncate(long size) {
      content.truncate((int) size);
    }

    @Override
    public void force() throws IOException {
      if (forceFailure != null) {
        content.dropDirty();
        throw new IOException(forceFailure);
      }
      content.force();
    }

    @Override
    public void close() {}
  }
}
