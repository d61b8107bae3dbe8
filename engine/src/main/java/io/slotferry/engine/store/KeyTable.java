package io.slotferry.engine.store;

import io.slotferry.engine.hash.HashRun;
import io.slotferry.engine.hash.KeyHash;
import java.util.Arrays;
import java.util.function.IntUnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * The keys of one keyspace in one partition: an open-addressed table that is sorted by key hash.
 *
 * <p>A key's home is its hash scaled to the number of homes, so homes ascend with hashes; an entry
 * stands in its home or in the run right of it, and entries stand in ascending (unsigned) hash
 * order all through the array. Hence a walk over the table is a walk in hash order whatever the
 * table's size, and a hash is a cursor that survives growth and shrinking: SCAN and partition syncs
 * need no more state than that. A run never wraps around: some slots beyond the last home take what
 * overflows it, and the very last one stays empty, so that probing needs no check of bounds.
 *
 * <p>The hashes are kept beside the entries: probing reads consecutive ints, and touches an entry
 * only when its hash is equal. Resizing is one pass from left to right without hashing.
 *
 * <p>Indexes are valid until the next insertion or removal. Thread: the loop that owns the copy.
 */
public final class KeyTable {
  private static final int HOMES_MIN = 4;
  private static final int HOMES_MAX = 1 << 30;

  private static final int OVERFLOW_MIN = 4;
  private static final int OVERFLOW_MAX = 64;

  /** Of a hash and an entry. */
  private static final int PLACE_BYTES = Integer.BYTES * 2;

  private final StoreTotals totals;
  private final EntryMemory memory;
  private int homes = HOMES_MIN;
  private int[] hashes = new int[HOMES_MIN + OVERFLOW_MIN];
  private int[] entries = new int[HOMES_MIN + OVERFLOW_MIN];
  private int size;

  /** The table does not shrink below: its keys are only coming. */
  private int homesExpected;

  private int expiring;
  private int expiringElements;
  private long bytes;
  private @Nullable OrderedKeys ordered;

  /** Keys that are this table's, and stand in another's; or the other way round. */
  private @Nullable Inheritance incoming;

  private @Nullable Inheritance outgoing;

  /** An {@link AccessClock} of each slot; null until the first is set. */
  private int @Nullable [] clocks;

  private long usedMillis;

  /** Of a table that has left the store: the entries of the places before are freed. */
  private int freedPlaces;

  /** A table of its own. */
  public KeyTable() {
    this(new StoreTotals(), new EntryMemory());
  }

  /**
   * @param totals of the store that it is in
   * @param memory of that store
   */
  KeyTable(StoreTotals totals, EntryMemory memory) {
    this.totals = totals;
    this.memory = memory;
    totals.add(arrayBytes(hashes.length), 0, 0);
  }

  /** The first places are not counted: they stay when all keys are gone, so eviction frees none. */
  private static long arrayBytes(int length) {
    return (long) (length - HOMES_MIN - OVERFLOW_MIN) * PLACE_BYTES;
  }

  /** It is in the store no more. */
  void leave() {
    settle();
    totals.add(-bytes - arrayBytes(hashes.length), -size, -expiring);
    totals.addExpiringElements(-expiringElements);
    if (totals.keys() == 0) {
      memory.clear();
    } else if (size > 0) {
      memory.discard(this);
    }
  }

  /** Frees up to {@code max} of its entries, once it has left the store; returns how many. */
  int freeEntries(int max) {
    int freed = 0;
    for (; freed < max && freedPlaces < hashes.length; freedPlaces++) {
      if (hashes[freedPlaces] != 0) {
        memory.free(entries[freedPlaces]);
        freed++;
      }
    }
    return freed;
  }

  /** Where its keys are. */
  public EntryMemory memory() {
    return memory;
  }

  /** The number of keys. */
  public int size() {
    int own = outgoing == null ? size : size - outgoing.left();
    return incoming == null ? own : own + incoming.left();
  }

  /** The number of keys that have an expiry; an estimate while keys go from tablet to tablet. */
  public int expiring() {
    return Math.min(expiring, size());
  }

  /** The number of keys with elements that expire. */
  public int expiringElements() {
    return expiringElements;
  }

  /** The memory the entries take, bytes: an estimate. */
  public long bytes() {
    return bytes;
  }

  /** The keys in their order, or null in a partition of a hash keyspace. */
  public @Nullable OrderedKeys ordered() {
    return ordered;
  }

  /** Keeps the keys, present and future ones, in this order too. */
  void orderBy(KeyComparator order) {
    OrderedKeys keys = new OrderedKeys(order, memory);
    for (int at = first(); at >= 0; at = next(at)) {
      keys.add(entryAt(at));
    }
    ordered = keys;
  }

