/** A client of Redis' protocol, for the commands that need one. */
@NullMarked
package io.slotferry.server.client;

import org.jspecify.annotations.NullMarked;
