/** Verticles that own partitions, execute commands and lead the replication. */
@NullMarked
package io.slotferry.shard;

import org.jspecify.annotations.NullMarked;
