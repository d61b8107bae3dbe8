/** The command line: {@code slotferry up}, {@code node}, {@code cluster …}. */
@NullMarked
package io.slotferry.server.command;

import org.jspecify.annotations.NullMarked;
