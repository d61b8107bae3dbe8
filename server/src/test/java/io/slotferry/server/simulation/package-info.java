/**
 * A whole cluster in one thread, from a seed: the real cores of copies, disks and rebalancers, and
 * real gateways, over simulated time, network, volumes and Raft, with clients, misfortunes and
 * invariants. Whatever fails replays exactly.
 */
@NullMarked
package io.slotferry.server.simulation;

import org.jspecify.annotations.NullMarked;
