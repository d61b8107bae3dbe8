/** The load that {@code benchmarks/compare} measures latencies with; plain JDK. */
@org.jspecify.annotations.NullMarked
package io.slotferry.benchmarks.load;
