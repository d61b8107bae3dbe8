package io.slotferry.replication.storage;

import java.io.IOException;

/** A copy cannot be opened; the message tells the operator why, and what to do. */
public final class StorageException extends IOException {
  private static final long serialVersionUID = 1L;

  public StorageException(String message) {
    super(message);
  }
}
