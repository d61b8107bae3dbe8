package io.slotferry.engine.command;

import io.slotferry.protocol.ReplyWriter;
import java.nio.charset.StandardCharsets;
import java.util.Locale;

/** DEBUG PROTOCOL: a reply of each type, for those who write clients. */
final class ReplyExamples {
  private static final int ELEMENTS = 3;

  private ReplyExamples() {}

  /** Writes the reply of this type. */
  static void write(String type, ReplyWriter reply) {
    switch (type.toLowerCase(Locale.ROOT)) {
      case "string" -> reply.bulk("Hello World");
      case "integer" -> reply.integer(12345);
      case "double" -> reply.doubleValue(3.141);
      case "null" -> reply.nullBulk();
      case "array" -> {
        reply.array(ELEMENTS);
        numbers(reply);
      }
      case "set" -> {
        reply.set(ELEMENTS);
        numbers(reply);
      }
      case "map" -> {
        reply.map(ELEMENTS);
        for (int i = 0; i < ELEMENTS; i++) {
          reply.integer(i);
          reply.bool(i == 1);
        }
      }
      case "attrib" -> attributed(reply);
      case "push" -> pushed(reply);
      case "true" -> reply.bool(true);
      case "false" -> reply.bool(false);
      case "verbatim" ->
          reply.verbatim("txt", "This is a verbatim\nstring".getBytes(StandardCharsets.US_ASCII));
      case "bignum" -> reply.bigNumber("1234567999999999999999999999999999999");
      default ->
          reply.error(
              "ERR Wrong protocol type name. Please use one of the following: string|integer|double"
                  + "|bignum|null|array|set|map|attrib|push|verbatim|true|false");
    }
  }

  private static void numbers(ReplyWriter reply) {
    for (int i = 0; i < ELEMENTS; i++) {
      reply.integer(i);
    }
  }

  private static void pushed(ReplyWriter reply) {
    if (!reply.isResp3()) {
      reply.error("ERR RESP2 is not supported by this command");
      return;
    }
    reply.push(2);
    reply.bulk("server-cpu-usage");
    reply.integer(42);
    reply.bulk("Some real reply following the push reply");
  }

  private static void attributed(ReplyWriter reply) {
    if (reply.isResp3()) {
      reply.attribute(1);
      reply.bulk("key-popularity");
      reply.array(2);
      reply.bulk("key:123");
      reply.integer(90);
    }
    reply.bulk("Some real reply following the attribute");
  }
}
