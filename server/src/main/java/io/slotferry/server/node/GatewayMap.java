package io.slotferry.server.node;

import io.slotferry.gateway.MapSource;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.message.ChangeAnswer;
import io.vertx.core.Future;

/** The map as a gateway asks for it. */
record GatewayMap(MapFollower map) implements MapSource {
  @Override
  public ClusterMap current() {
    return map.current();
  }

  @Override
  public void refresh(long version) {
    map.refresh(version);
  }

  @Override
  public void addListener(Runnable listener) {
    map.addListener(listener);
  }

  @Override
  public void removeListener(Runnable listener) {
    map.removeListener(listener);
  }

  @Override
  public Future<Answer> propose(MapChange change) {
    return map.propose(change)
        .compose(decided ->
            switch (decided) {
              case ChangeAnswer.Accepted(long version) ->
                  Future.succeededFuture(new Answer(version, null));
              case ChangeAnswer.Refused(long version, String reason) ->
                  Future.succeededFuture(new Answer(version, reason));
              case ChangeAnswer.Unknown(String reason) -> Future.failedFuture(reason);
            });
  }
}
