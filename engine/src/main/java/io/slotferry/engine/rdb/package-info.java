/**
 * Values in Redis' own serialisation, as DUMP and RESTORE and RDB files carry it. Written is what
 * Redis 7.0 reads; read is what any Redis wrote since 2.x.
 */
@org.jspecify.annotations.NullMarked
package io.slotferry.engine.rdb;
