package io.slotferry.gateway.http;

import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
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
      return Base64.getDecoder().decode(text);
    } catch (IllegalArgumentException e) {
      throw new ProblemException(Problem.badRequest("not base64: " + e.getMessage()));
    }
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