  /**
   * Lets the keys from {@code from} on, or all of them, be those of {@code heir}, whose own are all
   * smaller. Both have an order.
   *
   * @return what is left to be done; null for nothing
   */
  @Nullable Inheritance give(KeyTable heir, byte @Nullable [] from) {
    settle();
    heir.settle();
    OrderedKeys keys = ordered;
    OrderedKeys heirs = heir.ordered;
    if (keys == null || heirs == null) {
      throw new IllegalStateException("only tablets can be cut");
    }
    OrderedKeys given = from == null ? keys : keys.splitOff(from);
    int count = given.size();
    heirs.append(given);
    heir.usedMillis = Math.max(heir.usedMillis, usedMillis);
    if (count == 0) {
      if (from == null) {
        leave();
      }
      return null;
    }
    heir.expect(count);
    Inheritance inheritance = new Inheritance(this, heir, keys.order(), from, count);
    outgoing = inheritance;
    heir.incoming = inheritance;
    return inheritance;
  }

  /** Finishes what is under way between this table and another. */
  private void settle() {
    if (incoming != null) {
      incoming.carryOn(Integer.MAX_VALUE);
    }
    if (outgoing != null) {
      outgoing.carryOn(Integer.MAX_VALUE);
    }
  }

  /** Its inheritance is done. */
  void settled() {
    incoming = null;
    outgoing = null;
  }

  // ---- look-up

  private int home(int hash) {
    return (int) ((hash & 0xffffffffL) * homes >>> 32);
  }

  /** The index of the key, or the complement ({@code ~}) of where {@link #insert} puts it. */
  public int find(int hash, byte[] buffer, int start, int length) {
    int at = findOwn(hash, buffer, start, length);
    return at < 0 && incoming != null ? incoming.takeKey(hash, buffer, start, length, at) : at;
  }

  /**
   * The entry of a key, or {@link EntryMemory#NONE}; unlike {@link #find}, it leaves all indexes
   * valid.
   */
  public int peek(int hash, byte[] buffer, int start, int length) {
    int at = findOwn(hash, buffer, start, length);
    if (at < 0) {
      return incoming == null ? EntryMemory.NONE : incoming.peek(hash, buffer, start, length);
    }
    return entries[at];
  }

  int findOwn(int hash, byte[] buffer, int start, int length) {
    int[] hashes = this.hashes;
    int at = HashRun.lower(hashes, home(hash), hash);
    int found = hashes[at];
    while (found == hash) {
      if (memory.hasKey(entries[at], buffer, start, length)) {
        return at;
      }
      found = hashes[++at];
    }
    return ~at;
  }

  private int lowerPlace(int hash) {
    return HashRun.lower(hashes, home(hash), hash);
  }

  /**
   * Reads the places where a key of this hash has its home, so that they are near when it is looked
   * up; see {@link Lookahead}.
   */
  int touchHome(int hash) {
    int at = home(hash);
    return hashes[at] + entries[at];
  }

  /** Reads the ends of the entry that a key of this hash would have, once its home is near. */
  int touchEntry(int hash) {
    int at = lowerPlace(hash);
    return hashes[at] == hash ? memory.touch(entries[at]) : 0;
  }

  /** The entry at an index that {@link #find} or a walk gave. */
  public int entryAt(int index) {
    if (hashes[index] == 0) {
      throw new IllegalStateException("no entry at " + index);
    }
    return entries[index];
  }

  public int hashAt(int index) {
    return hashes[index];
  }

  // ---- use

  /** When any of the keys was used last, milliseconds since 1970. */
  public long usedMillis() {
    return usedMillis;
  }

  public void usedAt(long nowMillis) {
    usedMillis = nowMillis;
  }

  /** What is known of the last use of the key at {@code index}. */
  public int clockAt(int index) {
    return clocks == null ? AccessClock.UNKNOWN : clocks[index];
  }

  public void clockIs(int index, int clock) {
    if (clocks == null) {
      clocks = new int[hashes.length];
    }
    clocks[index] = clock;
  }

  /** Keeps no clocks from now on, or begins anew. */
  public void forgetClocks() {
    clocks = null;
  }

  // ---- walks

  /** The index of the first key whose hash is at least {@code hash} (unsigned), or -1. */
  public int seek(int hash) {
    if (incoming != null) {
      int own = ownFrom(placeFrom(hash));
      incoming.takeNext(hash, own < 0 ? KeyHash.LAST : hashes[own]);
    }
    return ownFrom(placeFrom(hash));
  }

  /** The index of the key with the smallest hash, or -1. */
  public int first() {
    return seek(KeyHash.BEFORE_FIRST);
  }

  /** The index of the key after the one at {@code index}, in hash order, or -1. */
  public int next(int index) {
    int own = ownFrom(placeAfter(index));
    if (incoming == null || (own >= 0 && hashes[own] == hashes[index])) {
      return own;
    }
    // The keys of one hash are taken together, so what may still be to take has a greater one.
    return hashes[index] == KeyHash.LAST ? -1 : seek(hashes[index] + 1);
  }

