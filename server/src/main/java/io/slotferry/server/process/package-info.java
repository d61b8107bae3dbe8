/** A cluster on one machine with every node as a process of its own. */
@NullMarked
package io.slotferry.server.process;

import org.jspecify.annotations.NullMarked;
