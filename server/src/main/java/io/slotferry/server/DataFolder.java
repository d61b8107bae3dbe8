package io.slotferry.server;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.channels.FileLock;
import java.nio.channels.OverlappingFileLockException;
import java.nio.file.AccessDeniedException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** A folder for data, held by one process at a time. */
public final class DataFolder implements AutoCloseable {
  private static final String LOCK_FILE = "process.lock";

  private final Path path;
  private final FileChannel channel;
  private final boolean ephemeral;

  private DataFolder(Path path, FileChannel channel, boolean ephemeral) {
    this.path = path;
    this.channel = channel;
    this.ephemeral = ephemeral;
  }

  /** Makes the folder if it is not there, and takes it. */
  public static DataFolder open(Path path) throws StartRefusedException {
    return open(path, false);
  }

  /** A new folder that {@link #close} removes with all that is in it. */
  public static DataFolder ephemeral() throws StartRefusedException {
    try {
      return open(Files.createTempDirectory("slotferry-"), true);
    } catch (IOException e) {
      throw new StartRefusedException("cannot make a temporary folder: " + reason(e));
    }
  }

  private static DataFolder open(Path path, boolean ephemeral) throws StartRefusedException {
    FileChannel channel;
    try {
      Files.createDirectories(path);
      channel =
          FileChannel.open(
              path.resolve(LOCK_FILE), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
    } catch (IOException e) {
      throw new StartRefusedException("cannot write to the data folder " + path + ": " + reason(e));
    }
    try {
      if (lock(channel) != null) {
        return new DataFolder(path, channel, ephemeral);
      }
      channel.close();
    } catch (IOException e) {
      throw new StartRefusedException("cannot lock the data folder " + path + ": " + reason(e));
    }
    throw new StartRefusedException("the data folder " + path + " is in use by another process");
  }

  private static @Nullable FileLock lock(FileChannel channel) throws IOException {
    try {
      return channel.tryLock();
    } catch (OverlappingFileLockException e) {
      return null;
    }
  }

  public Path path() {
    return path;
  }

  /** The names of the folders in it, in order. */
  public List<String> folders() throws StartRefusedException {
    try (Stream<Path> entries = Files.list(path)) {
      return entries
          .filter(Files::isDirectory)
          .map(entry -> entry.getFileName().toString())
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new StartRefusedException("cannot read the data folder " + path + ": " + reason(e));
    }
  }

  /** Gives the folder up. */
  @Override
  public void close() {
    try {
      channel.close();
      if (ephemeral) {
        delete(path);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /** Removes a folder and all that is in it. */
  public static void delete(Path folder) throws IOException {
    List<Path> paths = new ArrayList<>();
    Files.walkFileTree(
        folder,
        new SimpleFileVisitor<>() {
          @Override
          public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) {
            paths.add(file);
            return FileVisitResult.CONTINUE;
          }

          @Override
          public FileVisitResult postVisitDirectory(Path path, @Nullable IOException failure) {
            paths.add(path);
            return FileVisitResult.CONTINUE;
          }
        });
    for (Path path : paths) {
      Files.deleteIfExists(path);
    }
  }

  /** What is wrong, without the path, which the exceptions of files give as their message. */
  private static String reason(IOException e) {
    return switch (e) {
      case AccessDeniedException _ -> "permission denied";
      case FileAlreadyExistsException _ -> "it is no folder";
      case FileSystemException system when system.getReason() != null -> system.getReason();
      default -> String.valueOf(e.getMessage());
    };
  }
}
