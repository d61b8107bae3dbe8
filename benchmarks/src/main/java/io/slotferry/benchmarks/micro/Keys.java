package io.slotferry.benchmarks.micro;

import io.slotferry.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.SplittableRandom;

/** Requests on random keys, made beforehand. */
final class Keys {
  /** So many keys are in the table, and so many requests are executed in turn; a power of 2. */
  static final int COUNT = 1 << 16;

  private static final int SEED = 5;

  private final Request[] requests = new Request[COUNT];
  private int next;

  /** {@code arguments}: texts in which {@code %d} becomes a key's number. */
  Keys(String... arguments) {
    SplittableRandom random = new SplittableRandom(SEED);
    for (int i = 0; i < COUNT; i++) {
      requests[i] = request(random.nextInt(COUNT), arguments);
    }
  }

  static Request request(int number, String... arguments) {
    String[] filled = new String[arguments.length];
    for (int i = 0; i < arguments.length; i++) {
      filled[i] = arguments[i].replace("%d", "%012d".formatted(number));
    }
    return Request.of(filled);
  }

  static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  Request next() {
    next = next + 1 & COUNT - 1;
    return requests[next];
  }
}
