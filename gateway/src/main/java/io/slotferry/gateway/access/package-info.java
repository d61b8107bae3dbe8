/** The users of the cluster map, and the log of what was refused. */
@org.jspecify.annotations.NullMarked
package io.slotferry.gateway.access;
