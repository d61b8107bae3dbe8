/** {@code slotferry cluster …}: the admin client, over HTTP. */
@NullMarked
package io.slotferry.server.command.cluster;

import org.jspecify.annotations.NullMarked;