  /** Passes over what is in this table and no longer its own. */
  private int ownFrom(int place) {
    int at = place;
    while (outgoing != null && at >= 0 && outgoing.includes(entryAt(at))) {
      at = placeAfter(at);
    }
    return at;
  }

  /** The first place with an entry whose hash is at least {@code hash}, whoever owns it, or -1. */
  int placeFrom(int hash) {
    return occupiedFrom(lowerPlace(hash));
  }

  int placeAfter(int index) {
    return occupiedFrom(index + 1);
  }

  private int occupiedFrom(int at) {
    for (; at < hashes.length; at++) {
      if (hashes[at] != 0) {
        return at;
      }
    }
    return -1;
  }

  // ---- changes

  /**
   * Inserts a key that is not there.
   *
   * @param complement what {@link #find} answered for it
   * @return its index
   */
  public int insert(int complement, int hash, int entry) {
    int at = insertAt(~complement, hash, entry);
    if (ordered != null) {
      ordered.add(entry);
    }
    return at;
  }

  /** Takes an entry that stands in the order already. */
  int putIn(int hash, int entry) {
    return insertAt(insertionIndex(hash), hash, entry);
  }

  private int insertAt(int index, int hash, int entry) {
    int at = index;
    int gap = gapFrom(at);
    while (size + 1 > homes - (homes >>> 3) || gap == hashes.length - 1) {
      makeRoom();
      at = insertionIndex(hash);
      gap = gapFrom(at);
    }
    System.arraycopy(hashes, at, hashes, at + 1, gap - at);
    System.arraycopy(entries, at, entries, at + 1, gap - at);
    if (clocks != null) {
      System.arraycopy(clocks, at, clocks, at + 1, gap - at);
      clocks[at] = AccessClock.UNKNOWN;
    }
    hashes[at] = hash;
    entries[at] = entry;
    added(entry);
    if (size > homesExpected >>> 1) {
      homesExpected = 0;
    }
    return at;
  }

  private int gapFrom(int at) {
    while (hashes[at] != 0) {
      at++;
    }
    return at;
  }

  private int insertionIndex(int hash) {
    int at = lowerPlace(hash);
    while (hashes[at] == hash) {
      at++;
    }
    return at;
  }

  /**
   * Puts another entry of the same key in the place of the one at {@code index}, which is retired;
   * or the same again.
   */
  public void replace(int index, int entry) {
    int old = entryAt(index);
    if (old == entry) {
      return;
    }
    removed(old);
    entries[index] = entry;
    added(entry);
    if (ordered != null) {
      ordered.replace(entry);
    }
    memory.retire(old);
  }

  /**
   * Looks at {@code looks} entries, from the hash on, and moves those in pages that are to become
   * empty; stops earlier when no more may be moved.
   *
   * @return the hash to go on from; {@link KeyHash#BEFORE_FIRST} when there are no more
   */
  int moveEntries(int hash, int looks) {
    int at = placeFrom(hash);
    int last = KeyHash.BEFORE_FIRST;
    for (int look = 0;
        at >= 0 && (look < looks && memory.mayMoveMore() || hashes[at] == last);
        look++) {
      last = hashes[at];
      int moved = memory.moved(entries[at]);
      if (moved != EntryMemory.NONE) {
        replace(at, moved);
      }
      at = placeAfter(at);
    }
    return at < 0 ? KeyHash.BEFORE_FIRST : hashes[at];
  }

  /** Puts what every entry makes of itself in its place: an equal one, made anew. */
  public void replaceAll(IntUnaryOperator renewal) {
    settle();
    for (int at = first(); at >= 0; at = next(at)) {
      replace(at, renewal.applyAsInt(entryAt(at)));
    }
  }

  public void remove(int index) {
    if (ordered != null) {
      ordered.remove(entryAt(index));
    }
    int removed = entryAt(index);
    takeOut(index);
    memory.retire(removed);
  }

  /** Takes an entry out of the table for another one, and leaves the order as it is. */
  void takeOut(int index) {
    removed(entryAt(index));
    int last = index;
    while (hashes[last + 1] != 0 && home(hashes[last + 1]) <= last) {
      last++;
    }
    System.arraycopy(hashes, index + 1, hashes, index, last - index);
    System.arraycopy(entries, index + 1, entries, index, last - index);
    if (clocks != null) {
      System.arraycopy(clocks, index + 1, clocks, index, last - index);
    }
    hashes[last] = 0;
    // What an inheritance leaves behind has great hashes, and would crowd in a smaller table.
    int settledSize = size();
    boolean filling = outgoing != null || homesExpected > 0;
    if (!filling && homes > HOMES_MIN * 2 && settledSize < homes >>> 2) {
      resize(Math.max(HOMES_MIN, settledSize * 2));
    }
  }

