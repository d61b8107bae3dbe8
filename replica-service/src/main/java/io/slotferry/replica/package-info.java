/** Verticles that follow a leader, acknowledge its stream and can be promoted. */
@NullMarked
package io.slotferry.replica;

import org.jspecify.annotations.NullMarked;
