/** The commands' behaviour: a file a family, each ending where its rows are bound. */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.command;
