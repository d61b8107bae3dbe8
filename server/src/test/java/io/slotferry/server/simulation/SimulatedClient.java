package io.slotferry.server.simulation;

import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.command.Command;
import io.slotferry.server.verify.Operation;
import io.slotferry.server.verify.Operation.Append;
import io.slotferry.server.verify.Operation.ListRead;
import io.slotferry.server.verify.Operation.Outcome;
import io.slotferry.server.verify.Operation.Read;
import io.slotferry.server.verify.Operation.Write;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A client of the gateways: one pipeline after the other, often of one command, over a connection
 * that it gives up when the replies do not come. What it saw goes to the history.
 */
final class SimulatedClient {
  /** What is received last. */
  static final byte[] END = {};

  private static final int PAUSE_MILLIS_MAX = 250;
  private static final int RECONNECT_MILLIS_MAX = 80;
  private static final int PIPELINE_ONCE_IN = 2;
  private static final int PIPELINE_MAX = 8;
  private static final int PATIENCE_MILLIS_MIN = 1_000;

  /** Longer than a gateway keeps a call that nobody takes. */
  private static final int PATIENCE_MILLIS_MAX = 12_000;

  /** An element without its length, and the end of the line. */
  private static final int ELEMENT_CHARS_MIN = 3;

  private static final String UNCERTAIN = "-UNCERTAIN";

  /** A command that is not answered yet. */
  private record Asked(Command command, String key, long value, byte[] request, long invoked) {}

  final String name;
  private final SimulatedCluster cluster;
  private final Timeline timeline;
  private final SimulatedHistory history;
  private final ArrayDeque<Asked> open = new ArrayDeque<>();
  private final List<byte[]> pipeline = new ArrayList<>();
  private @Nullable SimulatedConnection connection;
  private byte[] received = {};
  private int session;
  private int written;
  private boolean known;
  private boolean finished;

  /** Tells the pipelines apart. */
  private int pipelines;

  SimulatedClient(String name, SimulatedCluster cluster) {
    this.name = name;
    this.cluster = cluster;
    this.timeline = cluster.timeline;
    this.history = cluster.history;
  }

  /** Begins no more commands. */
  void finish() {
    finished = true;
  }

  boolean isIdle() {
    return open.isEmpty();
  }

  /** Whether the last command was answered: its fate is known. */
  boolean knows() {
    return known;
  }

  // ---- commands

  void next() {
    if (finished) {
      return;
    }
    if (!isConnected()) {
      timeline.after(1 + timeline.random.nextInt(RECONNECT_MILLIS_MAX), this::next);
      return;
    }
    int size = timeline.once(PIPELINE_ONCE_IN) ? timeline.random.nextInt(2, PIPELINE_MAX + 1) : 1;
    boolean oneList = timeline.random.nextBoolean();
    String list = anyList();
    for (int i = 0; i < size; i++) {
      choose(oneList ? list : anyList());
    }
    send();
  }

  private String anyList() {
    return SimulatedHistory.list(timeline.random.nextInt(SimulatedHistory.LISTS));
  }

  private void choose(String list) {
    String register =
        SimulatedHistory.register(timeline.random.nextInt(SimulatedHistory.REGISTERS));
    switch (timeline.random.nextInt(8)) {
      case 0, 1, 2 -> write(Command.RPUSH, list);
      case 3 -> write(Command.SET, register);
      case 4, 5 -> ask(Command.LRANGE, list, Operation.NOTHING, "0", "-1");
      default -> ask(Command.GET, register, Operation.NOTHING);
    }
  }

  private void write(Command command, String key) {
    long value = Operation.written(session, ++written);
    ask(command, key, value, Long.toString(value));
  }

  private void ask(Command command, String key, long value, String... arguments) {
    StringBuilder request = new StringBuilder(command.name()).append(' ').append(key);
    for (String argument : arguments) {
      request.append(' ').append(argument);
    }
    byte[] bytes = request.append("\r\n").toString().getBytes(StandardCharsets.ISO_8859_1);
    ask(new Asked(command, key, value, bytes, timeline.moment()));
  }

  private void ask(Asked asked) {
    open.add(asked);
    pipeline.add(asked.request);
  }

  /** Reads a whole list, if there is a gateway. */
  void read(String list) {
    known = false;
    if (isConnected()) {
      ask(Command.LRANGE, list, Operation.NOTHING, "0", "-1");
      send();
    }
  }

  /** In one piece, or each command by itself. */
  private void send() {
    if (timeline.random.nextBoolean()) {
      pipeline.forEach(this::send);
    } else {
      ByteArrayOutputStream all = new ByteArrayOutputStream();
      pipeline.forEach(all::writeBytes);
      send(all.toByteArray());
    }
    pipeline.clear();
    int sent = ++pipelines;
    timeline.after(
        timeline.random.nextInt(PATIENCE_MILLIS_MIN, PATIENCE_MILLIS_MAX),
        () -> {
          if (sent == pipelines && !isIdle()) {
            disconnected();
          }
        });
  }

