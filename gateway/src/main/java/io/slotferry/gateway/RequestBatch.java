package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.RequestParser;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import org.jspecify.annotations.Nullable;

/**
 * The commands that one read has brought complete, parsed before the first of them is executed, so
 * that their shards can be told what is coming ({@link Router#beginBatch}). One for each loop,
 * filled again and again; the requests are views of the array that was parsed.
 *
 * <p>Thread: its gateway loop.
 */
final class RequestBatch {
  /** As many keys as the processor can be fetching at once, with some to spare. */
  static final int COMMANDS_MAX = 32;

  private static final byte[] NOTHING = {};
  private static final int NOT_PLACED = -1;

  private final Request[] requests = new Request[COMMANDS_MAX];
  private final @Nullable Command[] commands = new @Nullable Command[COMMANDS_MAX];
  private final int[] ends = new int[COMMANDS_MAX];
  private int count;

  // Where the first keys belong, so that nobody has to find it out twice.
  private final int[] partitions = new int[COMMANDS_MAX];
  private final int[] keyHashes = new int[COMMANDS_MAX];
  private int placedKeyspace = NOT_PLACED;
  private int executing;

  RequestBatch() {
    for (int i = 0; i < COMMANDS_MAX; i++) {
      requests[i] = new Request();
    }
  }

  /**
   * Parses up to {@code commandsMax} commands of {@code bytes[from, to)}.
   *
   * @return what the parser said last: the end of the last command, INCOMPLETE or FAILED
   */
  int fill(RequestParser parser, byte[] bytes, int from, int to, int commandsMax) {
    count = 0;
    forgetPlaces();
    int next = from;
    while (next >= 0 && count < commandsMax) {
      next = parser.parse(bytes, next, to);
      if (next >= 0) {
        add(parser, next);
      }
    }
    return next;
  }

  private void add(RequestParser parser, int end) {
    Request request = parser.takeRequest(requests[count]);
    requests[count] = request;
    commands[count] = CommandTable.lookup(request.buffer(), request.start(0), request.length(0));
    ends[count] = end;
    count++;
  }

  int count() {
    return count;
  }

  /** Lets one of the commands keep the array that was parsed. */
  void offerBuffer() {
    for (int i = 0; i < count; i++) {
      requests[i].offerBuffer();
    }
  }

  /**
   * Forgets the requests, so that they hold on to no large array.
   *
   * @return whether a command has taken the array, so that nobody may write to it any more
   */
  boolean release() {
    boolean kept = false;
    for (int i = 0; i < count; i++) {
      kept |= requests[i].isBufferKept();
      requests[i].reset(NOTHING);
    }
    return kept;
  }

  Request request(int index) {
    return requests[index];
  }

  // ---- places of the first keys

  /** What follows is said of the keys in this keyspace. */
  void beginPlaces(int keyspace) {
    placedKeyspace = keyspace;
  }

  /**
   * Remembers where the first key of a command is.
   *
   * @param partition -1 when that is not known
   * @param keyHash what its shard has told of it, or 0
   */
  void place(int index, int partition, int keyHash) {
    partitions[index] = partition;
    keyHashes[index] = keyHash;
  }

  /** The partitions are others now, or what was found out is about another batch. */
  void forgetPlaces() {
    placedKeyspace = NOT_PLACED;
  }

  /** The command at {@code index} is executed now. */
  void executes(int index) {
    executing = index;
  }

  /** Whether {@code request} is the one that is executed, and its first key has been placed. */
  boolean isPlaced(Request request, int keyspace) {
    return keyspace == placedKeyspace
        && requests[executing] == request
        && partitions[executing] >= 0;
  }

  int partition() {
    return partitions[executing];
  }

  int keyHash() {
    return keyHashes[executing];
  }

  /** Null when there is no command of that name. */
  @Nullable Command command(int index) {
    return commands[index];
  }

  /** Where the command ends in the array that was parsed. */
  int end(int index) {
    return ends[index];
  }
}
