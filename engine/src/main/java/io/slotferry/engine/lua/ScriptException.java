package io.slotferry.engine.lua;

/** What is wrong with a script's code, or with the arguments of a library function. */
public final class ScriptException extends RuntimeException {
  public ScriptException(String message) {
    super(message, null, false, false);
  }

  /** The message, one char per byte. */
  public String text() {
    String message = getMessage();
    return message == null ? "" : message;
  }
}
