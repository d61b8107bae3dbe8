package io.slotferry.replication.storage;

import java.io.Closeable;
import java.io.IOException;
import java.nio.ByteBuffer;

/** One open file of a {@link Volume}. Thread: one at a time. */
public interface VolumeFile extends Closeable {
  long size() throws IOException;

  /** Reads at most what {@code target} has room for; the number of bytes, or -1 at the end. */
  int read(ByteBuffer target, long position) throws IOException;

  /** Writes all that {@code source} has left. After a failure any part of it may be there. */
  void write(ByteBuffer source, long position) throws IOException;

  void truncate(long size) throws IOException;

  /**
   * Makes what was written durable. After a failure the system may have dropped it: whoever goes on
   * writes it again, and only then forces again.
   */
  void force() throws IOException;
}
