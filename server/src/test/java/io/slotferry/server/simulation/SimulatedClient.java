package io.slotferry.server.simulation;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.server.verify.Operation;
import io.slotferry.server.verify.Operation.Append;
import io.slotferry.server.verify.Operation.ListRead;
import io.slotferry.server.verify.Operation.Outcome;
import io.slotferry.server.verify.Operation.Read;
import io.slotferry.server.verify.Operation.Write;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Shard;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A client and its gateway: one command after the other, routed by an image of the map that is
 * often old; sent again only when it certainly was not executed. What it saw goes to the history.
 */
final class SimulatedClient {
  private static final int PAUSE_MILLIS_MAX = 60;
  private static final int AGAIN_MILLIS_MAX = 80;
  private static final int ANSWER_MILLIS_MAX = 2_000;

  final String name;
  private final SimulatedCluster cluster;
  private final Timeline timeline;
  private final SimulatedHistory history;
  private ClusterMap view = ClusterMap.EMPTY;
  private int session;
  private int written;
  private @Nullable ClientCall open;
  private boolean known;
  private boolean finished;

  SimulatedClient(String name, SimulatedCluster cluster) {
    this.name = name;
    this.cluster = cluster;
    this.timeline = cluster.timeline;
    this.history = cluster.history;
    this.session = history.nextSession();
  }

  void see(ClusterMap map) {
    if (map.version() > view.version()) {
      view = map;
    }
  }

  /** Begins no more commands. */
  void finish() {
    finished = true;
  }

  boolean isIdle() {
    return open == null;
  }

  private boolean isOpen(ClientCall call) {
    return open != null && open.call() == call.call();
  }

  void next() {
    if (finished) {
      return;
    }
    String list = SimulatedHistory.list(timeline.random.nextInt(SimulatedHistory.LISTS));
    String register =
        SimulatedHistory.register(timeline.random.nextInt(SimulatedHistory.REGISTERS));
    switch (timeline.random.nextInt(8)) {
      case 0, 1, 2 -> write(Command.RPUSH, list);
      case 3 -> write(Command.SET, register);
      case 4, 5 -> read(Command.LRANGE, list, Request.of("LRANGE", list, "0", "-1"));
      default -> read(Command.GET, register, Request.of("GET", register));
    }
  }

  private void write(Command command, String key) {
    long value = Operation.written(session, ++written);
    begin(command, key, value, Request.of(command.name(), key, Long.toString(value)));
  }

  void read(Command command, String key, Request request) {
    begin(command, key, Operation.NOTHING, request);
  }

  private void begin(Command command, String key, long value, Request request) {
    ShardCall call = new ShardCall();
    call.command = command;
    call.partition = SimulatedHistory.partition(key);
    call.sync = true;
    ClientCall begun = new ClientCall(this, call, request, key, value, timeline.moment(), 0, 0);
    route(begun);
    timeline.after(
        ANSWER_MILLIS_MAX,
        () -> {
          if (isOpen(begun)) {
            end(begun, ClientCall.UNCERTAIN);
          }
        });
  }

  private void route(ClientCall call) {
    Shard shard = view.shard(view.shardOf(call.call().partition));
    if (shard == null) {
      open = call;
      again(call);
      return;
    }
    ClientCall routed = call.to(shard.id(), shard.epoch(), view.version());
    open = routed;
    SimulatedNode leader = cluster.node(shard.leader());
    int life = leader.life();
    cluster.network.sendOnce(
        name, leader.name, () -> leader.act(life, () -> leader.execute(routed)));
  }

  /** It was certainly not executed. */
  private void again(ClientCall call) {
    cluster.pull(name, this::see);
    timeline.after(
        1 + timeline.random.nextInt(AGAIN_MILLIS_MAX),
        () -> {
          if (isOpen(call)) {
            route(call);
          }
        });
  }

  void answered(ClientCall call, String reply) {
    if (!isOpen(call)) {
      return;
    }
    if (reply.equals(ClientCall.NOT_HERE)) {
      again(call);
    } else {
      end(call, reply);
    }
  }

  /** Whether the last call was answered: its fate is known. */
  boolean knows() {
    return known;
  }

  private void end(ClientCall call, String reply) {
    open = null;
    known = !reply.equals(ClientCall.UNCERTAIN);
    note(call, reply);
    if (!known) {
      // A gateway's link has broken: what is sent from now on is of another session.
      session = history.nextSession();
    }
    timeline.after(1 + timeline.random.nextInt(PAUSE_MILLIS_MAX), this::next);
  }

  private void note(ClientCall call, String reply) {
    boolean unknown = reply.equals(ClientCall.UNCERTAIN);
    boolean refused = !unknown && reply.startsWith("-");
    Outcome outcome = unknown ? Outcome.UNKNOWN : refused ? Outcome.REFUSED : Outcome.ACKNOWLEDGED;
    long answered = unknown ? Operation.NEVER : timeline.moment();
    switch (call.command()) {
      case RPUSH ->
          history.add(call.key(), new Append(0, call.value(), call.invoked(), answered, outcome));
      case SET ->
          history.add(call.key(), new Write(0, call.value(), call.invoked(), answered, outcome));
      case LRANGE -> {
        if (outcome == Outcome.ACKNOWLEDGED) {
          history.add(call.key(), new ListRead(0, elements(reply), call.invoked(), answered));
        }
      }
      case GET -> {
        if (outcome == Outcome.ACKNOWLEDGED) {
          long[] value = elements(reply);
          history.add(
              call.key(),
              new Read(
                  0, value.length == 0 ? Operation.NOTHING : value[0], call.invoked(), answered));
        }
      }
      default -> throw new IllegalArgumentException(call.command().name());
    }
  }

  /** The numbers in a reply. */
  static long[] elements(String reply) {
    return Arrays.stream(reply.split("\r\n"))
        .filter(line -> !line.startsWith("*") && !line.startsWith("$"))
        .mapToLong(Long::parseLong)
        .toArray();
  }
}
