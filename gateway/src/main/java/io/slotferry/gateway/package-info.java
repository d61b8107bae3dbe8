/** The endpoint of every client: RESP and HTTP, routed to the shards. */
@NullMarked
package io.slotferry.gateway;

import org.jspecify.annotations.NullMarked;
