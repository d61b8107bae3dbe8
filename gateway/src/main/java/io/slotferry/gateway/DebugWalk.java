package io.slotferry.gateway;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.topology.ClusterMap;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Locale;

/**
 * DEBUG: a subcommand about keys goes to one key's shard after the other, one about all data to
 * every shard. SLEEP keeps only its own connection waiting, unless it is in the middle of a
 * transaction: others share the loops.
 */
final class DebugWalk extends Walk {
  private static final byte[] OK = "+OK\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final double SLEEP_SECONDS_MAX = 3600;
  private static final long MILLIS_PER_SECOND = 1000;
  private static final int KEYS = 2;

  /** How the places to ask follow each other. */
  private enum Plan {
    ONE_KEY,
    EACH_KEY,
    EACH_SHARD,
    ANY_SHARD,
    POPULATE,
    SLEEP
  }

  private final String subcommand;
  private final Plan plan;
  private final ReplyWriter replies = new ReplyWriter(64);
  private final DatasetDigest digest = new DatasetDigest();
  private int shard = ClusterMap.NO_SHARD;
  private int key = KEYS;
  private long populated;

  DebugWalk(Router router, Caller caller, Command command, Request request) {
    super(router, caller, command, request);
    subcommand = this.request.text(1).toUpperCase(Locale.ROOT);
    plan = plan();
  }

  private Plan plan() {
    boolean hasArgument = request.count() > KEYS;
    return switch (subcommand) {
      case "OBJECT", "LISTPACK", "QUICKLIST" -> hasArgument ? Plan.ONE_KEY : Plan.ANY_SHARD;
      case "DIGEST-VALUE" -> Plan.EACH_KEY;
      case "DIGEST", "RELOAD", "LOADAOF", "SET-ACTIVE-EXPIRE", "SET-DISABLE-DENY-SCRIPTS" ->
          Plan.EACH_SHARD;
      case "POPULATE" ->
          isCount(KEYS) && (request.count() < 5 || isCount(4)) ? Plan.POPULATE : Plan.ANY_SHARD;
      case "SLEEP" -> sleepMillis(request) < 0 ? Plan.ANY_SHARD : Plan.SLEEP;
      default -> Plan.ANY_SHARD;
    };
  }

  @Override
  Step step(ReplyWriter stepReply) {
    return switch (plan) {
      case ANY_SHARD -> all(router.nextShard(ClusterMap.NO_SHARD), stepReply);
      case ONE_KEY -> ofKey(command, request, KEYS, stepReply);
      case EACH_KEY ->
          key == request.count()
              ? Step.NONE
              : ofKey(
                  command,
                  Request.of(request.copy(0), request.copy(1), request.copy(key)),
                  KEYS,
                  stepReply);
      case EACH_SHARD -> {
        int next = router.nextShard(shard);
        yield next == ClusterMap.NO_SHARD && shard != ClusterMap.NO_SHARD
            ? Step.NONE
            : all(next, stepReply);
      }
      case POPULATE -> populate(stepReply);
      case SLEEP -> {
        later();
        router.loop().schedule(() -> replied(OK, 0, OK.length), sleepMillis(request));
        yield Step.LATER;
      }
    };
  }

  private Step all(int shard, ReplyWriter stepReply) {
    return stepOf(
        router.dispatch(this, command, request, shard, ShardCall.ALL_PARTITIONS, stepReply));
  }

  private Step ofKey(Command command, Request request, int argument, ReplyWriter stepReply) {
    int partition = router.partitionOf(this, request, argument);
    if (partition < 0) {
      stepReply.error("ERR keyspace " + keyspace() + " does not exist");
      return Step.REPLIED;
    }
    return stepOf(
        router.dispatch(
            this, command, request, router.map().shardOf(partition), partition, stepReply));
  }

  @Override
  boolean accept(byte[] bytes, int offset, int length) {
    ReplyReader reader = new ReplyReader(bytes, offset, length);
    reader.next();
    boolean failed = reader.isError();
    if (failed || plan == Plan.ONE_KEY || plan == Plan.ANY_SHARD || plan == Plan.SLEEP) {
      replies.clear();
      replies.raw(bytes, offset, length);
      return true;
    }
    switch (plan) {
      case EACH_KEY -> {
        // An array of one.
        replies.raw(bytes, reader.position(), offset + length - reader.position());
        key++;
      }
      case POPULATE -> populated++;
      default -> {
        if (subcommand.equals("DIGEST")) {
          digest.add(reader);
        }
        shard = router.nextShard(shard);
      }
    }
    return false;
  }

  @Override
  void finish(ReplyWriter reply) {
    if (plan == Plan.EACH_KEY && key == request.count()) {
      reply.array(key - KEYS);
    }
    if (replies.size() > 0) {
      reply.raw(replies.bytes(), 0, replies.size());
    } else if (plan == Plan.EACH_SHARD && subcommand.equals("DIGEST")) {
      reply.simple(digest.hex());
    } else if (plan != Plan.EACH_KEY) {
      reply.ok();
    }
  }

  // ---- SLEEP

  /** How long SLEEP takes; -1 of other subcommands, and when its argument is no time. */
  static long sleepMillis(Request request) {
    if (request.count() != KEYS + 1 || !request.is(1, "SLEEP")) {
      return -1;
    }
    double seconds = Decimal.toDouble(request.buffer(), request.start(KEYS), request.length(KEYS));
    return seconds >= 0 && seconds <= SLEEP_SECONDS_MAX
        ? Math.round(seconds * MILLIS_PER_SECOND)
        : -1;
  }

  // ---- POPULATE count [prefix [size]]

  private boolean isCount(int argument) {
    if (argument >= request.count() || request.count() > 5) {
      return false;
    }
    int start = request.start(argument);
    int length = request.length(argument);
    return Decimal.isLong(request.buffer(), start, length)
        && count(argument) >= 0
        && count(argument) <= Integer.MAX_VALUE;
  }

  private long count(int argument) {
    return Decimal.toLong(request.buffer(), request.start(argument), request.length(argument));
  }

  private Step populate(ReplyWriter stepReply) {
    if (populated == count(KEYS)) {
      return Step.NONE;
    }
    String prefix = request.count() > 3 ? request.text(3) : "key";
    byte[] value = ("value:" + populated).getBytes(StandardCharsets.US_ASCII);
    if (request.count() > 4 && count(4) > 0) {
      value = Arrays.copyOf(value, (int) count(4));
    }
    byte[] name = (prefix + ':' + populated).getBytes(StandardCharsets.ISO_8859_1);
    byte[] set = {'S', 'E', 'T'};
    byte[] onlyNew = {'N', 'X'};
    return ofKey(Command.SET, Request.of(set, name, value, onlyNew), 1, stepReply);
  }
}
