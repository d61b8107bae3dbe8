package io.slotferry.gateway;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.access.AclUser;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.Routing;
import io.slotferry.protocol.shard.TransactionBatch;
import io.slotferry.topology.Keyspace;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One EXEC. What concerns the shard goes there as one batch, with the keys that must not have
 * changed; then the gateway's own commands are executed, each in its place between the shard's
 * replies.
 *
 * <pre>
 *   KEYSPACES: those that are named are made ──► BATCH: the shard executes it all, or nothing
 *                                                  │              │ nil, an error
 *                   WEAVE, command by command ◄────┘              └──► that is the reply
 * </pre>
 *
 * <p>Thread: the session's gateway loop.
 */
final class TransactionRun implements Caller, ReplyTarget {
  private enum Step {
    KEYSPACES,
    BATCH,
    WEAVE
  }

  private static final int NONE = -1;
  private static final long NANOS_PER_MILLI = 1_000_000;

  private final Session session;
  private final Router router;
  private final List<Transaction.Queued> queued;
  private final Command kind;
  private final int respVersion;
  private final Watches watches;
  private final @Nullable TrackedRead trackedRead;
  private final boolean asksShard;
  private final boolean weaves;
  private final ReplyWriter out = new ReplyWriter();
  private Step step = Step.KEYSPACES;
  private int made = NONE;
  private byte[] shardReply = new byte[0];
  private int shardCommands;

  /** What each of the shard's commands took; 0 when that is not known. */
  private long shardNanosEach;

  /** What the user may not do any more, by the place in the queue; null when it may do all. */
  private @Nullable String @Nullable [] refusals;

  /** The gateway's command that is answered later. */
  private CommandMeter.@Nullable Answered measured;

  private ReplyReader elements = new ReplyReader(shardReply, 0, 0);
  private int next;
  private boolean held;
  private @Nullable ReplyTarget target;

  TransactionRun(Session session, Transaction transaction) {
    this.session = session;
    this.router = session.loop.router();
    this.queued = transaction.queued();
    this.kind = transaction.writes() ? Command.EXECUTE_BATCH : Command.QUERY_BATCH;
    this.respVersion = session.respVersion;
    this.watches = session.takeWatches();
    this.trackedRead = session.trackedRead;
    this.asksShard = queued.stream().anyMatch(each -> !isOfGateway(each.command()));
    this.weaves = queued.stream().anyMatch(this::isOfGateway);
  }

  /** Also those that go from shard to shard: they promise little, and one shard cannot tell all. */
  private static boolean isOfGateway(Command command) {
    return switch (command.routing()) {
      case GATEWAY, CURSOR, ORDERED, BY_SUBCOMMAND -> true;
      default -> false;
    };
  }

  private boolean isOfGateway(Transaction.Queued each) {
    return isOfGateway(each.command()) && restMillis(each) < 0;
  }

  /** How long the shard is to rest in this place, DEBUG SLEEP; -1 for any other command. */
  private long restMillis(Transaction.Queued each) {
    return asksShard && each.command() == Command.DEBUG
        ? DebugWalk.sleepMillis(each.request())
        : -1;
  }

  /** The result is that of {@link GatewayCommand#execute}. */
  boolean start(ReplyWriter reply) {
    if (advance()) {
      reply.raw(out.bytes(), 0, out.size());
      return true;
    }
    target();
    if (weaves) {
      // A SELECT among them is for the commands that follow, too.
      held = true;
      session.hold();
    }
    return false;
  }

  /** Makes steps as long as they are answered in place; true at the end. */
  private boolean advance() {
    if (step == Step.KEYSPACES) {
      int missing = missingKeyspace();
      if (missing != NONE) {
        made = missing;
        ConnectionCommands.createKeyspace(session.loop, missing, this::goOn);
        return false;
      }
      step = Step.BATCH;
      if (!askShard()) {
        return false;
      }
    }
    if (step == Step.BATCH && !acceptBatch()) {
      return true;
    }
    if (!weave()) {
      return false;
    }
    // Commands of the transaction were its last one meanwhile, to be counted by their names.
    session.lastCommand = Command.EXEC.lowerName();
    return true;
  }

  private void goOn() {
    if (advance()) {
      if (held) {
        session.release();
      }
      target().replied(out.bytes(), 0, out.size());
    }
  }

  // ---- keyspaces

  private int missingKeyspace() {
    for (Transaction.Queued each : queued) {
      int missing = NamedKeyspaces.missing(router.map(), each.command(), each.request());
      if (missing != NONE && missing != made) {
        return missing;
      }
    }
    return NONE;
  }

  private static int selected(Transaction.Queued each) {
    return each.command() == Command.SELECT
        ? number(each.request(), 0, Keyspace.COUNT_MAX - 1)
        : NONE;
  }

  private static int number(Request request, int min, int max) {
    if (request.count() < 2 || !ConnectionCommands.isLong(request, 1)) {
      return NONE;
    }
    long number = ConnectionCommands.toLong(request, 1);
    return number < min || number > max ? NONE : (int) number;
  }

  // ---- the batch

