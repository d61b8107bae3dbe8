package io.slotferry.protocol;

/** Bytes that are no RESP reply: the peer is broken, or does not speak RESP at all. */
public final class MalformedReplyException extends RuntimeException {
  private static final long serialVersionUID = 1L;

  public MalformedReplyException(String message) {
    super(message);
  }
}
