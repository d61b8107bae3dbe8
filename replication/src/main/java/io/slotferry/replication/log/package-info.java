/**
 * The replication log: a shard's ordered stream of effects, addressed by byte offset, with its
 * newest part in memory (the backlog).
 */
@NullMarked
package io.slotferry.replication.log;

import org.jspecify.annotations.NullMarked;
