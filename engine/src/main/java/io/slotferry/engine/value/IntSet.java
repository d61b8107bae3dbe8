package io.slotferry.engine.value;

import io.slotferry.protocol.Decimal;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;

/** A sorted set of integers in one array, each as wide as the widest needs: 2, 4 or 8 bytes. */
final class IntSet {
  private static final VarHandle SHORT =
      MethodHandles.byteArrayViewVarHandle(short[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle INT =
      MethodHandles.byteArrayViewVarHandle(int[].class, ByteOrder.LITTLE_ENDIAN);
  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private byte[] bytes = new byte[0];
  private int width = Short.BYTES;

  int size() {
    return bytes.length / width;
  }

  /** Of the array, bytes. */
  int bytes() {
    return bytes.length;
  }

  /** Characters of the longest member. */
  int digitsMax() {
    int size = size();
    return size == 0 ? 0 : Math.max(Decimal.length(get(0)), Decimal.length(get(size - 1)));
  }

  long get(int index) {
    return read(bytes, width, index);
  }

  /** The index of {@code value}, or the complement of where it would stand. */
  int find(long value) {
    int low = 0;
    int high = size() - 1;
    while (low <= high) {
      int middle = (low + high) >>> 1;
      long at = get(middle);
      if (at == value) {
        return middle;
      }
      if (at < value) {
        low = middle + 1;
      } else {
        high = middle - 1;
      }
    }
    return ~low;
  }

  /** False when it was there. */
  boolean add(long value) {
    int found = find(value);
    if (found >= 0) {
      return false;
    }
    int index = ~found;
    int newWidth = Math.max(width, widthOf(value));
    int size = size();
    byte[] grown = new byte[(size + 1) * newWidth];
    if (newWidth == width) {
      System.arraycopy(bytes, 0, grown, 0, index * width);
      System.arraycopy(bytes, index * width, grown, (index + 1) * width, (size - index) * width);
    } else {
      for (int i = 0; i < size; i++) {
        write(grown, newWidth, i < index ? i : i + 1, get(i));
      }
    }
    write(grown, newWidth, index, value);
    bytes = grown;
    width = newWidth;
    return true;
  }

  void remove(int index) {
    byte[] shrunk = new byte[bytes.length - width];
    System.arraycopy(bytes, 0, shrunk, 0, index * width);
    System.arraycopy(
        bytes, (index + 1) * width, shrunk, index * width, shrunk.length - index * width);
    bytes = shrunk;
  }

  private static int widthOf(long value) {
    if (value == (short) value) {
      return Short.BYTES;
    }
    return value == (int) value ? Integer.BYTES : Long.BYTES;
  }

  private static long read(byte[] bytes, int width, int index) {
    int at = index * width;
    return switch (width) {
      case Short.BYTES -> (short) SHORT.get(bytes, at);
      case Integer.BYTES -> (int) INT.get(bytes, at);
      default -> (long) LONG.get(bytes, at);
    };
  }

  private static void write(byte[] bytes, int width, int index, long value) {
    int at = index * width;
    switch (width) {
      case Short.BYTES -> SHORT.set(bytes, at, (short) value);
      case Integer.BYTES -> INT.set(bytes, at, (int) value);
      default -> LONG.set(bytes, at, value);
    }
  }
}
