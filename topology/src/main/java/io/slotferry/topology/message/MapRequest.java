package io.slotferry.topology.message;

/**
 * Asks for what is newer than {@code haveVersion}.
 *
 * @param haveVersion version of the map that the asker has; 0 when it has none
 */
public record MapRequest(long haveVersion) {}
