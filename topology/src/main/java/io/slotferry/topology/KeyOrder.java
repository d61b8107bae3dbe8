package io.slotferry.topology;

import java.util.Comparator;

/**
 * The order of a range keyspace's keys. Codes are persisted: append only.
 *
 * <p>{@link #NATURAL} compares runs of ASCII digits as numbers of any length, so that {@code
 * event:999} comes before {@code event:1000}; keys that differ only in leading zeros are told apart
 * by their bytes, which keeps the order total and consistent with equality.
 */
public enum KeyOrder implements Comparator<byte[]> {
  BYTES,
  NATURAL;

  @Override
  public int compare(byte[] left, byte[] right) {
    return compare(left, 0, left.length, right, 0, right.length);
  }

  /** Compares {@code a[aStart, aStart + aLength)} with {@code b[bStart, bStart + bLength)}. */
  public int compare(byte[] a, int aStart, int aLength, byte[] b, int bStart, int bLength) {
    int bytewise =
        java.util.Arrays.compareUnsigned(a, aStart, aStart + aLength, b, bStart, bStart + bLength);
    if (this == BYTES || bytewise == 0) {
      return bytewise;
    }
    int natural = compareNatural(a, aStart, aStart + aLength, b, bStart, bStart + bLength);
    return natural != 0 ? natural : bytewise;
  }

  private static int compareNatural(byte[] a, int aAt, int aEnd, byte[] b, int bAt, int bEnd) {
    while (aAt < aEnd && bAt < bEnd) {
      if (isDigit(a[aAt]) && isDigit(b[bAt])) {
        int aFrom = skipZeros(a, aAt, aEnd);
        int bFrom = skipZeros(b, bAt, bEnd);
        aAt = endOfDigits(a, aFrom, aEnd);
        bAt = endOfDigits(b, bFrom, bEnd);
        int byLength = Integer.compare(aAt - aFrom, bAt - bFrom);
        if (byLength != 0) {
          return byLength;
        }
        int byDigits = java.util.Arrays.compareUnsigned(a, aFrom, aAt, b, bFrom, bAt);
        if (byDigits != 0) {
          return byDigits;
        }
      } else {
        int byByte = Integer.compare(a[aAt] & 0xff, b[bAt] & 0xff);
        if (byByte != 0) {
          return byByte;
        }
        aAt++;
        bAt++;
      }
    }
    return Integer.compare(aEnd - aAt, bEnd - bAt);
  }

  private static boolean isDigit(byte b) {
    return b >= '0' && b <= '9';
  }

  private static int skipZeros(byte[] key, int at, int end) {
    while (at < end - 1 && key[at] == '0' && isDigit(key[at + 1])) {
      at++;
    }
    return at;
  }

  private static int endOfDigits(byte[] key, int at, int end) {
    while (at < end && isDigit(key[at])) {
      at++;
    }
    return at;
  }
}
