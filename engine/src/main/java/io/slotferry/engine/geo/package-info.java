/** Positions on the globe as Redis keeps them: geohashes of 52 bits as scores of a sorted set. */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.geo;
