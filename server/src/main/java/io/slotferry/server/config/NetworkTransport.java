package io.slotferry.server.config;

/** How the event loops read and write sockets. */
public enum NetworkTransport {
  /** The fastest that this system has. */
  AUTO,
  /** Linux: the reads and writes of a loop turn are one system call. */
  IO_URING,
  /** Linux: a system call for each read and each write. */
  EPOLL,
  /** Java's own. */
  NIO
}
