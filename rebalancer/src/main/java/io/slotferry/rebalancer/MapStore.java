package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.MapAnswer;
import io.slotferry.topology.message.MapDelta;
import io.slotferry.topology.message.MessageCodec;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.util.List;
import java.util.UUID;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.apache.ratis.protocol.ClientId;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftClientReply;
import org.apache.ratis.protocol.RaftClientRequest;
import org.apache.ratis.protocol.RaftGroup;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.protocol.RaftPeer;
import org.apache.ratis.protocol.RaftPeerId;
import org.apache.ratis.server.DivisionInfo;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.storage.RaftStorage.StartupOption;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.ExitUtils;
import org.jspecify.annotations.Nullable;

/**
 * This peer's copy of the cluster map, durable on disk and agreed on with the other peers by Raft.
 *
 * <pre>
 *   propose ─→ Raft log on a majority's disks ─→ MapStateMachine (Ratis' thread)
 *                                                     │ events
 *   Listener ←── image, history ←── context ←─────────┘
 * </pre>
 *
 * <p>Belongs to one Vert.x context, which calls its methods and on which the listener is called and
 * the futures end. Accepted changes come to the listener in order, each before the answer to the
 * proposal that it came from.
 */
public final class MapStore {
  /** What the owner is told, on the context. */
  public interface Listener {
    /** This peer leads; {@link MapStore#current} has every change that was ever accepted. */
    void leadershipReady();

    /** It no longer does: another one may lead already. */
    void leadershipLost();

    /** {@link MapStore#current} has this change, and nothing newer. */
    void applied(MapDelta delta);

    /**
     * The store has stopped by itself and will not go on: the disk failed, or an entry of the log
     * cannot be read.
     */
    void failed(Throwable cause);
  }

  /** Proposals and confirmations without an answer. */
  static final int IN_FLIGHT_MAX = 128;

  /** After this, the fate of a proposal is unknown. */
  static final int PROPOSE_MILLIS_MAX = 5_000;

  private final Context context;
  private final MapStoreOptions options;
  private final Listener listener;
  private final RaftGroupId group;
  private final ClientId client = ClientId.randomId();
  private final MapHistory history = new MapHistory();
  private ClusterMap map = ClusterMap.EMPTY;
  private @Nullable RaftServer server;

  /** Read by any thread. */
  private volatile @Nullable DivisionInfo division;

  private boolean leading;
  private boolean closing;
  private long lastCall;
  private int inFlight;

  /** To be made on the context that it will belong to, an event loop. */
  public MapStore(Vertx vertx, MapStoreOptions options, Listener listener) {
    this.context = vertx.getOrCreateContext();
    this.options = options;
    this.listener = listener;
    this.group =
        RaftGroupId.valueOf(
            UUID.nameUUIDFromBytes(options.cluster().getBytes(StandardCharsets.UTF_8)));
  }

  /**
   * Reads what is on disk and joins the other peers. To be called once.
   *
   * @return fails when the folder cannot be used or the address is taken; nothing is left running
   */
  public Future<Void> start() {
    return context
        .<RaftServer>executeBlocking(this::startServer)
        .map(started -> {
          server = started;
          division = divisionOf(started);
          leadIfReady();
          return null;
        });
  }

  private RaftServer startServer() throws IOException {
    keepTheProcessAlive();
    RaftServer started = null;
    try {
      Files.createDirectories(options.folder());
      started =
          RaftServer.newBuilder()
              .setServerId(RaftPeerId.valueOf(options.peer()))
              .setGroup(RaftGroup.valueOf(group, peers()))
              .setOption(StartupOption.RECOVER)
              .setStateMachine(new MapStateMachine(new OnContext()))
              .setProperties(RaftSettings.of(options))
              .build();
      started.start();
      if (!started.getDivision(group).getInfo().isAlive()) {
        throw new IOException("it has stopped at once");
      }
      return started;
    } catch (IOException | RuntimeException e) {
      closeAfter(e, started);
      throw new IOException(
          "The cluster map in " + options.folder() + " cannot be opened: " + reason(e), e);
    }
  }

  /**
   * Ratis ends the process when its port is taken or any thread throws, unless told not to. Both
   * are for the program to decide.
   */
  private static void keepTheProcessAlive() {
    Thread.UncaughtExceptionHandler handler = Thread.getDefaultUncaughtExceptionHandler();
    ExitUtils.disableSystemExit();
    Thread.setDefaultUncaughtExceptionHandler(handler);
  }

  private static void closeAfter(Exception e, @Nullable RaftServer started) {
    if (started != null) {
      try {
        started.close();
      } catch (IOException | RuntimeException again) {
        e.addSuppressed(again);
      }
    }
  }

  /** The outermost cause that speaks of files or the network says it best. */
  private static String reason(Throwable e) {
    Throwable innermost = e;
    for (Throwable cause = e; cause != null; cause = cause.getCause()) {
      if (cause instanceof IOException && cause.getMessage() != null) {
        return cause.getMessage();
      }
      innermost = cause;
    }
    return innermost.toString();
  }

