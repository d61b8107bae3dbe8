/** The data types: what a key can hold, and the operations on it. They know no command. */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.value;
