package io.slotferry.engine.value;

import java.util.Arrays;
import java.util.random.RandomGenerator;

/**
 * A few small elements one after another in one array, each as its length (varint: one byte below
 * 128) and its bytes: what Redis calls a listpack. It is searched from the front, which for so
 * little memory is faster than any table, and takes a fraction of the space.
 *
 * <p>It may be a view of a part of another array, such as a key's entry: then changes that keep all
 * lengths are made there, and any other gives it an array of its own.
 *
 * <p>An element may begin with {@code payloadBytes} that are not part of its name.
 */
final class Packed {
  private static final int SPARE_BYTES = 8;

  /** Nobody has counted the elements yet. */
  private static final int UNKNOWN = -1;

  private final int payloadBytes;
  private byte[] bytes = new byte[0];

  /** Where the elements begin: at the front of an own array, never there in a view. */
  private int from;

  private int to;
  private int count;

  Packed(int payloadBytes) {
    this.payloadBytes = payloadBytes;
  }

  /** Views the elements in {@code array[from, to)} from now on; {@code from} is above 0. */
  void view(byte[] array, int from, int to) {
    this.bytes = array;
    this.from = from;
    this.to = to;
    this.count = UNKNOWN;
  }

  /** Whether it has an array of its own. */
  boolean isOwn() {
    return from == 0;
  }

  /** The number of elements. */
  int count() {
    if (count == UNKNOWN) {
      count = 0;
      for (int at = from; at < to; at = after(at)) {
        count++;
      }
    }
    return count;
  }

  /** The memory that the elements take, bytes. */
  int length() {
    return to - from;
  }

  void copyTo(byte[] target, int start) {
    System.arraycopy(bytes, from, target, start, to - from);
  }

  byte[] bytes() {
    return bytes;
  }

  // ---- positions: the offset of an element's length byte; the end is -1

  int first() {
    return from == to ? -1 : from;
  }

  int next(int at) {
    int next = after(at);
    return next == to ? -1 : next;
  }

  /** The position of the element number {@code index}. */
  int position(int index) {
    int at = from;
    for (int i = 0; i < index; i++) {
      at = after(at);
    }
    return at;
  }

  int randomPosition(RandomGenerator random, int stride) {
    return position(random.nextInt(count() / stride) * stride);
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
    int at = from;
    while (at < to) {
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
    insert(to, source, start, length);
  }

  /** Puts an element before the one at {@code at}; {@code at} may be the end. */
  void insert(int at, byte[] source, int start, int length) {
    int head = varintLength(length);
    int elements = count();
    write(shift(at, head + length), head, source, start, length);
    count = elements + 1;
  }

  void replace(int at, byte[] source, int start, int length) {
    int head = varintLength(length);
    int after = after(at);
    int distance = at + head + length - after;
    write(shift(after, distance) - (after - at), head, source, start, length);
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
    int before = count();
    shift(end, at - end);
    count = before - elements;
  }

  /** The offset after the last element. */
  int end() {
    return to;
  }

  /**
   * Moves everything from {@code at} on by {@code distance} bytes, and returns what {@code at} has
   * become: another offset when this was a view.
   */
  private int shift(int at, int distance) {
    if (distance == 0) {
      return at;
    }
    int place = at - from;
    int length = to - from + distance;
    byte[] target = bytes;
    if (!isOwn() || length > bytes.length || length < bytes.length / 2) {
      target = new byte[length + (length >>> 3) + (length == 0 ? 0 : SPARE_BYTES)];
      System.arraycopy(bytes, from, target, 0, Math.min(place, place + distance));
    }
    System.arraycopy(bytes, at, target, place + distance, to - at);
    bytes = target;
    from = 0;
    to = length;
    return place;
  }
}
