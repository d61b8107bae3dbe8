package io.slotferry.engine;

import java.nio.charset.StandardCharsets;
import java.util.List;

/** Keeps the events that it is told, {@code name key}; nobody asks it for anything else. */
public record EventRecorder(List<String> events) implements KeyObserver {
  @Override
  public void event(int eventClass, int keyspace, byte[] name, byte[] key, int start, int length) {
    String text = new String(key, start, length, StandardCharsets.ISO_8859_1);
    events.add(new String(name, StandardCharsets.US_ASCII) + ' ' + text);
  }

  @Override
  public void modified(byte[] key, int start, int length) {
    throw new AssertionError("nobody has asked for it");
  }

  @Override
  public void flushed() {
    throw new AssertionError("nobody has asked for it");
  }
}
