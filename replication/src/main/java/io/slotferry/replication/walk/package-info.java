/** The one way to copy partitions: chunk by chunk, with a position that can be resumed from. */
@NullMarked
package io.slotferry.replication.walk;

import org.jspecify.annotations.NullMarked;
