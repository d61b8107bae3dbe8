package io.slotferry.protocol.frame;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.shard.ShardCall;

/**
 * Collects commands for one shard: the payload of a {@link FrameKind#COMMANDS} frame. Begun once
 * per loop turn, appended to as commands come, and read back by {@link CommandFrameReader}.
 *
 * <pre>
 *   i32 shard, i64 epoch, i64 map version, i64 refusals seen, i64 first ticket, i32 events watched,
 *   i32 count, then for each command:
 *   u8 RESP version (with a bit of its own for durability sync, one for no-touch, one for
 *   MONITOR, one if the client follows: varlong client, one if a user follows: text name, text rules, one if a replica may
 *   answer: varint staleness), varint keyspace, i32 partition, varint argument count, (varint
 *   length, bytes)*
 * </pre>
 *
 * The ticket of the i-th command is the first ticket + i. Thread: one gateway loop.
 */
public final class CommandFrameWriter {
  private static final int COUNT_AT = 40;

  /** Bit of the RESP version's byte: the client's id follows. */
  static final int HAS_CLIENT = 1 << 7;

  /** Bit of the RESP version's byte: durability sync. */
  static final int SYNC = 1 << 6;

  /** Bit of the RESP version's byte: the name and the rules of a user follow. */
  static final int HAS_USER = 1 << 5;

  /** Bit of the RESP version's byte: the keys' last use stays as it is. */
  static final int NO_TOUCH = 1 << 4;

  /** Bit of the RESP version's byte: how old a replica's data may be follows. */
  static final int HAS_STALENESS = 1 << 3;

  /** Bit of the RESP version's byte: somebody monitors. */
  static final int MONITORED = 1 << 2;

  /** What remains of that byte. */
  static final int RESP_VERSION = MONITORED - 1;

  private final WireWriter out = new WireWriter();
  private long firstTicket;
  private int count;

  /**
   * Starts a frame; what was collected before is forgotten.
   *
   * @param refusalsSeen how many commands of this link its copy was seen to refuse, see {@link
   *     io.slotferry.protocol.shard.FrameDoor}
   * @param watched the {@link io.slotferry.protocol.shard.KeyEvents} that the sender wants to be
   *     told of from here on
   */
  public void begin(
      int shard, long epoch, long mapVersion, long refusalsSeen, long firstTicket, int watched) {
    this.firstTicket = firstTicket;
    count = 0;
    out.clear();
    out.i32(shard);
    out.i64(epoch);
    out.i64(mapVersion);
    out.i64(refusalsSeen);
    out.i64(firstTicket);
    out.i32(watched);
    out.i32(0);
  }

  /**
   * Appends a command; the request is copied.
   *
   * @param call with the ticket that is next in this frame
   */
  public void add(ShardCall call, Request request) {
    if (call.ticket != firstTicket + count) {
      throw new IllegalArgumentException(
          "ticket " + call.ticket + " where " + (firstTicket + count) + " is next");
    }
    AclUser user = call.user;
    out.u8(
        call.respVersion
            | (call.sync ? SYNC : 0)
            | (call.noTouch ? NO_TOUCH : 0)
            | (call.monitored ? MONITORED : 0)
            | (call.client == 0 ? 0 : HAS_CLIENT)
            | (user == null ? 0 : HAS_USER)
            | (call.stalenessMillisMax == 0 ? 0 : HAS_STALENESS));
    if (call.client != 0) {
      out.varlong(call.client);
    }
    if (user != null) {
      out.text(user.name());
      out.text(user.rules());
    }
    if (call.stalenessMillisMax != 0) {
      out.varint(call.stalenessMillisMax);
    }
    out.varint(call.keyspace);
    out.i32(call.partition);
    int arguments = request.count();
    out.varint(arguments);
    for (int i = 0; i < arguments; i++) {
      out.bytes(request.buffer(), request.start(i), request.length(i));
    }
    count++;
    out.i32At(COUNT_AT, count);
  }

  public int count() {
    return count;
  }

  /** Whether the frame has reached {@link FrameLink#FRAME_BYTES_MAX} and should be sent now. */
  public boolean isFull() {
    return out.size() >= FrameLink.FRAME_BYTES_MAX;
  }

  /** The frame so far; valid up to {@link #size} until the next {@link #add}. */
  public byte[] bytes() {
    return out.bytes();
  }

  public int size() {
    return out.size();
  }
}
