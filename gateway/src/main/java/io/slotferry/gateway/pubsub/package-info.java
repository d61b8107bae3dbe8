/** Channels, patterns and their subscribers, on all loops of all gateways. */
@NullMarked
package io.slotferry.gateway.pubsub;

import org.jspecify.annotations.NullMarked;
