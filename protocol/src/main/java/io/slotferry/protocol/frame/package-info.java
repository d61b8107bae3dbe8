/** The binary frames between nodes, and the link that carries them in order over a lossy bus. */
@org.jspecify.annotations.NullMarked
package io.slotferry.protocol.frame;
