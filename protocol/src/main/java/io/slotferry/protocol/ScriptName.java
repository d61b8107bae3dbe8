package io.slotferry.protocol;

import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/** The name of a script: the SHA-1 of its body in lower-case hexadecimal digits. */
public final class ScriptName {
  public static final int DIGITS = 40;

  private ScriptName() {}

  public static String of(byte[] body, int start, int length) {
    try {
      MessageDigest digest = MessageDigest.getInstance("SHA-1");
      digest.update(body, start, length);
      return HexFormat.of().formatHex(digest.digest());
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every Java has SHA-1", e);
    }
  }
}
