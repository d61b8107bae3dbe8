package io.slotferry.gateway.http;

import io.slotferry.gateway.MapSource;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;
import io.vertx.ext.web.RoutingContext;

/** Finds the keyspace that a path names, by name or number. */
final class Keyspaces {
  private final MapSource maps;

  Keyspaces(MapSource maps) {
    this.maps = maps;
  }

  ClusterMap map() {
    return maps.current();
  }

  /** Throws the problem 404 when there is none. */
  Keyspace of(RoutingContext context) {
    return named(context.pathParam("ks"));
  }

  Keyspace named(String nameOrNumber) {
    Keyspace keyspace = maps.current().keyspace(nameOrNumber);
    if (keyspace == null) {
      throw new ProblemException(Problem.notFound("no keyspace " + nameOrNumber));
    }
    return keyspace;
  }

  int numberOf(RoutingContext context) {
    return of(context).number();
  }
}
