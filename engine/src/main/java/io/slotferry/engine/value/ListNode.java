package io.slotferry.engine.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A run of a list's elements in one array with room at either end. An element is framed so that it
 * can be read from both sides:
 *
 * <pre>  length varint | bytes | size of the two before, varint with its bytes in reverse order
 * </pre>
 *
 * <p>A node holds up to {@link #BYTES_MAX}, or one larger element.
 */
final class ListNode {
  /** Redis' list-max-listpack-size -2. */
  static final int BYTES_MAX = 8 << 10;

  private static final int CAPACITY_MIN = 16;

  @Nullable ListNode previous;
  @Nullable ListNode next;

  private byte[] bytes;
  private int start;
  private int end;
  private int count;

  /** A frozen node reads the array too: it is copied before it is written to. */
  private boolean shared;

  private ListNode(byte[] bytes) {
    this.bytes = bytes;
  }

  /** A node without elements. */
  ListNode() {
    this(new byte[0]);
  }

  /** The number of elements. */
  int count() {
    return count;
  }

  /** The bytes of all elements, frames included. */
  int used() {
    return end - start;
  }

  /** Whether an element of this length may be added. */
  boolean hasRoomFor(int length) {
    return count == 0 || (long) used() + frameSize(length) <= BYTES_MAX;
  }

  // ---- positions: offsets of elements; the end is -1

  int first() {
    return count == 0 ? -1 : start;
  }

  int last() {
    return previous(end);
  }

  int next(int at) {
    int after = after(at);
    return after == end ? -1 : after;
  }

  /** The element before {@code at}, or -1. */
  int previous(int at) {
    if (at == start) {
      return -1;
    }
    int i = at;
    int size = 0;
    for (int shift = 0; ; shift += 7) {
      int b = bytes[--i];
      size |= (b & 0x7f) << shift;
      if (b >= 0) {
        return i - size;
      }
    }
  }

  /** The element number {@code index} of this node. */
  int position(int index) {
    int at;
    if (index < count / 2) {
      at = start;
      for (int i = 0; i < index; i++) {
        at = after(at);
      }
    } else {
      at = end;
      for (int i = count; i > index; i--) {
        at = previous(at);
      }
    }
    return at;
  }

  private int after(int at) {
    int framed = varintSize(lengthAt(at)) + lengthAt(at);
    return at + framed + varintSize(framed);
  }

  private int lengthAt(int at) {
    int length = 0;
    for (int i = 0; ; i++) {
      int b = bytes[at + i];
      length |= (b & 0x7f) << 7 * i;
      if (b >= 0) {
        return length;
      }
    }
  }

  /** Points {@code out} at the element. */
  void elementAt(int at, Slice out) {
    int length = lengthAt(at);
    out.view(bytes, at + varintSize(length), length);
  }

  /** The node as it is now, whatever becomes of this one. Not to be changed. */
  ListNode frozen() {
    shared = true;
    ListNode frozen = new ListNode(bytes);
    frozen.start = start;
    frozen.end = end;
    frozen.count = count;
    return frozen;
  }

  private void own() {
    if (shared) {
      bytes = bytes.clone();
      shared = false;
    }
  }

  // ---- changes

  void addFirst(byte[] source, int from, int length) {
    own();
    int size = frameSize(length);
    if (start < size) {
      reserveFront(size);
    }
    start -= size;
    frame(start, source, from, length);
  }

  void addLast(byte[] source, int from, int length) {
    own();
    int size = frameSize(length);
    if (bytes.length - end < size) {
      reserveBack(size);
    }
    end += size;
    frame(end - size, source, from, length);
  }

  /** Puts an element before the one at {@code at}. */
  void insert(int at, byte[] source, int from, int length) {
    frame(splice(at, at, frameSize(length)), source, from, length);
  }

  void replace(int at, byte[] source, int from, int length) {
    count--;
    frame(splice(at, after(at), frameSize(length)), source, from, length);
  }

  /** Whether {@link #replace} leaves the node within its bounds. */
  boolean hasRoomToReplace(int at, int length) {
    return count == 1 || (long) used() - (after(at) - at) + frameSize(length) <= BYTES_MAX;
  }

  void remove(int at) {
    cut(at);
    shrink();
  }

  /** Removes up to {@code max} elements equal to this one, from the front or from the back. */
  int removeEqual(byte[] source, int from, int length, int max, boolean backwards) {
    Slice slice = new Slice();
    int removed = 0;
    int at = backwards ? last() : first();
    while (at >= 0 && removed < max) {
      elementAt(at, slice);
      if (!slice.equalBytes(source, from, length)) {
        at = backwards ? previous(at) : next(at);
        continue;
      }
      int before = previous(at);
      cut(at);
      removed++;
      if (backwards) {
        at = before;
      } else if (before < 0) {
        at = first();
      } else if (at == end) {
        at = -1;
      }
    }
    shrink();
    return removed;
  }

  private void cut(int at) {
    count--;
    if (at == start) {
      start = after(at);
    } else {
      splice(at, after(at), 0);
    }
  }

  private void shrink() {
    if (used() < bytes.length / 4 && bytes.length > CAPACITY_MIN) {
      compact();
    }
  }

  /** Takes the elements from {@code at} on away into a node of their own. */
  ListNode splitOff(int at) {
    ListNode right = new ListNode(Arrays.copyOfRange(bytes, at, end));
    right.end = right.bytes.length;
    for (int i = at; i >= 0; i = next(i)) {
      right.count++;
    }
    count -= right.count;
    end = at;
    compact();
    return right;
  }

  /** Adds all elements of {@code right} behind its own. */
  void absorb(ListNode right) {
    own();
    reserveBack(right.used());
    System.arraycopy(right.bytes, right.start, bytes, end, right.used());
    end += right.used();
    count += right.count;
  }

  /** Gives back the room at the ends. */
  void compact() {
    if (used() < bytes.length) {
      bytes = Arrays.copyOfRange(bytes, start, end);
      shared = false;
      end -= start;
      start = 0;
    }
  }

  // ---- memory

  private static int varintSize(int value) {
    int bits = Integer.SIZE - Integer.numberOfLeadingZeros(value | 1);
    return (bits + 6) / 7;
  }

  private static int frameSize(int length) {
    int framed = varintSize(length) + length;
    return framed + varintSize(framed);
  }

  /** Writes an element where {@link #frameSize} bytes are free for it. */
  private void frame(int at, byte[] source, int from, int length) {
    int i = at;
    int rest = length;
    while (rest > 0x7f) {
      bytes[i++] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[i++] = (byte) rest;
    System.arraycopy(source, from, bytes, i, length);
    i += length;
    rest = i - at;
    i += varintSize(rest);
    while (rest > 0x7f) {
      bytes[--i] = (byte) (rest | 0x80);
      rest >>>= 7;
    }
    bytes[--i] = (byte) rest;
    count++;
  }

  /** Makes {@code [from, to)} a gap of {@code size} bytes and returns where it is. */
  private int splice(int from, int to, int size) {
    own();
    int offset = from - start;
    int removed = to - from;
    if (size > removed) {
      reserveBack(size - removed);
    }
    int gap = start + offset;
    System.arraycopy(bytes, gap + removed, bytes, gap + size, end - gap - removed);
    end += size - removed;
    return gap;
  }

  private void reserveBack(int size) {
    if (bytes.length - end >= size) {
      return;
    }
    if (start >= size && start > bytes.length / 2) {
      // A queue: taken from in front, added to behind. Half of the array is free, so this is rare.
      System.arraycopy(bytes, start, bytes, 0, used());
      end -= start;
      start = 0;
      return;
    }
    move(capacityFor(start + used() + size), start);
  }

  private void reserveFront(int size) {
    int back = bytes.length - end;
    if (back >= size && back > bytes.length / 2) {
      int moved = bytes.length - used();
      System.arraycopy(bytes, start, bytes, moved, used());
      start = moved;
      end = bytes.length;
      return;
    }
    int capacity = capacityFor(size + used() + back);
    move(capacity, capacity - used() - back);
  }

  /**
   * Twice what is there, as far as a node may grow, so that adding takes constant time on average.
   */
  private int capacityFor(int needed) {
    return Math.max(needed, Math.min(Math.max(2 * used(), CAPACITY_MIN), BYTES_MAX));
  }

  private void move(int capacity, int newStart) {
    byte[] moved = new byte[capacity];
    System.arraycopy(bytes, start, moved, newStart, used());
    end = newStart + used();
    start = newStart;
    bytes = moved;
  }
}