  private List<RaftPeer> peers() {
    return options.peers().entrySet().stream()
        .map(peer -> RaftPeer.newBuilder().setId(peer.getKey()).setAddress(peer.getValue()).build())
        .toList();
  }

  private DivisionInfo divisionOf(RaftServer started) {
    try {
      return started.getDivision(group).getInfo();
    } catch (IOException e) {
      throw new IllegalStateException("a server that has just started has its group", e);
    }
  }

  /** Stops, with a snapshot, so that the next start has nothing to replay. */
  public Future<Void> close() {
    closing = true;
    RaftServer running = server;
    if (running == null) {
      return Future.succeededFuture();
    }
    server = null;
    division = null;
    return context.executeBlocking(() -> {
      running.close();
      return null;
    });
  }

  /** The newest image that this peer has; behind the truth unless it leads. */
  public ClusterMap current() {
    return map;
  }

  /** What is newer than {@code version}, as far as this peer knows. */
  public MapAnswer since(long version) {
    return history.since(version, map);
  }

  public boolean leading() {
    return leading;
  }

  /** True while some peer leads, as far as this one knows. Any thread. */
  public boolean leaderKnown() {
    DivisionInfo joined = division;
    return joined != null && joined.getLeaderId() != null;
  }

  /**
   * Brings a change into the map, if this peer leads and the map allows it.
   *
   * @return never fails
   */
  public Future<ChangeAnswer> propose(MapChange change) {
    byte[] bytes = MapCodec.encode(change);
    if (bytes.length > RaftSettings.CHANGE_BYTES_MAX) {
      return Future.succeededFuture(
          new ChangeAnswer.Refused("the change is too large: " + bytes.length + " bytes"));
    }
    if (server == null || inFlight >= IN_FLIGHT_MAX) {
      return Future.succeededFuture(
          new ChangeAnswer.Refused("this rebalancer takes no more changes now"));
    }
    return submit(server, bytes, RaftClientRequest.writeRequestType())
        .timeout(PROPOSE_MILLIS_MAX, TimeUnit.MILLISECONDS)
        .map(
            reply -> MessageCodec.decodeChangeAnswer(reply.getMessage().getContent().toByteArray()))
        .otherwise(e -> new ChangeAnswer.Unknown(reason(e)));
  }

  /**
   * Asks the peers whether this one still leads.
   *
   * @return fails if it does not, or they cannot say; if it succeeds, no other had begun to lead
   *     when this was called
   */
  public Future<Void> confirmLeadership() {
    if (server == null || inFlight >= IN_FLIGHT_MAX) {
      return Future.failedFuture("this rebalancer is busy or has stopped");
    }
    return submit(server, new byte[0], RaftClientRequest.readRequestType()).mapEmpty();
  }

  private Future<RaftClientReply> submit(
      RaftServer running, byte[] content, RaftClientRequest.Type type) {
    RaftClientRequest request =
        RaftClientRequest.newBuilder()
            .setClientId(client)
            .setServerId(running.getId())
            .setGroupId(group)
            .setCallId(++lastCall)
            .setMessage(Message.valueOf(UnsafeByteOperations.unsafeWrap(content)))
            .setType(type)
            .build();
    inFlight++;
    return Future.fromCompletionStage(submitted(running, request), context)
        .onComplete(answered -> inFlight--)
        .compose(reply ->
            reply.isSuccess()
                ? Future.succeededFuture(reply)
                : Future.failedFuture(reply.getException()));
  }

  private static CompletableFuture<RaftClientReply> submitted(
      RaftServer running, RaftClientRequest request) {
    try {
      return running.submitClientRequestAsync(request);
    } catch (IOException e) {
      return CompletableFuture.failedFuture(e);
    }
  }

  /**
   * Leadership may be ready before the start has ended, and may have ended before its event came:
   * the event of its end may have come first.
   */
  private void leadIfReady() {
    DivisionInfo joined = division;
    if (!leading && joined != null && joined.isLeaderReady()) {
      leading = true;
      listener.leadershipReady();
    }
  }

  /** Hands Ratis' events over to the context, in order. */
  private final class OnContext implements MapStateMachine.Events {
    @Override
    public void restored(ClusterMap restored) {
      context.runOnContext(now -> {
        map = restored;
        history.clear();
      });
    }

    @Override
    public void applied(ClusterMap next, MapDelta delta) {
      context.runOnContext(now -> {
        map = next;
        history.add(delta);
        listener.applied(delta);
      });
    }

    @Override
    public void leadershipReady() {
      context.runOnContext(now -> leadIfReady());
    }

    @Override
    public void leadershipLost() {
      context.runOnContext(now -> {
        if (leading) {
          leading = false;
          listener.leadershipLost();
        }
      });
    }

    @Override
    public void stopped(@Nullable Throwable cause) {
      context.runOnContext(now -> {
        if (server != null && !closing) {
          closing = true;
          listener.failed(
              cause != null ? cause : new IOException("the cluster map's store has stopped"));
        }
      });
    }
  }
}
