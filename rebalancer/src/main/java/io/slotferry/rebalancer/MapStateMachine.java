package io.slotferry.rebalancer;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapCodec;
import io.slotferry.topology.Outcome;
import io.slotferry.topology.message.ChangeAnswer;
import io.slotferry.topology.message.MapDelta;
import io.slotferry.topology.message.MessageCodec;
import java.io.File;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.Collection;
import java.util.concurrent.CompletableFuture;
import org.apache.ratis.io.MD5Hash;
import org.apache.ratis.proto.RaftProtos.LogEntryProto;
import org.apache.ratis.protocol.Message;
import org.apache.ratis.protocol.RaftGroupId;
import org.apache.ratis.server.RaftServer;
import org.apache.ratis.server.protocol.TermIndex;
import org.apache.ratis.server.storage.FileInfo;
import org.apache.ratis.server.storage.RaftStorage;
import org.apache.ratis.statemachine.StateMachineStorage;
import org.apache.ratis.statemachine.TransactionContext;
import org.apache.ratis.statemachine.impl.BaseStateMachine;
import org.apache.ratis.statemachine.impl.SimpleStateMachineStorage;
import org.apache.ratis.statemachine.impl.SingleFileSnapshotInfo;
import org.apache.ratis.thirdparty.com.google.protobuf.ByteString;
import org.apache.ratis.thirdparty.com.google.protobuf.UnsafeByteOperations;
import org.apache.ratis.util.LifeCycle;
import org.apache.ratis.util.MD5FileUtil;
import org.jspecify.annotations.Nullable;

/**
 * The cluster map as Raft sees it: a log entry is an encoded {@link
 * io.slotferry.topology.MapChange}, its answer an encoded {@link ChangeAnswer}, a snapshot an
 * encoded {@link ClusterMap}. The same entries in the same order give the same map on every peer,
 * refusals included.
 *
 * <p>Ratis calls it on threads of its own; the map is touched by the one that applies.
 */
final class MapStateMachine extends BaseStateMachine {
  /** What happens to this peer. Called on Ratis' threads, in order; must not block. */
  interface Events {
    /** The map is this one from now on: a snapshot was read, at the start or from the leader. */
    void restored(ClusterMap map);

    /** A change was accepted and made {@code map}. */
    void applied(ClusterMap map, MapDelta delta);

    /** This peer leads, and has applied all that was ever accepted. */
    void leadershipReady();

    void leadershipLost();

    /** The peer has stopped: by {@link RaftServer#close}, or because it cannot go on. */
    void stopped(@Nullable Throwable cause);
  }

  private final SimpleStateMachineStorage storage = new SimpleStateMachineStorage();
  private final Events events;
  private ClusterMap map = ClusterMap.EMPTY;

  MapStateMachine(Events events) {
    this.events = events;
  }

  @Override
  public void initialize(RaftServer server, RaftGroupId group, RaftStorage raftStorage)
      throws IOException {
    getLifeCycle()
        .startAndTransition(
            () -> {
              super.initialize(server, group, raftStorage);
              storage.init(raftStorage);
              restore(storage.getLatestSnapshot());
            },
            IOException.class);
  }

  @Override
  public void pause() {
    getLifeCycle().transition(LifeCycle.State.PAUSING);
    getLifeCycle().transition(LifeCycle.State.PAUSED);
  }

  /** The leader has sent a snapshot, because it no longer has the entries that this peer lacks. */
  @Override
  public void reinitialize() throws IOException {
    restore(storage.loadLatestSnapshot());
    getLifeCycle().transition(LifeCycle.State.STARTING);
    getLifeCycle().transition(LifeCycle.State.RUNNING);
  }

  private void restore(@Nullable SingleFileSnapshotInfo snapshot) throws IOException {
    if (snapshot == null) {
      return;
    }
    File file = snapshot.getFile().getPath().toFile();
    if (snapshot.getFile().getFileDigest() != null) {
      MD5FileUtil.verifySavedMD5(file, MD5FileUtil.computeMd5ForFile(file));
    }
    map = MapCodec.decodeMap(Files.readAllBytes(file.toPath()));
    setLastAppliedTermIndex(SimpleStateMachineStorage.getTermIndexFromSnapshotFile(file));
    events.restored(map);
  }

  /**
   * Writes the map into a file whose name says up to which entry it reaches. The digest follows
   * last: without it, a restart prefers the snapshot before.
   */
  @Override
  public long takeSnapshot() throws IOException {
    TermIndex last = getLastAppliedTermIndex();
    Path file = storage.getSnapshotFile(last.getTerm(), last.getIndex()).toPath();
    Path unfinished = file.resolveSibling(file.getFileName() + ".unfinished");
    try (FileChannel out =
        FileChannel.open(
            unfinished,
            StandardOpenOption.CREATE,
            StandardOpenOption.TRUNCATE_EXISTING,
            StandardOpenOption.WRITE)) {
      ByteBuffer bytes = ByteBuffer.wrap(MapCodec.encode(map));
      while (bytes.hasRemaining()) {
        out.write(bytes);
      }
      out.force(true);
    }
    Files.move(unfinished, file, StandardCopyOption.ATOMIC_MOVE);
    MD5Hash digest = MD5FileUtil.computeAndSaveMd5ForFile(file.toFile());
    storage.updateLatestSnapshot(
        new SingleFileSnapshotInfo(new FileInfo(file, digest), last.getTerm(), last.getIndex()));
    return last.getIndex();
  }

  @Override
  public StateMachineStorage getStateMachineStorage() {
    return storage;
  }

  @Override
  public CompletableFuture<Message> applyTransaction(TransactionContext transaction) {
    LogEntryProto entry = transaction.getLogEntry();
    byte[] change = entry.getStateMachineLogEntry().getLogData().toByteArray();
    ChangeAnswer answer = apply(change);
    updateLastAppliedTermIndex(entry.getTerm(), entry.getIndex());
    return CompletableFuture.completedFuture(
        Message.valueOf(UnsafeByteOperations.unsafeWrap(MessageCodec.encode(answer))));
  }

  private ChangeAnswer apply(byte[] change) {
    return switch (map.apply(MapCodec.decodeChange(change))) {
      case Outcome.Accepted(ClusterMap next) -> {
        map = next;
        events.applied(next, new MapDelta(next.version(), change));
        yield new ChangeAnswer.Accepted(next.version());
      }
      case Outcome.Refused(String reason) -> new ChangeAnswer.Refused(map.version(), reason);
    };
  }

  /** Answers nothing: that it is answered at all says that this peer leads. */
  @Override
  public CompletableFuture<Message> query(Message request) {
    return CompletableFuture.completedFuture(Message.valueOf(ByteString.EMPTY));
  }

  @Override
  public void notifyLeaderReady() {
    events.leadershipReady();
  }

  @Override
  public void notifyNotLeader(Collection<TransactionContext> pending) {
    events.leadershipLost();
  }

  @Override
  public void notifyLogFailed(Throwable cause, @Nullable LogEntryProto failedEntry) {
    events.stopped(cause);
  }

  /** Also after an entry that could not be applied: better no peer than one that has diverged. */
  @Override
  public void close() {
    events.stopped(null);
  }
}
