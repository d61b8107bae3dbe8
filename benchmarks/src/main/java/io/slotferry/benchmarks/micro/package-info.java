/** JMH benchmarks of the parts that every command passes. */
@org.jspecify.annotations.NullMarked
package io.slotferry.benchmarks.micro;
