package io.slotferry.engine.value;

import java.util.random.RandomGenerator;

/**
 * The elements of a hash, a set or a sorted set, by position: what SCAN and random choice need of
 * them. A position is valid until the value changes; -1 is none.
 *
 * <p>Elements of a large value come in the (unsigned) order of their hashes, whatever the size of
 * its table, so that a hash is a cursor that survives growth and shrinking. Those of a compact
 * value all have the hash 0: they are one page.
 */
public interface Elements {
  int size();

  int first();

  int next(int position);

  /** The first position whose hash is at least {@code hash} (unsigned). */
  int positionFrom(int hash);

  int hashAt(int position);

  /** Points {@code out} at the field or member. */
  void elementAt(int position, Slice out);

  /** The position of an element, each as likely as any other; there must be one. */
  int randomPosition(RandomGenerator random);
}
