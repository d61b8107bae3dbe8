package io.slotferry.protocol.differential;

import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;

/** A reply taken apart: its type and text (of a bulk string, the content), and its elements. */
public record Reply(char type, String text, List<Reply> elements) {
  public static Reply parse(byte[] bytes) {
    Parser parser = new Parser(new String(bytes, StandardCharsets.ISO_8859_1));
    Reply reply = parser.reply();
    if (parser.at != bytes.length) {
      throw new IllegalArgumentException("bytes after the reply: " + parser.text);
    }
    return reply;
  }

  public boolean isError() {
    return type == '-';
  }

  public boolean isAggregate() {
    return type == '*' || type == '~' || type == '%' || type == '>';
  }

  /** The same with its elements in an order of their own. */
  public Reply sorted() {
    List<Reply> sorted = new ArrayList<>(elements);
    sorted.sort((left, right) -> left.toString().compareTo(right.toString()));
    return new Reply(type, text, sorted);
  }

  /** The same with each of its elements once, in an order of their own. */
  public Reply distinct() {
    return new Reply(type, text, elements.stream().distinct().toList()).sorted();
  }

  /** The same with every two elements as one. */
  public Reply paired() {
    List<Reply> pairs = new ArrayList<>();
    for (int i = 0; i + 1 < elements.size(); i += 2) {
      pairs.add(new Reply('2', "", elements.subList(i, i + 2)));
    }
    return new Reply(type, text, pairs);
  }

  private static final class Parser {
    final String text;
    int at;

    Parser(String text) {
      this.text = text;
    }

    Reply reply() {
      int end = text.indexOf("\r\n", at);
      char type = text.charAt(at);
      String line = text.substring(at + 1, end);
      at = end + 2;
      return switch (type) {
        case '$', '=' -> bulk(type, line);
        case '*', '~', '>' -> aggregate(type, line, 1);
        case '%' -> aggregate(type, line, 2);
        default -> new Reply(type, line, List.of());
      };
    }

    private Reply bulk(char type, String line) {
      int length = Integer.parseInt(line);
      if (length < 0) {
        return new Reply('_', "bulk", List.of());
      }
      Reply bulk = new Reply(type, text.substring(at, at + length), List.of());
      at += length + 2;
      return bulk;
    }

    private Reply aggregate(char type, String line, int each) {
      int count = Integer.parseInt(line);
      if (count < 0) {
        return new Reply('_', "array", List.of());
      }
      List<Reply> elements = new ArrayList<>();
      for (int i = 0; i < count * each; i++) {
        elements.add(reply());
      }
      return new Reply(type, line, elements);
    }
  }
}
