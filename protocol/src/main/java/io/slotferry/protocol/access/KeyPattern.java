package io.slotferry.protocol.access;

import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.Request;

/** Which keys may be read, written, or both. */
record KeyPattern(String pattern, boolean read, boolean write) {
  boolean allows(boolean reads, boolean writes) {
    return (read || !reads) && (write || !writes);
  }

  boolean matches(Request request, int argument) {
    return GlobPattern.ofText(pattern)
        .matches(request.buffer(), request.start(argument), request.length(argument));
  }

  @Override
  public String toString() {
    String permissions = read && write ? "" : read ? "%R" : "%W";
    return permissions + '~' + pattern;
  }
}
