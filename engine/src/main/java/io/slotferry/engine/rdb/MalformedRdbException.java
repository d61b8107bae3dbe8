package io.slotferry.engine.rdb;

import java.io.IOException;

/** An RDB file that is damaged, or has what cannot be read here. */
public final class MalformedRdbException extends IOException {
  private static final long serialVersionUID = 1;

  /**
   * @param offset bytes from the start of the file to where it was noticed
   */
  MalformedRdbException(String reason, long offset) {
    super(reason + ", at byte " + offset);
  }
}
