package io.slotferry.replication;

/** Where the partitions of a call are, as a copy sees it; the worse comes later. */
enum Place {
  HERE,
  /** Here, and frozen for a moment. */
  HELD,
  ELSEWHERE;

  Place worse(Place other) {
    return compareTo(other) >= 0 ? this : other;
  }
}
