package io.slotferry.gateway.http;

import io.slotferry.topology.Objective;
import io.slotferry.topology.message.PlanAnswer;
import io.vertx.core.Future;

/** What a rebalance would do now; fails when no rebalancer answers. Any thread. */
@FunctionalInterface
public interface PlanPreview {
  Future<PlanAnswer> plan(Objective objective);
}
