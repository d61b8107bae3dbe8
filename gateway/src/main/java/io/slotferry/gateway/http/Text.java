package io.slotferry.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Base64;

/**
 * Bytes in JSON: as text where they are UTF-8, else as base64. One document uses one encoding: if
 * any of its bytes are not UTF-8, all are base64 and the document says {@code "encoding":"base64"}.
 */
final class Text {
  private boolean base64;

  /** Base64 if the document said so. */
  static Text of(boolean base64) {
    Text text = new Text();
    text.base64 = base64;
    return text;
  }

  /** Looks at bytes that will be in the document. */
  void consider(byte[] bytes) {
    base64 |= !isUtf8(bytes);
  }

  boolean isBase64() {
    return base64;
  }

  String encode(byte[] bytes) {
    return base64
        ? Base64.getEncoder().encodeToString(bytes)
        : new String(bytes, StandardCharsets.UTF_8);
  }

  byte[] decode(String text) {
    if (!base64) {
      return text.getBytes(StandardCharsets.UTF_8);
    }
    try {
      // Both alphabets: that of RFC 4648 §5 needs no escapes in a URL.
      return Base64.getDecoder().decode(text.replace('-', '+').replace('_', '/'));
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Problem.badRequest("not base64: " + e.getMessage()));
    }
  }

  static byte[] utf8(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }

  /** The bytes of a part of a URL's path, which need not be UTF-8. */
  static byte[] percentDecode(String raw) {
    byte[] bytes = utf8(raw);
    int length = 0;
    for (int i = 0; i < bytes.length; i++) {
      byte b = bytes[i];
      if (b == '%') {
        int high = i + 2 < bytes.length ? Character.digit(bytes[i + 1], 16) : -1;
        int low = i + 2 < bytes.length ? Character.digit(bytes[i + 2], 16) : -1;
        if (high < 0 || low < 0) {
          throw new ProblemException(Problem.badRequest("a % in the URL without two digits"));
        }
        b = (byte) (high << 4 | low);
        i += 2;
      }
      bytes[length++] = b;
    }
    return Arrays.copyOf(bytes, length);
  }

  static boolean isUtf8(byte[] bytes) {
    boolean ascii = true;
    for (byte b : bytes) {
      ascii &= b >= 0;
    }
    if (ascii) {
      return true;
    }
    try {
      StandardCharsets.UTF_8
          .newDecoder()
          .onMalformedInput(CodingErrorAction.REPORT)
          .decode(ByteBuffer.wrap(bytes));
      return true;
    } catch (CharacterCodingException e) {
      return false;
    }
  }
}
