package io.slotferry.engine.value;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A list: a chain of {@link ListNode nodes} of packed elements, none of them empty. Adding and
 * taking at either end costs constant time on average; an index is found by skipping nodes from the
 * nearer end.
 *
 * <p>Thread: the loop that owns the shard copy.
 */
public final class ListValue extends Value {
  private static final int OBJECT_BYTES = 64;
  private static final int NODE_BYTES = 48;

  /** What Redis' form for few elements takes besides them. */
  private static final int LISTPACK_BYTES = 7;

  private ListNode head = new ListNode();
  private ListNode tail = head;
  private int size;

  /** Whether Redis would have it as a chain of listpacks, and not as a single one. */
  private boolean chained;

  /** Of the nodes but the first, and of the elements in all: an estimate. */
  private long nodeBytes;

  @Override
  public ValueType type() {
    return ValueType.LIST;
  }

  @Override
  public String encoding() {
    return chained ? "quicklist" : "listpack";
  }

  /** The number of elements. */
  @Override
  public int size() {
    return size;
  }

  @Override
  public long approximateBytes() {
    return OBJECT_BYTES + NODE_BYTES + nodeBytes;
  }

  // ---- the ends

  public void addFirst(byte[] source, int start, int length) {
    if (!head.hasRoomFor(length)) {
      ListNode full = head;
      link(null, new ListNode(), full);
      full.compact();
    }
    int before = head.used();
    head.addFirst(source, start, length);
    counted(1, head.used() - before);
  }

  public void addLast(byte[] source, int start, int length) {
    if (!tail.hasRoomFor(length)) {
      ListNode full = tail;
      link(full, new ListNode(), null);
      full.compact();
    }
    int before = tail.used();
    tail.addLast(source, start, length);
    counted(1, tail.used() - before);
  }

  /** Points {@code out} at the first element; it is valid until the next change. */
  public void first(Slice out) {
    head.elementAt(head.first(), out);
  }

  /** Points {@code out} at the last element; it is valid until the next change. */
  public void last(Slice out) {
    tail.elementAt(tail.last(), out);
  }

  public void removeFirst() {
    removeAt(head, head.first());
  }

  public void removeLast() {
    removeAt(tail, tail.last());
  }

  // ---- by index; it must be in [0, size)

  private final class Place {
    ListNode node = head;
    int at = -1;
  }

  private Place locate(int index) {
    Place place = new Place();
    if (index < size / 2) {
      int left = index;
      while (left >= place.node.count()) {
        left -= place.node.count();
        place.node = following(place.node);
      }
      place.at = place.node.position(left);
    } else {
      place.node = tail;
      int left = size - 1 - index;
      while (left >= place.node.count()) {
        left -= place.node.count();
        place.node = preceding(place.node);
      }
      place.at = place.node.position(place.node.count() - 1 - left);
    }
    return place;
  }

  private static ListNode following(ListNode node) {
    if (node.next == null) {
      throw new IndexOutOfBoundsException();
    }
    return node.next;
  }

  private static ListNode preceding(ListNode node) {
    if (node.previous == null) {
      throw new IndexOutOfBoundsException();
    }
    return node.previous;
  }

  public void get(int index, Slice out) {
    Place place = locate(index);
    place.node.elementAt(place.at, out);
  }

  public void set(int index, byte[] source, int start, int length) {
    // Redis asks for the room of one more element, before it takes the old one away.
    outgrow(1, length);
    Place place = locate(index);
    if (place.node.hasRoomToReplace(place.at, length)) {
      int before = place.node.used();
      place.node.replace(place.at, source, start, length);
      counted(0, place.node.used() - before);
    } else {
      // The node would become too large: insertion knows how to part nodes.
      insert(index, source, start, length);
      Place replaced = locate(index + 1);
      removeAt(replaced.node, replaced.at);
    }
    shrink();
  }

  /** Puts an element before the one at {@code index}. */
  public void insert(int index, byte[] source, int start, int length) {
    Place place = locate(index);
    ListNode node = place.node;
    if (node.hasRoomFor(length)) {
      int before = node.used();
      node.insert(place.at, source, start, length);
      counted(1, node.used() - before);
      return;
    }
    if (place.at != node.first()) {
      link(node, node.splitOff(place.at), node.next);
    } else if (node.previous != null) {
      node = node.previous;
    } else {
      addFirst(source, start, length);
      return;
    }
    if (!node.hasRoomFor(length)) {
      ListNode own = new ListNode();
      link(node, own, node.next);
      node = own;
    }
    int before = node.used();
    node.addLast(source, start, length);
    counted(1, node.used() - before);
  }

  // ---- many at once

  /** Keeps only the elements of the indexes {@code [from, to)}. */
  public void trim(int from, int to) {
    int after = size - to;
    for (int left = from; left > 0; ) {
      if (left >= head.count() && head != tail) {
        left -= head.count();
        drop(head);
      } else {
        removeFirst();
        left--;
      }
    }
    for (int left = after; left > 0; ) {
      if (left >= tail.count() && head != tail) {
        left -= tail.count();
        drop(tail);
      } else {
        removeLast();
        left--;
      }
    }
  }

