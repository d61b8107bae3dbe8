/** Redis' HyperLogLog: a set's cardinality estimated from 16384 registers, kept in a string. */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.hyperloglog;
