/** Nodes: what they run, on which event loops, and how they follow the cluster map. */
@NullMarked
package io.slotferry.server.node;

import org.jspecify.annotations.NullMarked;
