/**
 * Executes commands on the partitions of one shard copy. Plain JDK: time is an argument, and what a
 * write did leaves as {@link io.slotferry.engine.EffectSink effects}.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine;
