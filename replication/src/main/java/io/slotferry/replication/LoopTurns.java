package io.slotferry.replication;

/**
 * What a copy asks of the loop that owns it: to be called again. Both may be asked for often; the
 * edge calls once. Thread: the loop that owns the copy.
 */
public interface LoopTurns {
  /** The log has grown: call {@link ShardCopy#flush} at the end of this turn. */
  void flushLater();

  /**
   * A move could send more: call {@link ShardCopy#moveOn} in about a millisecond, in a turn that
   * begins with a look at the clients' sockets. Acknowledgements alone must not drive a move: in a
   * process of which both copies share a loop they come without such a look, each of them bringing
   * the next chunks, and the clients would wait for all of them.
   */
  void moveOnLater();
}
