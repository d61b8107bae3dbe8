/** Copies at the event bus: one address for each node that carries a copy. */
@NullMarked
package io.slotferry.replication.bus;

import org.jspecify.annotations.NullMarked;
