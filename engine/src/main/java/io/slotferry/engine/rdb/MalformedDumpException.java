package io.slotferry.engine.rdb;

/** Bytes that no value was serialised to. */
final class MalformedDumpException extends RuntimeException {
  private static final long serialVersionUID = 1;

  MalformedDumpException(String message) {
    super(message);
  }
}
