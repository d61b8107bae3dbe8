package io.slotferry.replication.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.util.List;

/** The file system as the storage uses it, so that tests can make it fail and crash. */
public interface Volume {
  /** Opens for reading and writing; creates the file if it is not there. */
  VolumeFile open(Path file) throws IOException;

  boolean exists(Path file);

  /** The names of what the folder holds, sorted; none when there is no such folder. */
  List<String> list(Path folder) throws IOException;

  /** With its parents; nothing when it is there. */
  void createFolder(Path folder) throws IOException;

  /** Deletes a file; nothing when there is none. */
  void delete(Path file) throws IOException;

  /** Deletes a folder and the files in it. */
  void deleteFolder(Path folder) throws IOException;

  /** Renames a file, atomically replacing what is at {@code target}. */
  void rename(Path source, Path target) throws IOException;

  /** Makes names that were created, renamed or deleted in the folder durable. */
  void forceFolder(Path folder) throws IOException;

  /**
   * Locks a file against other processes until closed; the process ending, however, unlocks it too.
   *
   * @throws StorageException if another process, or this one, holds it
   */
  Closeable lock(Path file) throws IOException;
}