  private boolean askShard() {
    TransactionBatch.Writer batch = new TransactionBatch.Writer();
    batch.begin(kind);
    for (Watches.Watched each : watches.watched()) {
      batch.add(respVersion, each.keyspace(), each.request());
    }
    int keyspace = session.keyspace;
    int version = respVersion;
    findRefusals();
    for (int i = 0; i < queued.size(); i++) {
      Transaction.Queued each = queued.get(i);
      if (refusal(i) != null) {
        continue;
      }
      if (!isOfGateway(each)) {
        batch.add(version, keyspace, ofShard(each));
        shardCommands++;
      } else if (selected(each) != NONE) {
        keyspace = selected(each);
      } else if (each.command() == Command.HELLO) {
        version = number(each.request(), 2, 3) == NONE ? version : number(each.request(), 2, 3);
      }
    }
    ReplyWriter reply = new ReplyWriter();
    boolean replied = true;
    if (batch.isEmpty()) {
      reply.emptyArray();
    } else {
      long startNanos = System.nanoTime();
      replied = router.execute(this, kind, batch.request(), reply);
      shardNanosEach = replied ? (System.nanoTime() - startNanos) / Math.max(1, shardCommands) : 0;
    }
    if (replied) {
      shardReply = reply.toByteArray();
    }
    return replied;
  }

  private Request ofShard(Transaction.Queued each) {
    long restMillis = restMillis(each);
    return restMillis < 0
        ? each.request()
        : Request.of(Command.REST.lowerName(), Long.toString(restMillis));
  }

  /** The rules may have changed since the commands were queued. */
  private void findRefusals() {
    if (session.trusted) {
      return;
    }
    refusals = new String[queued.size()];
    for (int i = 0; i < queued.size(); i++) {
      Transaction.Queued each = queued.get(i);
      refusals[i] = session.gateway.access().refusalInExec(session, each.command(), each.request());
    }
  }

  private @Nullable String refusal(int place) {
    return refusals == null ? null : refusals[place];
  }

  /** Looks at the shard's reply; false when it is EXEC's. */
  private boolean acceptBatch() {
    step = Step.WEAVE;
    out.useProtocol(respVersion);
    elements = new ReplyReader(shardReply, 0, shardReply.length);
    elements.next();
    if (elements.isError()) {
      watches.forget(router);
    }
    if (elements.isError() || elements.isNull()) {
      out.raw(shardReply);
      return false;
    }
    out.array(queued.size());
    return true;
  }

  // ---- the gateway's own commands

  private boolean weave() {
    while (next < queued.size()) {
      String refusal = refusal(next);
      Transaction.Queued each = queued.get(next++);
      if (refusal != null) {
        refuse(each, refusal);
      } else if (isOfGateway(each)) {
        if (!execute(each.command(), each.request())) {
          return false;
        }
      } else {
        router.reports().take(this, elements);
        int start = elements.position();
        elements.skip();
        long nanos = Math.max(shardNanosEach, restMillis(each) * NANOS_PER_MILLI);
        session
            .loop
            .meter()
            .ofTransaction(session, each.command(), each.request(), nanos, shardReply, start);
        out.raw(shardReply, start, elements.position() - start);
      }
    }
    return true;
  }

  private void refuse(Transaction.Queued each, String refusal) {
    session.lastCommand = CommandMeter.fullName(each.command(), each.request());
    session.loop.meter().rejected(session, each.command());
    int start = out.size();
    out.error(refusal);
    session.gateway.counters().addError(out.bytes(), start);
  }

  private boolean execute(Command command, Request request) {
    out.useProtocol(session.respVersion);
    session.lastCommand = command.lowerName();
    CommandMeter meter = session.loop.meter();
    int start = out.size();
    long startNanos = meter.begin(command);
    session.collector = this;
    try {
      boolean replied =
          command.routing() == Routing.GATEWAY
              ? GatewayCommands.of(command).execute(session, request, out)
              : router.execute(session, command, request, out);
      if (replied) {
        meter.end(session, command, request, out, startNanos, start);
      } else {
        measured = meter.endsLater(session, command, request, startNanos);
      }
      return replied;
    } finally {
      session.collector = null;
    }
  }

  @Override
  public void replied(byte[] bytes, int offset, int length) {
    if (step == Step.BATCH) {
      shardReply = Arrays.copyOfRange(bytes, offset, offset + length);
    } else {
      out.raw(bytes, offset, length);
      answered(bytes, offset);
    }
    session.loop.execute(this::goOn);
  }

  private void answered(byte[] reply, int start) {
    if (reply[start] == '-') {
      session.gateway.counters().addError(reply, start);
    }
    if (measured != null) {
      measured.replied(reply, start);
      measured = null;
    }
  }

  // ---- who waits

  private ReplyTarget target() {
    if (target == null) {
      target = session.later();
    }
    return target;
  }

  @Override
  public ReplyTarget later() {
    target();
    return this;
  }

  @Override
  public void waits(boolean waiting) {
    target().waits(waiting);
  }

  @Override
  public void sent(boolean taken) {
    target().sent(taken);
  }

  @Override
  public void refused(long mapVersion) {
    target().refused(mapVersion);
  }

  @Override
  public void mayRetry() {
    target().mayRetry();
  }

  @Override
  public boolean mayGoBy(long mapVersion) {
    return target().mayGoBy(mapVersion);
  }

  @Override
  public int keyspace() {
    return session.keyspace;
  }

  @Override
  public int respVersion() {
    return respVersion;
  }

  @Override
  public Rerouting rerouting() {
    return router;
  }

  @Override
  public WrittenShards written() {
    return session.written();
  }

  @Override
  public boolean sync() {
    return session.sync();
  }

  @Override
  public long markedClient() {
    ClientTracking tracking = session.tracking;
    return tracking == null || tracking.settled.isEmpty() ? session.markedClient() : session.id;
  }

  @Override
  public Session session() {
    return session;
  }

  @Override
  public boolean noTouch() {
    return session.noTouch();
  }

  @Override
  public @Nullable TrackedRead trackedRead() {
    return trackedRead;
  }

  @Override
  public @Nullable AclUser restrictedUser() {
    return session.restrictedUser();
  }

  @Override
  public long waitingSinceMillis() {
    return 0;
  }
}
