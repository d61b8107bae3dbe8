/**
 * Who owns what: slots, tablets, keyspaces, and the cluster map as an immutable image that changes
 * only by applying {@link io.slotferry.topology.MapChange changes}. Plain JDK; knows no network.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.topology;
