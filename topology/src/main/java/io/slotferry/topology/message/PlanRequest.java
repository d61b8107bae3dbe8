package io.slotferry.topology.message;

import io.slotferry.topology.Objective;

/** Asks for what a rebalance would do now. */
public record PlanRequest(Objective objective) {}
