package io.slotferry.topology.message;

/**
 * An accepted change.
 *
 * @param version the version of the map after it; it applies to {@code version - 1}
 * @param change encoded {@link io.slotferry.topology.MapChange}
 */
public record MapDelta(long version, byte[] change) {}
