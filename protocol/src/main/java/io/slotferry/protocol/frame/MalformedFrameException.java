package io.slotferry.protocol.frame;

/** A frame between nodes, or a record on disk, that does not decode. */
public final class MalformedFrameException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedFrameException(String message) {
    super(message);
  }
}
