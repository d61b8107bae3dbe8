package io.slotferry.engine.store;

import io.slotferry.engine.hash.KeyHash;
import org.jspecify.annotations.Nullable;

/**
 * Keys of one tablet that have become another's: it was cut, or two became one. Their order goes
 * over at once, which is a matter of references to blocks. In the tables, where they stand by their
 * hashes, they go over one by one, so that no tablet is too large to be cut between two commands:
 *
 * <ul>
 *   <li>a look-up in the heir's table that finds nothing takes the key from the donor's;
 *   <li>a walk over the heir's table takes what comes next, one over the donor's passes over what
 *       is no longer its own;
 *   <li>the rest is taken in {@link #carryOn steps}.
 * </ul>
 *
 * A table is part of one inheritance at a time, and a donor that gives everything is in no
 * partition any more. Thread: the loop that owns the copy.
 */
final class Inheritance {
  private final KeyTable donor;
  private final KeyTable heir;
  private final KeyComparator order;

  /** The first key that is inherited; null for all of them. */
  private final byte @Nullable [] from;

  /** Where the steps have come to: what is inherited and has a smaller hash is the heir's. */
  private int cursor = KeyHash.BEFORE_FIRST;

  private int left;

  /**
   * @param keys how many are inherited
   */
  Inheritance(
      KeyTable donor, KeyTable heir, KeyComparator order, byte @Nullable [] from, int keys) {
    this.donor = donor;
    this.heir = heir;
    this.order = order;
    this.from = from;
    this.left = keys;
  }

  /** Keys that the heir has not taken yet. */
  int left() {
    return left;
  }

  /** Whether an entry of the donor is the heir's. */
  boolean includes(int entry) {
    return from == null
        || order.compare(
                donor.memory().keyBuffer(entry),
                donor.memory().keyStart(entry),
                donor.memory().keyLength(entry),
                from,
                0,
                from.length)
            >= 0;
  }

  /** Takes the key, one of the heir's; returns its index there, or {@code missing}. */
  int takeKey(int hash, byte[] key, int start, int length, int missing) {
    int at = donor.findOwn(hash, key, start, length);
    return at < 0 ? missing : take(at);
  }

  /** The entry of a key of the heir's that it has not taken, or {@link EntryMemory#NONE}. */
  int peek(int hash, byte[] key, int start, int length) {
    int at = donor.findOwn(hash, key, start, length);
    return at < 0 ? EntryMemory.NONE : donor.entryAt(at);
  }

  /**
   * Takes the keys with the smallest hash of those from {@code hash} to {@code limit}, unsigned.
   */
  void takeNext(int hash, int limit) {
    int at = donor.placeFrom(hash);
    while (at >= 0 && Integer.compareUnsigned(donor.hashAt(at), limit) <= 0) {
      if (includes(donor.entryAt(at))) {
        takeAll(donor.hashAt(at));
        return;
      }
      at = donor.placeAfter(at);
    }
  }

  private void takeAll(int hash) {
    int at = donor.placeFrom(hash);
    while (at >= 0 && donor.hashAt(at) == hash) {
      if (includes(donor.entryAt(at))) {
        take(at);
        at = donor.placeFrom(hash);
      } else {
        at = donor.placeAfter(at);
      }
    }
  }

  /**
   * Looks at up to {@code looks} keys of the donor.
   *
   * @return whether the heir has everything now
   */
  boolean carryOn(int looks) {
    int at = donor.placeFrom(cursor);
    for (int look = 0; look < looks && left > 0; look++) {
      if (at < 0) {
        throw new IllegalStateException(left + " inherited keys are not in the donor's table");
      }
      cursor = donor.hashAt(at);
      if (includes(donor.entryAt(at))) {
        take(at);
        at = donor.placeFrom(cursor);
      } else {
        at = donor.placeAfter(at);
      }
    }
    return left == 0;
  }

  private int take(int at) {
    int hash = donor.hashAt(at);
    int clock = donor.clockAt(at);
    int entry = donor.entryAt(at);
    donor.takeOut(at);
    int index = heir.putIn(hash, entry);
    if (clock != AccessClock.UNKNOWN) {
      heir.clockIs(index, clock);
    }
    if (--left == 0) {
      donor.settled();
      heir.settled();
      if (from == null) {
        donor.leave();
      }
    }
    return index;
  }
}
