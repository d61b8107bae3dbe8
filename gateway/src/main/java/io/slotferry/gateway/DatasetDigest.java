package io.slotferry.gateway;

import io.slotferry.protocol.ReplyReader;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;

/**
 * DEBUG DIGEST of all shards: what they say of each keyspace is joined by exclusive or, which does
 * not care where a key lives; the keyspaces are mixed in the order of their numbers, as Redis does.
 */
final class DatasetDigest {
  private static final int BYTES = 20;

  private final Map<Integer, byte[]> keyspaces = new TreeMap<>();

  /** Takes a shard's reply, an array of numbers and digests: the reader stands behind its head. */
  void add(ReplyReader reader) {
    int pairs = (int) reader.elements() / 2;
    for (int i = 0; i < pairs; i++) {
      reader.next();
      int number = Integer.parseInt(reader.text());
      reader.next();
      byte[] digest = HexFormat.of().parseHex(reader.text());
      keyspaces.merge(number, digest, DatasetDigest::xor);
    }
  }

  private static byte[] xor(byte[] left, byte[] right) {
    byte[] joined = left.clone();
    for (int i = 0; i < BYTES; i++) {
      joined[i] ^= right[i];
    }
    return joined;
  }

  String hex() {
    MessageDigest sha1;
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
    byte[] sum = new byte[BYTES];
    for (Map.Entry<Integer, byte[]> keyspace : keyspaces.entrySet()) {
      int number = keyspace.getKey();
      byte[] aux = {
        (byte) (number >>> 24), (byte) (number >>> 16), (byte) (number >>> 8), (byte) number
      };
      sum = sha1.digest(xor(sum, sha1.digest(aux)));
      sum = xor(sum, keyspace.getValue());
    }
    return HexFormat.of().formatHex(sum);
  }
}
