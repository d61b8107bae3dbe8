/** The command table: a row a command. */
@org.jspecify.annotations.NullMarked
package io.slotferry.protocol.command;
