package io.slotferry.protocol.shard;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * A transaction as one request to a shard: conditions and commands, each behind an argument of its
 * own that says how to read it.
 *
 * <pre>
 *   !exec or !query, then for each: (u8 RESP version, varint keyspace, varint arguments), name, …
 * </pre>
 *
 * The conditions come first; they look like {@link Command#WATCH_KEYS}, and hold when that watcher
 * still watches all those keys. The reply is that of EXEC: an array with the reply of each command,
 * or nil when a condition does not hold.
 *
 * <p>Thread: whoever made it; reused, never shared.
 */
public final class TransactionBatch {
  private TransactionBatch() {}

  /** What EXEC is answered when all of it was refused, for this error. */
  public static String refused(String error) {
    return "EXECABORT Transaction discarded because of: " + error;
  }

  /** Puts a batch together. */
  public static final class Writer {
    private final WireWriter out = new WireWriter();
    private final Request batch = new Request();
    private int[] starts = new int[64];
    private int arguments;

    public void begin(Command kind) {
      out.clear();
      arguments = 0;
      byte[] name = kind.lowerName().getBytes(StandardCharsets.US_ASCII);
      add(name, 0, name.length);
    }

    /** Appends a command, which is copied. */
    public void add(int respVersion, int keyspace, Request command) {
      mark();
      out.u8(respVersion);
      out.varint(keyspace);
      out.varint(command.count());
      for (int i = 0; i < command.count(); i++) {
        add(command.buffer(), command.start(i), command.length(i));
      }
    }

    private void add(byte[] source, int start, int length) {
      mark();
      out.raw(source, start, length);
    }

    private void mark() {
      if (arguments == starts.length) {
        starts = Arrays.copyOf(starts, arguments * 2);
      }
      starts[arguments++] = out.size();
    }

    /** Whether nothing was added yet. */
    public boolean isEmpty() {
      return arguments == 1;
    }

    /** The batch, valid until {@link #begin}. */
    public Request request() {
      batch.reset(out.bytes());
      for (int i = 0; i < arguments; i++) {
        int end = i + 1 < arguments ? starts[i + 1] : out.size();
        batch.add(starts[i], end - starts[i]);
      }
      return batch;
    }
  }

  /** Goes through a batch in place. */
  public static final class Reader {
    private final WireReader head = new WireReader(new byte[0]);
    private final Request command = new Request();
    private Request batch = command;
    private int next;

    /** Goes through {@code batch} from the beginning. */
    public void reset(Request batch) {
      this.batch = batch;
      next = 1;
    }

    /**
     * Goes to the next condition or command; false at the end.
     *
     * @param call gets the command, its keyspace, and the protocol of its reply
     * @throws MalformedFrameException if the request is no batch
     */
    public boolean next(ShardCall call) {
      if (next == batch.count()) {
        return false;
      }
      byte[] buffer = batch.buffer();
      head.reset(buffer, batch.start(next), batch.length(next));
      call.respVersion = head.u8();
      call.keyspace = head.varint();
      int count = head.varint();
      next++;
      if (count < 1 || count > batch.count() - next) {
        throw new MalformedFrameException("a transaction whose arguments are cut off");
      }
      Command row = CommandTable.lookupOfShard(buffer, batch.start(next), batch.length(next));
      if (row == null) {
        throw new MalformedFrameException("a command of a transaction is unknown here");
      }
      call.command = row;
      command.reset(buffer);
      for (int i = 0; i < count; i++, next++) {
        command.add(batch.start(next), batch.length(next));
      }
      return true;
    }

    /** What {@link #next} has read, a view that is valid until it is called again. */
    public Request command() {
      return command;
    }
  }
}
