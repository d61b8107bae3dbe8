package io.slotferry.server.demo;

/** A step of the demo did not come to its end. */
public final class DemoException extends Exception {
  private static final long serialVersionUID = 1;

  DemoException(String reason) {
    super(reason);
  }
}
