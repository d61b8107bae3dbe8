package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;

/**
 * A command under way that was not answered in place: who waits for it, and its arguments, kept so
 * that it can be routed again. The arguments are a slice of an array that all the calls of one batch
 * share: argument count, then each argument with its length.
 */
final class Call implements Caller {
  private static final byte[] NO_ARGUMENTS = new byte[0];

  final Command command;
  final ReplyTarget target;

  /** The shard that it was last meant for. */
  int shard;

  private final int keyspace;
  private final int respVersion;
  private final Rerouting rerouting;
  private long waitingSinceMillis;
  private byte[] arguments = NO_ARGUMENTS;
  private int argumentsStart;

  Call(Caller caller, Command command, int shard) {
    this.command = command;
    this.shard = shard;
    this.target = caller.later();
    this.keyspace = caller.keyspace();
    this.respVersion = caller.respVersion();
    this.rerouting = caller.rerouting();
    this.waitingSinceMillis = caller.waitingSinceMillis();
  }

  /** Writes the arguments of {@code request} as {@link #read} wants them. */
  static void write(Request request, WireWriter writer) {
    int count = request.count();
    byte[] buffer = request.buffer();
    writer.varint(count);
    for (int i = 0; i < count; i++) {
      writer.bytes(buffer, request.start(i), request.length(i));
    }
  }

  /** Where {@link #write} began in the array that {@link #argumentsIn} tells afterwards. */
  void argumentsAt(int start) {
    argumentsStart = start;
  }

  /** The batch that the call is in is complete: {@code array} has the arguments, for good. */
  void argumentsIn(byte[] array) {
    arguments = array;
  }

  /** Points {@code request} at the arguments. */
  void read(WireReader reader, Request request) {
    reader.reset(arguments, argumentsStart, arguments.length - argumentsStart);
    request.reset(arguments);
    int count = reader.varint();
    for (int i = 0; i < count; i++) {
      int length = reader.varint();
      request.add(reader.skip(length), length);
    }
  }

  void waitsSince(long nowMillis) {
    if (waitingSinceMillis == 0) {
      waitingSinceMillis = nowMillis;
    }
  }

  @Override
  public int keyspace() {
    return keyspace;
  }

  @Override
  public int respVersion() {
    return respVersion;
  }

  @Override
  public ReplyTarget later() {
    return target;
  }

  @Override
  public Rerouting rerouting() {
    return rerouting;
  }

  @Override
  public long waitingSinceMillis() {
    return waitingSinceMillis;
  }
}
