package io.slotferry.engine.value;

/** A field and its value in one array: length of the value (varint), value, field (the rest). */
final class FieldEntry {
  private FieldEntry() {}

  static byte[] of(
      byte[] field,
      int fieldStart,
      int fieldLength,
      byte[] value,
      int valueStart,
      int valueLength) {
    int at = varintLength(valueLength);
    byte[] entry = new byte[at + valueLength + fieldLength];
    int rest = valueLength;
    for (int i = 0; i < at - 1; i++) {
      entry[i] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    entry[at - 1] = (byte) rest;
    System.arraycopy(value, valueStart, entry, at, valueLength);
    System.arraycopy(field, fieldStart, entry, at + valueLength, fieldLength);
    return entry;
  }

  private static int varintLength(int value) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
    return (bits + 6) / 7;
  }

  static int valueStart(byte[] entry) {
    int at = 0;
    while (entry[at] < 0) {
      at++;
    }
    return at + 1;
  }

  static int valueLength(byte[] entry) {
    int length = 0;
    for (int i = 0; ; i++) {
      length |= (entry[i] & 0x7f) << 7 * i;
      if (entry[i] >= 0) {
        return length;
      }
    }
  }

  static int fieldStart(byte[] entry) {
    return valueStart(entry) + valueLength(entry);
  }
}
