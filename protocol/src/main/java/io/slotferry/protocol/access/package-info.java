/**
 * What a user may do: its passwords, and its rules about commands, keys and channels. Gateways ask
 * for each command of a client, shards for each command of a script.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.protocol.access;
