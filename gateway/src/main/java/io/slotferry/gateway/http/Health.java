package io.slotferry.gateway.http;

import org.jspecify.annotations.Nullable;

/** Whether this process can do its work now. Thread: the HTTP server's event loop. */
@FunctionalInterface
public interface Health {
  /** One sentence for people, null when it is ready; does not block. */
  @Nullable String unreadyReason();
}
