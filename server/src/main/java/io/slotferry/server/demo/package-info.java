/** {@code slotferry demo}: a cluster of its own that is put through everything, to be watched. */
@NullMarked
package io.slotferry.server.demo;

import org.jspecify.annotations.NullMarked;
