package io.slotferry.replication.log;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * The durable side of a log, as the log sees it. It takes the appended bytes out of the backlog by
 * itself, at the end of a loop turn; nothing here blocks.
 *
 * <p>Thread: the loop that owns the shard copy, for every method and every callback.
 */
public interface LogDisk {
  /** {@link #firstOffset} of a disk that holds nothing. */
  long NOTHING = Long.MAX_VALUE;

  /** The oldest offset that {@link #read} can still give, or {@link #NOTHING}. */
  long firstOffset();

  /** All bytes before this offset survive a crash of the machine; 0 when none do. */
  long fsyncedOffset();

  /** A new shard's first leader: the history begins at {@code offset}, where the copy is empty. */
  void begin(LogIdentity identity, long offset);

  /** Names the log's history from now on; durable before any byte that is appended later. */
  void identify(LogIdentity identity);

  /**
   * Makes what is on disk void, as one atomic step, and starts over at {@code offset}. The copy's
   * data is not complete yet, so that a crash from now on leaves an empty copy.
   */
  void restart(LogIdentity identity, long offset);

  /** Reads whole records as {@link Backlog#read} does, from disk. */
  void read(long from, int bytesMax, Reader reader);

  /** Whether a write is to be durable before it is answered. */
  boolean forcesAll();

  /** Makes everything before {@code offset} durable soon, whatever the policy. */
  void force(long offset);

  /** Calls {@code listener} with the fsynced offset each time it has grown. */
  void onFsync(LongConsumer listener);

  /**
   * Why the copy must refuse writes now, as a RESP error without its dash; null when it need not.
   */
  @Nullable String refusal();

  /** Whether more has been appended than the disk has taken, by so much that writers must wait. */
  boolean backlogged();

  /** Takes the result of one {@link #read}, later, on the owner's loop. */
  interface Reader {
    /**
     * @param records valid only during the call; empty at the log's end on disk
     */
    void read(byte[] records, int length);

    /** The offset is no longer on disk, or the disk failed. */
    void failed(String reason);
  }
}
