/** {@code slotferry import}: the data of a Redis, from its file or through its replication. */
@NullMarked
package io.slotferry.server.importer;

import org.jspecify.annotations.NullMarked;
