package io.slotferry.protocol.access;

import java.util.List;

/** The categories of commands, in the order in which ACL CAT tells them. */
public final class Categories {
  public static final List<String> ALL =
      List.of(
          "keyspace",
          "read",
          "write",
          "set",
          "sortedset",
          "list",
          "hash",
          "string",
          "bitmap",
          "hyperloglog",
          "geo",
          "stream",
          "pubsub",
          "admin",
          "fast",
          "slow",
          "blocking",
          "dangerous",
          "connection",
          "transaction",
          "scripting");

  private Categories() {}
}
