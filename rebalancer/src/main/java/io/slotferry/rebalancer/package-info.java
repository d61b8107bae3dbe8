/**
 * The control plane: it owns the cluster map, detects failures, promotes replicas and moves
 * partitions.
 */
@NullMarked
package io.slotferry.rebalancer;

import org.jspecify.annotations.NullMarked;