  /**
   * @param expiryMillis milliseconds since 1970, or {@link EntryMemory#NO_EXPIRY}
   */
  public void expireAt(int index, long expiryMillis) {
    int entry = entryAt(index);
    boolean before = memory.expiry(entry) != EntryMemory.NO_EXPIRY;
    if (memory.overwriteExpiry(entry, expiryMillis)) {
      boolean after = expiryMillis != EntryMemory.NO_EXPIRY;
      count(0, 0, (after ? 1 : 0) - (before ? 1 : 0));
    } else {
      replace(index, memory.withExpiry(entry, expiryMillis));
    }
  }

  /** Counts the memory of the value at {@code index} again, which was changed in place. */
  public void recount(int index) {
    KeyEntry entry = memory.keyEntry(entries[index]);
    if (entry != null) {
      boolean before = entry.hasExpiringElements();
      count(entry.recount(), 0, 0);
      if (entry.hasExpiringElements() != before) {
        countExpiringElements(before ? -1 : 1);
      }
    }
  }

  private void added(int entry) {
    long more = memory.fixedBytes(entry);
    KeyEntry keyEntry = memory.keyEntry(entry);
    if (keyEntry != null) {
      keyEntry.recount();
      more += keyEntry.countedBytes();
      countExpiringElements(keyEntry.hasExpiringElements() ? 1 : 0);
    }
    count(more, 1, memory.expiry(entry) == EntryMemory.NO_EXPIRY ? 0 : 1);
  }

  private void removed(int entry) {
    long less = memory.fixedBytes(entry);
    KeyEntry keyEntry = memory.keyEntry(entry);
    if (keyEntry != null) {
      less += keyEntry.countedBytes();
      countExpiringElements(keyEntry.hasExpiringElements() ? -1 : 0);
    }
    count(-less, -1, memory.expiry(entry) == EntryMemory.NO_EXPIRY ? 0 : -1);
  }

  private void count(long moreBytes, int moreKeys, int moreExpiring) {
    bytes += moreBytes;
    size += moreKeys;
    expiring += moreExpiring;
    totals.add(moreBytes, moreKeys, moreExpiring);
  }

  private void countExpiringElements(int more) {
    expiringElements += more;
    totals.addExpiringElements(more);
  }

  // ---- size

  /** So many more keys are to come: in the order of their hashes, they would crowd otherwise. */
  void expect(int keys) {
    int wanted = (int) Math.min(HOMES_MAX, (size + (long) keys) / 7 * 8 + HOMES_MIN);
    if (wanted > homes) {
      homesExpected = wanted;
      resize(wanted);
    }
  }

  private void makeRoom() {
    // A table that is not even half full has met many equal hashes: more homes would not part them.
    int wanted = size < homes >>> 1 || homes >= HOMES_MAX ? homes : homes + (homes >>> 1) + 2;
    int overflow = wanted == homes ? hashes.length : overflow(wanted);
    resize(wanted, wanted + overflow);
  }

  private static int overflow(int homes) {
    return Math.min(OVERFLOW_MAX, OVERFLOW_MIN + (homes >>> 4));
  }

  private void resize(int newHomes) {
    resize(newHomes, newHomes + overflow(newHomes));
  }

  private void resize(int newHomes, int newLength) {
    int[] oldHashes = hashes;
    int[] oldEntries = entries;
    int @Nullable [] oldClocks = clocks;
    homes = newHomes;
    totals.add(arrayBytes(newLength) - arrayBytes(hashes.length), 0, 0);
    allocate(newLength);
    int next = 0;
    for (int i = 0; i < oldHashes.length; i++) {
      if (oldHashes[i] != 0) {
        int at = Math.max(next, home(oldHashes[i]));
        if (at >= hashes.length - 1) {
          extend();
        }
        hashes[at] = oldHashes[i];
        entries[at] = oldEntries[i];
        if (clocks != null && oldClocks != null) {
          clocks[at] = oldClocks[i];
        }
        next = at + 1;
      }
    }
    if (next >= hashes.length - 1) {
      extend();
    }
  }

  private void allocate(int length) {
    hashes = new int[length];
    entries = new int[length];
    if (clocks != null) {
      clocks = new int[length];
    }
  }

  /** More slots beyond the last home. */
  private void extend() {
    int length = hashes.length + (hashes.length >>> 1) + OVERFLOW_MIN;
    totals.add(arrayBytes(length) - arrayBytes(hashes.length), 0, 0);
    hashes = Arrays.copyOf(hashes, length);
    entries = Arrays.copyOf(entries, length);
    if (clocks != null) {
      clocks = Arrays.copyOf(clocks, length);
    }
  }
}
