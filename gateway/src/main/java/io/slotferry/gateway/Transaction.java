package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.ArrayList;
import java.util.List;

/**
 * The commands that a session has sent since MULTI. One that was refused when it came aborts the
 * transaction: EXEC then executes nothing.
 *
 * <p>Thread: the session's gateway loop.
 */
final class Transaction {
  /** Arguments of all queued commands; a command beyond it is refused, and aborts. */
  static final long BYTES_MAX = 256L << 20;

  /** A queued command; the request owns its bytes. */
  record Queued(Command command, Request request) {}

  private final List<Queued> queued = new ArrayList<>();
  private long bytes;
  private boolean writes;
  private boolean aborted;

  /** False when there is no room, which aborts. */
  boolean add(Command command, Request request) {
    Request kept = request.detached();
    bytes += kept.buffer().length;
    if (bytes > BYTES_MAX) {
      abort();
      return false;
    }
    queued.add(new Queued(command, kept));
    writes |= command.isWrite();
    return true;
  }

  void abort() {
    aborted = true;
    queued.clear();
  }

  /** Arguments of all queued commands. */
  long bytes() {
    return bytes;
  }

  boolean isAborted() {
    return aborted;
  }

  /** Whether one of the commands is a write. */
  boolean writes() {
    return writes;
  }

  List<Queued> queued() {
    return queued;
  }

  int size() {
    return queued.size();
  }
}
