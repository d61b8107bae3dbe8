/** The launcher, the embedded cluster, and the configuration. */
@NullMarked
package io.slotferry.server;

import org.jspecify.annotations.NullMarked;
