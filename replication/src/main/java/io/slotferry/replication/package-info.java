/** The replication log and backlog, partition sync, and the cores of leader, follower and lease. */
@NullMarked
package io.slotferry.replication;

import org.jspecify.annotations.NullMarked;
