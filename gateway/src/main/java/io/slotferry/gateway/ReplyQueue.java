package io.slotferry.gateway;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * The replies that a connection owes and cannot write yet, in the order of its commands. Empty most
 * of the time: a reply that is there at once with nothing pending before it never comes here.
 *
 * <p>Thread: the connection's loop.
 */
final class ReplyQueue {
  /** Replies owed at most; a connection that owes as many is not served on. */
  static final int REPLIES_MAX = 1024;

  private static final long NONE_REFUSED = -1;

  private final RespConnection connection;
  private @Nullable PendingReply first;
  private @Nullable PendingReply last;
  private int size;
  private int sent;
  private long sentMapVersion;
  private long refusedMapVersion = NONE_REFUSED;
  private int waiting;
  private long heldBytes;

  ReplyQueue(RespConnection connection) {
    this.connection = connection;
  }

  boolean isEmpty() {
    return first == null;
  }

  boolean isFirst(PendingReply reply) {
    return first == reply;
  }

  int size() {
    return size;
  }

  /** Calls that no shard has taken yet. */
  int waiting() {
    return waiting;
  }

  /** Bytes of the replies that are there and wait for one before them. */
  long heldBytes() {
    return heldBytes;
  }

  /** The place of a reply that comes later. */
  PendingReply add(boolean silent) {
    return append(new PendingReply(this, silent));
  }

  /** The newest reply that is not there yet is that of this command, if it did not come already. */
  void measureLast(CommandMeter.Answered measured) {
    if (last != null && last.reply == null && last.measured == null) {
      last.measured = measured;
    }
  }

  /** A reply that is there, behind others that are not. */
  void addReplied(byte[] bytes, int length) {
    PendingReply replied = append(new PendingReply(this, false));
    replied.reply = Arrays.copyOf(bytes, length);
    heldBytes += length;
  }

  private PendingReply append(PendingReply reply) {
    if (last == null) {
      first = reply;
    } else {
      last.next = reply;
    }
    last = reply;
    size++;
    return reply;
  }

  /** The first reply is there: it goes out, and all that it kept waiting. */
  void firstReplied(byte[] bytes, int offset, int length) {
    PendingReply reply = first;
    if (reply != null && !reply.silent) {
      connection.emit(bytes, offset, length);
    }
    removeFirst();
    while (first != null && first.reply != null) {
      byte[] held = first.reply;
      heldBytes -= held.length;
      if (!first.silent) {
        connection.emit(held, 0, held.length);
      }
      removeFirst();
    }
    loopTouches();
  }

  /** A reply that came later is an error. */
  void failed(byte[] bytes, int offset) {
    connection.gateway.counters().addError(bytes, offset);
  }

  void laterReplied(int length) {
    heldBytes += length;
    loopTouches();
  }

  void waits(boolean start) {
    waiting += start ? 1 : -1;
    if (waiting == 0) {
      loopTouches();
    }
  }

  /** Counts the calls that are at the shards: all of them went by one version of the map. */
  void sent(boolean taken) {
    sent += taken ? 1 : -1;
    if (sent == 0 && waiting > 0) {
      connection.loop.router().roomAgain();
    }
  }

  void refused(long mapVersion) {
    refusedMapVersion = Math.max(refusedMapVersion, mapVersion);
  }

  void mayRetry() {
    refusedMapVersion = NONE_REFUSED;
  }

  /** Whether a call may go by the map of this version, as those under way did; then it counts. */
  boolean mayGoBy(long mapVersion) {
    if (refusedMapVersion == mapVersion) {
      return false;
    }
    if (sent == 0) {
      sentMapVersion = mapVersion;
    }
    return sentMapVersion == mapVersion;
  }

  private void removeFirst() {
    PendingReply removed = first;
    if (removed != null) {
      first = removed.next;
      size--;
    }
    if (first == null) {
      last = null;
    }
    if (removed != null && removed.trackedRead != null) {
      removed.trackedRead.replied();
    }
  }

  private void loopTouches() {
    connection.loop.touch(connection);
  }
}
