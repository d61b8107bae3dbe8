/** The gateway's HTTP/JSON side: keys, keyspaces, commands, the cluster, health and metrics. */
@NullMarked
package io.slotferry.gateway.http;

import org.jspecify.annotations.NullMarked;
