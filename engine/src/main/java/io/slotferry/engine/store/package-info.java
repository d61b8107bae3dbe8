/** Where keys live: partitions, their tables, expiry. They know no command. */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.store;
