package io.slotferry.engine.value;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A few small elements one after another in one array, each as its length (varint: one byte below
 * 128) and its bytes: what Redis calls a listpack. It is searched from the front, which for so
 * little memory is faster than any table, and takes a fraction of the space.
 *
 * <p>An element may begin with {@code payloadBytes} that are not part of its name.
 */
final class Packed {
  private static final int SPARE_BYTES = 8;

  private final int payloadBytes;
  private byte[] bytes = new byte[0];
  private int used;
  private int count;

  Packed(int payloadBytes) {
    this.payloadBytes = payloadBytes;
  }

  /** The number of elements. */
  int count() {
    return count;
  }

  byte[] bytes() {
    return bytes;
  }

  // ---- positions: the offset of an element's length byte; the end is -1

  int first() {
    return used == 0 ? -1 : 0;
  }

  int next(int at) {
    int next = after(at);
    return next == used ? -1 : next;
  }

  /** The position of the element number {@code index}. */
  int position(int index) {
    int at = 0;
    for (int i = 0; i < index; i++) {
      at = after(at);
    }
    return at;
  }

  int randomPosition(RandomGenerator random, int stride) {
    return position(random.nextInt(count / stride) * stride);
  }

  private int after(int at) {
    return bodyAt(at) + lengthAt(at);
  }

  int bodyAt(int at) {
    int body = at + 1;
    while (bytes[body - 1] < 0) {
      body++;
    }
    return body;
  }

  /** Bytes of the body, payload included. */
  int lengthAt(int at) {
    int length = bytes[at];
    return length >= 0 ? length : longLengthAt(at);
  }

  private int longLengthAt(int at) {
    int length = 0;
    for (int i = at, shift = 0; ; i++, shift += 7) {
      length |= (bytes[i] & 0x7f) << shift;
      if (bytes[i] >= 0) {
        return length;
      }
    }
  }

  /** Points {@code out} at the element's name. */
  void nameAt(int at, Slice out) {
    out.view(bytes, bodyAt(at) + payloadBytes, lengthAt(at) - payloadBytes);
  }

  /** The position of the element of this name among every {@code stride}-th one, or -1. */
  int find(byte[] buffer, int start, int length, int stride) {
    int bodyLength = length + payloadBytes;
    int at = 0;
    while (at < used) {
      int name = bodyAt(at) + payloadBytes;
      if (lengthAt(at) == bodyLength
          && Arrays.equals(bytes, name, name + length, buffer, start, start + length)) {
        return at;
      }
      for (int i = 0; i < stride; i++) {
        at = after(at);
      }
    }
    return -1;
  }

  // ---- changes

  void append(byte[] source, int start, int length) {
    insert(used, source, start, length);
  }

  /** Puts an element before the one at {@code at}; {@code at} may be the end. */
  void insert(int at, byte[] source, int start, int length) {
    int head = varintLength(length);
    shift(at, head + length);
    write(at, head, source, start, length);
    count++;
  }

  void replace(int at, byte[] source, int start, int length) {
    int head = varintLength(length);
    int after = after(at);
    shift(after, at + head + length - after);
    write(at, head, source, start, length);
  }

  private void write(int at, int head, byte[] source, int start, int length) {
    int rest = length;
    for (int i = at; i < at + head - 1; i++) {
      bytes[i] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[at + head - 1] = (byte) rest;
    System.arraycopy(source, start, bytes, at + head, length);
  }

  private static int varintLength(int value) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
    return (bits + 6) / 7;
  }

  /** Removes {@code elements} elements from {@code at} on. */
  void remove(int at, int elements) {
    int end = at;
    for (int i = 0; i < elements; i++) {
      end = after(end);
    }
    shift(end, at - end);
    count -= elements;
  }

  /** The offset after the last element. */
  int end() {
    return used;
  }

  /** Moves everything from {@code at} on by {@code distance} bytes. */
  private void shift(int at, int distance) {
    int newUsed = used + distance;
    byte[] target = bytes;
    if (newUsed > bytes.length || newUsed < bytes.length / 2) {
      target = new byte[newUsed + (newUsed >>> 3) + (newUsed == 0 ? 0 : SPARE_BYTES)];
      System.arraycopy(bytes, 0, target, 0, Math.min(at, at + distance));
    }
    System.arraycopy(bytes, at, target, at + distance, used - at);
    bytes = target;
    used = newUsed;
  }
}