  /** Removes up to {@code max} elements equal to this one, from the front or from the back. */
  public int remove(byte[] source, int start, int length, int max, boolean backwards) {
    int removed = 0;
    ListNode node = backwards ? tail : head;
    while (node != null && removed < max) {
      ListNode following = backwards ? node.previous : node.next;
      int before = node.used();
      int cut = node.removeEqual(source, start, length, max - removed, backwards);
      counted(-cut, node.used() - before);
      removed += cut;
      if (node.count() == 0) {
        drop(node);
      } else if (node.previous != null && areSmall(node.previous, node)) {
        mergeWithNext(node.previous, node);
      }
      node = following;
    }
    return removed;
  }

  private static boolean areSmall(ListNode left, ListNode right) {
    return left.used() + right.used() <= ListNode.BYTES_MAX / 2;
  }

  private void mergeWithNext(ListNode left, ListNode right) {
    left.absorb(right);
    unlink(right);
    shrink();
  }

  // ---- walks

  /** A walk from the element at {@code index} to the tail, or to the head if {@code reverse}. */
  public Walk walk(int index, boolean reverse) {
    return new Walk(index, reverse);
  }

  /**
   * Goes over elements: first {@link #next}, then the look at one. Valid until the list changes.
   */
  public final class Walk {
    private final boolean reverse;
    private @Nullable ListNode node;
    private int at;
    private boolean begun;

    private Walk(int index, boolean reverse) {
      this.reverse = reverse;
      if (index >= 0 && index < size) {
        Place place = locate(index);
        node = place.node;
        at = place.at;
      }
    }

    /** Goes to the next element; false when there is none. */
    public boolean next() {
      if (node == null) {
        return false;
      }
      if (!begun) {
        begun = true;
        return true;
      }
      at = reverse ? node.previous(at) : node.next(at);
      if (at < 0) {
        node = reverse ? node.previous : node.next;
        if (node == null) {
          return false;
        }
        at = reverse ? node.last() : node.first();
      }
      return true;
    }

    /** Points {@code out} at the element. */
    public void element(Slice out) {
      if (node == null) {
        throw new IllegalStateException("the walk is over");
      }
      node.elementAt(at, out);
    }
  }

  // ---- the chain

  private void counted(int elements, int bytes) {
    size += elements;
    nodeBytes += bytes;
    if (bytes > 0) {
      outgrow(0, 0);
    } else {
      shrink();
    }
  }

  /** Becomes a chain if so much more is too much for a single listpack. */
  private void outgrow(int elements, int bytes) {
    chained |=
        size + elements > EncodingLimits.listEntries()
            || nodeBytes + bytes + LISTPACK_BYTES > EncodingLimits.listBytes();
  }

  /** Goes back only when it has become half as large: no to and fro at the limit. */
  private void shrink() {
    if (chained && head == tail) {
      chained =
          size > EncodingLimits.listEntries() / 2
              || nodeBytes + LISTPACK_BYTES > EncodingLimits.listBytes() / 2;
    }
  }

  private void removeAt(ListNode node, int at) {
    int before = node.used();
    node.remove(at);
    counted(-1, node.used() - before);
    if (node.count() == 0) {
      drop(node);
    }
  }

  private void link(@Nullable ListNode previous, ListNode node, @Nullable ListNode next) {
    node.previous = previous;
    node.next = next;
    if (previous == null) {
      head = node;
    } else {
      previous.next = node;
    }
    if (next == null) {
      tail = node;
    } else {
      next.previous = node;
    }
    nodeBytes += NODE_BYTES;
  }

  /** Takes a node out, with what it holds; the last one stays, for what comes. */
  private void drop(ListNode node) {
    if (head == tail) {
      return;
    }
    int count = node.count();
    unlink(node);
    counted(-count, -node.used());
  }

  private void unlink(ListNode node) {
    if (node.previous == null) {
      head = following(node);
    } else {
      node.previous.next = node.next;
    }
    if (node.next == null) {
      tail = preceding(node);
    } else {
      node.next.previous = node.previous;
    }
    nodeBytes -= NODE_BYTES;
  }

  // ---- parts

  @Override
  FrozenValue frozen() {
    List<ListNode> nodes = new ArrayList<>();
    for (ListNode node = head; node != null; node = node.next) {
      nodes.add(node.frozen());
    }
    return new FrozenList(nodes);
  }

  @Override
  void addPart(WireReader in) {
    while (in.remaining() > 0) {
      int length = in.varint();
      addLast(in.buffer(), in.skip(length), length);
    }
  }

  // ---- the whole

  @Override
  public void encode(WireWriter out) {
    out.varint(size);
    Slice slice = new Slice();
    Walk walk = walk(0, false);
    while (walk.next()) {
      walk.element(slice);
      out.bytes(slice.buffer(), slice.start(), slice.length());
    }
  }

  public static ListValue decode(WireReader in) {
    ListValue list = new ListValue();
    int elements = in.varint();
    for (int i = 0; i != elements; i++) {
      int length = in.varint();
      list.addLast(in.buffer(), in.skip(length), length);
    }
    if (elements == 0) {
      throw new MalformedFrameException("a list without elements");
    }
    return list;
  }

  @Override
  public Value copy() {
    WireWriter out = new WireWriter();
    encode(out);
    return decode(new WireReader(out.bytes(), 0, out.size()));
  }
}