  private void send(byte[] bytes) {
    if (connection != null) {
      connection.send(bytes);
    }
  }

  // ---- the connection

  private boolean isConnected() {
    if (connection == null) {
      List<GatewayProcess> gateways = cluster.gateways();
      GatewayProcess gateway = gateways.get(timeline.random.nextInt(gateways.size()));
      if (gateway.isUp()) {
        connection = new SimulatedConnection(cluster, this, gateway);
        session = history.nextSession();
        written = 0;
        ask(Command.CLIENT, "DURABILITY", Operation.NOTHING, "SYNC");
      }
    }
    return connection != null;
  }

  /** What is open has an unknown fate. */
  private void disconnected() {
    if (connection != null) {
      connection.close();
      connection = null;
    }
    received = END;
    if (!isIdle()) {
      known = false;
      open.forEach(asked -> note(asked, UNCERTAIN));
      open.clear();
      nextLater();
    }
  }

  private void nextLater() {
    timeline.after(1 + timeline.random.nextInt(PAUSE_MILLIS_MAX), this::next);
  }

  /** More of the replies has come. */
  void received(byte[] bytes) {
    if (bytes.length == 0) {
      disconnected();
      return;
    }
    int before = received.length;
    received = Arrays.copyOf(received, before + bytes.length);
    System.arraycopy(bytes, 0, received, before, bytes.length);
    ReplyReader reader = new ReplyReader(received, 0, received.length);
    int start = 0;
    while (start < received.length && reader.skip()) {
      int end = reader.position();
      answered(new String(received, start, end - start, StandardCharsets.ISO_8859_1));
      start = end;
    }
    received = Arrays.copyOfRange(received, start, received.length);
    if (isIdle()) {
      nextLater();
    }
  }

  private void answered(String reply) {
    Invariants.require(!isIdle(), "%s is told what it did not ask: %s", name, reply);
    Asked asked = open.remove();
    known = !reply.startsWith(UNCERTAIN);
    if (!known && cluster.rules.repeatsUncertain()) {
      ask(asked);
      send();
    } else {
      note(asked, reply);
    }
  }

  private void note(Asked asked, String reply) {
    boolean unknown = reply.startsWith(UNCERTAIN);
    boolean refused = !unknown && reply.startsWith("-");
    Outcome outcome = unknown ? Outcome.UNKNOWN : refused ? Outcome.REFUSED : Outcome.ACKNOWLEDGED;
    if (outcome != Outcome.ACKNOWLEDGED) {
      timeline.tell(
          "%s: %s %s %s: %s",
          name, asked.command, asked.key, Operation.name(asked.value), reply.trim());
    }
    Invariants.require(
        refused ? !reply.startsWith("-ERR") : unknown || reply.charAt(0) == typeOf(asked.command),
        "%s %s is answered with %s",
        asked.command,
        asked.key,
        reply);
    long answered = unknown ? Operation.NEVER : timeline.moment();
    if (asked.command == Command.RPUSH) {
      history.add(asked.key, new Append(0, asked.value, asked.invoked, answered, outcome));
    } else if (asked.command == Command.SET) {
      history.add(asked.key, new Write(0, asked.value, asked.invoked, answered, outcome));
    } else if (outcome == Outcome.ACKNOWLEDGED) {
      noteRead(asked, reply, answered);
    }
  }

  private static char typeOf(Command command) {
    return switch (command) {
      case RPUSH -> ':';
      case LRANGE -> '*';
      case GET -> '$';
      default -> '+';
    };
  }

  private void noteRead(Asked asked, String reply, long answered) {
    if (asked.command == Command.LRANGE) {
      history.add(asked.key, new ListRead(0, elements(reply), asked.invoked, answered));
    } else if (asked.command == Command.GET) {
      long[] elements = elements(reply);
      long value = elements.length == 0 ? Operation.NOTHING : elements[0];
      history.add(asked.key, new Read(0, value, asked.invoked, answered));
    }
  }

  /** The numbers in a reply that is a value, or an array of values. */
  static long[] elements(String reply) {
    long[] elements = new long[reply.length() / ELEMENT_CHARS_MIN + 1];
    int count = 0;
    for (int at = 0; at < reply.length(); ) {
      int end = reply.indexOf('\r', at);
      if (Character.isDigit(reply.charAt(at))) {
        elements[count++] = Long.parseLong(reply, at, end, 10);
      }
      at = end + 2;
    }
    return Arrays.copyOf(elements, count);
  }
}
