package io.slotferry.engine.value;

/** Something that stands at a stream ID: a block by its first entry, a pending entry by its own. */
abstract sealed class Identified permits StreamBlock, PendingEntry {
  /** Both parts are unsigned. */
  final long ms;

  final long seq;

  Identified(long ms, long seq) {
    this.ms = ms;
    this.seq = seq;
  }

  /** Negative, 0 or positive as its ID is before, at or after this one. */
  final int compareTo(long otherMs, long otherSeq) {
    return StreamId.compare(ms, seq, otherMs, otherSeq);
  }
}
