package io.slotferry.server.importer;

import java.nio.charset.StandardCharsets;

/** Bytes as they can stand in a message. */
final class Printable {
  private static final int CHARS_MAX = 80;

  private Printable() {}

  static String text(byte[] bytes) {
    StringBuilder text = new StringBuilder();
    for (char next : new String(bytes, StandardCharsets.ISO_8859_1).toCharArray()) {
      if (text.length() >= CHARS_MAX) {
        return text.append('…').toString();
      }
      if (next >= ' ' && next < 0x7f) {
        text.append(next);
      } else {
        text.append(String.format("\\x%02x", (int) next));
      }
    }
    return text.toString();
  }
}
