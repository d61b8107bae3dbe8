/**
 * What a node and the rebalancer say to each other on the event bus, and at which addresses. Plain
 * records with one codec; both ends bring their own edge.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.topology.message;
