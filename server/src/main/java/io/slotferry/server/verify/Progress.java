package io.slotferry.server.verify;

/**
 * How far a load is.
 *
 * @param operations commands whose fate was noted
 * @param acknowledged writes that were answered with success
 * @param confirmed of these, those that replicas have, as WAIT said
 * @param unknown writes of unknown fate
 * @param errors other error replies
 * @param connectionsLost connections that broke, or were not to be had
 * @param p99Micros of the latencies since the progress was asked for before
 * @param maxMicros the longest of these
 */
public record Progress(
    long operations,
    long acknowledged,
    long confirmed,
    long unknown,
    long errors,
    long connectionsLost,
    long p99Micros,
    long maxMicros) {}
