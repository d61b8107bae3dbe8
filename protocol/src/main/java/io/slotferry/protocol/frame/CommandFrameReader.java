package io.slotferry.protocol.frame;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.shard.ShardCall;

/**
 * Reads what {@link CommandFrameWriter} wrote, command by command; a request is a view of the
 * frame's bytes. Thread: the loop that owns the copy; reused from frame to frame.
 */
public final class CommandFrameReader {
  private final WireReader in = new WireReader(new byte[0]);
  private final Request request = new Request();
  private int shard;
  private long epoch;
  private long mapVersion;
  private long refusalsSeen;
  private long firstTicket;
  private int watched;
  private int count;
  private int read;

  /** The user that was read last. */
  private AclUser user = new AclUser("");

  private String userRules = "";

  /**
   * Reads the head of the frame in {@code bytes[offset, offset + length)}.
   *
   * @throws MalformedFrameException from here and {@link #next}, if the bytes are no such frame
   */
  public void reset(byte[] bytes, int offset, int length) {
    in.reset(bytes, offset, length);
    shard = in.i32();
    epoch = in.i64();
    mapVersion = in.i64();
    refusalsSeen = in.i64();
    firstTicket = in.i64();
    watched = in.i32();
    count = in.i32();
    read = 0;
  }

  public int shard() {
    return shard;
  }

  public long epoch() {
    return epoch;
  }

  public long mapVersion() {
    return mapVersion;
  }

  /** How many refusals of this link its sender had seen when it began the frame. */
  public long refusalsSeen() {
    return refusalsSeen;
  }

  public long firstTicket() {
    return firstTicket;
  }

  /** The key events that the sender wants to be told of. */
  public int watched() {
    return watched;
  }

  public int count() {
    return count;
  }

  /**
   * Reads the next command into {@link #request} and all fields of {@code call}; false at the end.
   */
  public boolean next(ShardCall call) {
    return next(call, request);
  }

  /** {@link #next(ShardCall)} into a request of the caller's, for those who read ahead. */
  public boolean next(ShardCall call, Request request) {
    if (read == count) {
      return false;
    }
    int version = in.u8();
    call.client = (version & CommandFrameWriter.HAS_CLIENT) == 0 ? 0 : in.varlong();
    call.user = (version & CommandFrameWriter.HAS_USER) == 0 ? null : user();
    call.stalenessMillisMax = (version & CommandFrameWriter.HAS_STALENESS) == 0 ? 0 : in.varint();
    call.sync = (version & CommandFrameWriter.SYNC) != 0;
    call.noTouch = (version & CommandFrameWriter.NO_TOUCH) != 0;
    call.monitored = (version & CommandFrameWriter.MONITORED) != 0;
    call.respVersion = version & CommandFrameWriter.RESP_VERSION;
    call.keyspace = in.varint();
    call.partition = in.i32();
    call.mapVersion = mapVersion;
    call.ticket = firstTicket + read;
    byte[] bytes = in.buffer();
    request.reset(bytes);
    for (int left = in.varint(); left > 0; left--) {
      int length = in.varint();
      request.add(in.skip(length), length);
    }
    call.command = command(bytes, request);
    read++;
    return true;
  }

  /** One user's scripts often come one after the other. */
  private AclUser user() {
    String name = in.text();
    String rules = in.text();
    if (!user.name().equals(name) || !userRules.equals(rules)) {
      user = AclUser.of(name, rules);
      userRules = rules;
    }
    return user;
  }

  private Command command(byte[] bytes, Request request) {
    Command command =
        request.count() == 0
            ? null
            : CommandTable.lookupOfShard(bytes, request.start(0), request.length(0));
    if (command == null) {
      throw new MalformedFrameException("command " + read + " of " + count + " is unknown here");
    }
    return command;
  }

  /**
   * Reads the arguments alone of a command that {@link CommandFrameWriter} wrote.
   *
   * @param in at the command's beginning
   * @param request becomes a view of the reader's bytes
   */
  public static void readArguments(WireReader in, Request request) {
    int version = in.u8();
    if ((version & CommandFrameWriter.HAS_CLIENT) != 0) {
      in.varlong();
    }
    if ((version & CommandFrameWriter.HAS_USER) != 0) {
      in.skip(in.varint());
      in.skip(in.varint());
    }
    if ((version & CommandFrameWriter.HAS_STALENESS) != 0) {
      in.varint();
    }
    in.varint();
    in.i32();
    request.reset(in.buffer());
    for (int left = in.varint(); left > 0; left--) {
      int length = in.varint();
      request.add(in.skip(length), length);
    }
  }

  /** The command that {@link #next} read; valid until it is called again. */
  public Request request() {
    return request;
  }
}
