package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Shard;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayList;
import java.util.Iterator;
import java.util.List;
import java.util.function.BiConsumer;

/**
 * A command that changes the cluster map: the session's next commands wait until it is answered,
 * and it is answered when every loop of its gateway, and every shard copy of its process, has the
 * new map.
 */
final class MapCommand {
  private static final long COPY_POLL_MILLIS = 1;
  private static final long COPY_WAIT_MILLIS_MAX = 1_000;

  private MapCommand() {}

  /**
   * Proposes changes, one after the other until one is refused.
   *
   * @param answered writes the reply, on the session's loop
   * @return false: the reply comes later
   */
  static boolean propose(
      Session session,
      List<MapChange> changes,
      BiConsumer<MapSource.Answer, ReplyWriter> answered) {
    ReplyTarget target = session.later();
    session.hold();
    GatewayLoop loop = session.loop;
    propose(loop.gateway().maps(), changes.iterator())
        .otherwise(failure -> new MapSource.Answer(0, "the cluster map cannot be changed now"))
        .onSuccess(answer ->
            loop.gateway()
                .loopsAreAt(answer.version())
                .onComplete(everywhere ->
                    loop.execute(() ->
                        copiesAreAt(loop, answer.version())
                            .onComplete(there ->
                                loop.execute(() -> reply(session, target, answer, answered))))));
    return false;
  }

  private static Future<MapSource.Answer> propose(MapSource maps, Iterator<MapChange> changes) {
    return maps.propose(changes.next())
        .compose(answer ->
            answer.refusal() == null && changes.hasNext()
                ? propose(maps, changes)
                : Future.succeededFuture(answer));
  }

  private static void reply(
      Session session,
      ReplyTarget target,
      MapSource.Answer answer,
      BiConsumer<MapSource.Answer, ReplyWriter> answered) {
    ReplyWriter reply = new ReplyWriter(64);
    reply.useProtocol(session.respVersion);
    answered.accept(answer, reply);
    target.replied(reply.bytes(), 0, reply.size());
    session.release();
  }

  /** Done when all copies in this process have a map of {@code version}, or do not get it. */
  private static Future<?> copiesAreAt(GatewayLoop loop, long version) {
    ClusterMap map = loop.router().map();
    List<Future<Void>> copies = new ArrayList<>();
    for (Shard shard : map.shards()) {
      List<String> nodes = new ArrayList<>(shard.replicas());
      nodes.add(shard.leader());
      for (String node : nodes) {
        LocalCopies.Copy copy = loop.gateway().copies().find(shard.id(), node);
        if (copy != null) {
          Promise<Void> there = Promise.promise();
          copy.context().runOnContext(run -> poll(copy, version, COPY_WAIT_MILLIS_MAX, there));
          copies.add(there.future());
        }
      }
    }
    return Future.join(copies);
  }

  private static void poll(
      LocalCopies.Copy copy, long version, long leftMillis, Promise<Void> there) {
    if (copy.executor().mapVersion() >= version || leftMillis <= 0) {
      there.complete();
      return;
    }
    copy.context()
        .owner()
        .setTimer(
            COPY_POLL_MILLIS, timer -> poll(copy, version, leftMillis - COPY_POLL_MILLIS, there));
  }
}
