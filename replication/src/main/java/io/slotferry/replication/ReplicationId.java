package io.slotferry.replication;

import java.security.SecureRandom;
import java.util.HexFormat;

/** Names of histories: 40 random hexadecimal digits, as Redis' replication ids. */
final class ReplicationId {
  private static final int BYTES = 20;
  private static final SecureRandom RANDOM = new SecureRandom();

  private ReplicationId() {}

  static String random() {
    byte[] bytes = new byte[BYTES];
    RANDOM.nextBytes(bytes);
    return HexFormat.of().formatHex(bytes);
  }
}
