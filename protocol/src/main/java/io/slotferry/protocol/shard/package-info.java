/** What the gateway and a shard's leader say to each other, in one process or between two. */
@org.jspecify.annotations.NullMarked
package io.slotferry.protocol.shard;
