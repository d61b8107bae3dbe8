package io.slotferry.protocol.shard;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * A copy of a shard as its callers on the same event loop see it: its leader, or a replica for
 * calls that say how old the data may be. Between processes the same calls travel in {@link
 * io.slotferry.protocol.frame command frames}.
 *
 * <p>Thread: the event loop that owns the shard copy; nothing else may call it.
 */
public interface ShardExecutor {
  /**
   * Executes one command.
   *
   * @param request valid only during the call
   * @param reply the reply is appended here when the outcome is {@link Outcome#REPLIED}; otherwise
   *     nothing is written
   * @param later receives the reply when the outcome is {@link Outcome#LATER}, on this loop
   */
  Outcome execute(ShardCall call, Request request, ReplyWriter reply, LaterReply later);

  /**
   * A command of the batch that is about to be executed will look up the key {@code buffer[start,
   * start + length)}. A hint: a copy that knows the keys beforehand can fetch them side by side.
   *
   * @return what {@link ShardCall#keyHash} may be then, if it is the command's first key
   */
  default int expect(int keyspace, int partition, byte[] buffer, int start, int length) {
    return 0;
  }

  /**
   * A batch begins: its commands follow at once, in this turn of the loop, and all have the same
   * time. Without one, each command has its own.
   */
  default void beginBatch() {}

  /** The batch is over. */
  default void endBatch() {}

  /**
   * Whether this copy leads {@code shard} in {@code epoch}: commands that were framed for another
   * epoch are not executed.
   */
  default boolean leads(int shard, long epoch) {
    return true;
  }

  /** Whoever is answered through {@code later} is gone: what was kept for it is of no use. */
  default void forget(LaterReply later) {}

  /** Version of the newest cluster map that this copy knows; 0 when it cannot tell. */
  default long mapVersion() {
    return 0;
  }

  /** What callers are told while a script runs here for too long; null when none does. */
  default @Nullable String busy() {
    return null;
  }

  /** The error of commands that would need memory, while there is none; null when there is. */
  default @Nullable String outOfMemory() {
    return null;
  }

  /**
   * Has {@code watcher} told of key events of these classes ({@link KeyEvents}) from now on, and of
   * no others; 0 ends it. A watcher that is also the {@link LaterReply} of a call learns which of
   * its clients changed a key.
   */
  default void watch(KeyWatcher watcher, int events) {}

  /** Tells all watchers now what has happened in this turn so far. */
  default void tellWatchers() {}

  /** Is told what happens to keys. */
  interface KeyWatcher {
    /**
     * {@code bytes[0, length)} are {@link KeyEventRecord records}, valid only during the call; on
     * this loop, once a turn.
     */
    void happened(byte[] bytes, int length);
  }

  /** How a call ended. */
  enum Outcome {
    /** The reply was written. */
    REPLIED,
    /** The reply comes through {@link LaterReply}: a frozen partition, WAIT, a sync write. */
    LATER,
    /** As LATER; the call waits for a key, and has changed nothing so far. */
    WAITING,
    /**
     * Nothing was executed: this copy does not lead, does not own the partition, or has no lease.
     * The caller refreshes its map and routes again. Of a replica: it cannot tell that its data is
     * new enough; the caller asks the leader.
     */
    NOT_HERE
  }

  /** Where replies go that could not be given at once. */
  interface LaterReply {
    /** The reply of the call with this ticket. {@code reply} is valid only during the call. */
    void replied(long ticket, ReplyWriter reply);

    /** The call was not executed after all: route it again. */
    void notHere(long ticket);

    /** The call was executed, or may have been, and its effect may be lost. */
    void uncertain(long ticket);

    /** The call, which was held, waits for a key now, as {@link Outcome#WAITING}. */
    default void waiting(long ticket) {}
  }
}
