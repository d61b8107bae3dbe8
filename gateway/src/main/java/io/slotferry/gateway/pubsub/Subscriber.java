package io.slotferry.gateway.pubsub;

/** Who gets messages; equal only to itself. Thread: its gateway loop. */
public interface Subscriber {
  /** 2 or 3. */
  int respVersion();

  /** Sends {@code bytes[0, length)}, RESP; valid only during the call. */
  void push(byte[] bytes, int length);
}
