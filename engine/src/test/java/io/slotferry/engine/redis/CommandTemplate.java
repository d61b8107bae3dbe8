package io.slotferry.engine.redis;

import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * A command with random arguments: {@code [ … ]} is there or not, <code>{ … }</code> is repeated,
 * {@code a|b} is one of them. Lower-case words stand for arguments of a kind; most are valid, some
 * are at the edge, some are wrong. Anything else stands for itself. Now and then an argument is
 * missing at the end, or there is one too many, unless the template ends in {@code !}.
 */
final class CommandTemplate {
  private static final String FAMILIES = "hlszx";

  /** IDs begin here: a time to come, so that those given out do not depend on the clock. */
  private static final long STREAM_MILLIS = 9_000_000_000_000L;

  private static final String[] BAD_INTEGERS = {
    "x", "1.5", "", " 1", "+1", "01", "-", "9223372036854775808"
  };
  private static final String[] FAR_INTEGERS = {"9223372036854775807", "-9223372036854775808"};
  private static final String[] ODD_SCORES = {
    "inf",
    "-inf",
    "+inf",
    "nan",
    "x",
    "",
    "1e3",
    "0",
    "0.1",
    "-3.141592653589793",
    "1e20",
    "1e-7",
    "17179869185.3"
  };
  private static final String[] ODD_MEMBERS = {
    "", "\0\r\n\u00ff", "a much longer member than any that is kept in a compact form, by far .."
  };
  private static final String[] PATTERNS = {"*", "m1*", "?", "[a-m]*", "x", "*\\*", "h?", "*1"};

  private final List<String> tokens;
  private final boolean isComplete;

  CommandTemplate(String text) {
    isComplete = text.endsWith(" !");
    tokens = List.of(text.replace(" !", "").split(" "));
  }

  /** The name of the command. */
  String name() {
    return tokens.getFirst();
  }

  /** One command; {@code members} different names of fields and members are in play. */
  List<String> expand(Random random, int members) {
    List<String> arguments = new ArrayList<>();
    new Expansion(random, members, arguments).expand(0, true);
    if (isComplete) {
      return arguments;
    }
    if (arguments.size() > 1 && random.nextInt(60) == 0) {
      arguments.removeLast();
    }
    if (random.nextInt(60) == 0) {
      arguments.add("junk");
    }
    return arguments;
  }

  private final class Expansion {
    private final Random random;
    private final int members;
    private final List<String> arguments;

    Expansion(Random random, int members, List<String> arguments) {
      this.random = random;
      this.members = members;
      this.arguments = arguments;
    }

    /** Goes on until a closing bracket; returns where it stands then. */
    int expand(int start, boolean present) {
      int at = start;
      while (at < tokens.size()) {
        String token = tokens.get(at++);
        switch (token) {
          case "[" -> at = expand(at, present && random.nextBoolean());
          case "{" -> {
            int body = at;
            for (int i = random.nextInt(members > 100 ? 20 : 3); i >= 0; i--) {
              at = expand(body, present);
            }
          }
          case "]", "}" -> {
            return at;
          }
          default -> {
            if (present) {
              String[] choices = token.split("\\|");
              arguments.add(argument(choices[random.nextInt(choices.length)]));
            }
          }
        }
      }
      return at;
    }

    private String argument(String kind) {
      return switch (kind) {
        case "hash" -> key('h');
        case "list" -> key('l');
        case "set" -> key('s');
        case "zset" -> key('z');
        case "string" -> key('k');
        case "bits" -> random.nextInt(3) == 0 ? key('k') : "b" + random.nextInt(3);
        case "geo" -> random.nextInt(20) == 0 ? key('z') : "g" + random.nextInt(3);
        case "lon" -> coordinate(10, 25, "180", "-180", "-179.99", "180.1", "x", "inf", "0");
        case "lat" ->
            coordinate(30, 50, "85.05", "-85.05112878", "86", "nan", "", "-0.0000001", "0");
        case "radius" -> random.nextInt(20) == 0 ? odd("0", "-1", "x", "30000", "1e9") : radius();
        case "hll" -> random.nextInt(20) == 0 ? key('k') : "p" + random.nextInt(3);
        case "bit" -> (random.nextInt(9) == 0 ? "#" : "") + bit();
        case "field" -> field();
        case "key" -> key((FAMILIES + 'k').charAt(random.nextInt(FAMILIES.length() + 1)));
        case "lexset" -> "lexset" + random.nextInt(2);
        case "member" -> member();
        case "value" -> random.nextInt(3) == 0 ? integer() : member();
        case "int" -> integer();
        case "score" -> score();
        case "minmax" -> (random.nextInt(4) == 0 ? "(" : "") + score();
        case "lexbound" -> lexBound();
        case "stream" -> key('x');
        case "nextid" -> nextId();
        case "xid" -> streamId();
        case "xbound" -> streamBound();
        case "xfield" -> "f" + random.nextInt(3);
        case "group" -> "g" + random.nextInt(2);
        case "consumer" -> "c" + random.nextInt(3);
        case "long" -> random.nextInt(3) == 0 ? random.nextInt() + "" : "v".repeat(length());
        case "pattern" -> PATTERNS[random.nextInt(PATTERNS.length)];
        case "float" -> random.nextInt(12) == 0 ? odd("x", "", "inf", "nan", "1e2") : binary();
        case "eighths" -> binary();
        case "weight" -> random.nextInt(20) == 0 ? "x" : "-0.5".substring(random.nextInt(2));
        case "ttl" -> random.nextInt(8) == 0 ? integer() : "" + random.nextInt(100, 1000);
        default -> kind;
      };
    }

    private String odd(String... choices) {
      return choices[random.nextInt(choices.length)];
    }

    private String key(char family) {
      int choice = random.nextInt(25);
      if (choice == 0) {
        return "none";
      }
      char chosen = choice == 1 ? FAMILIES.charAt(random.nextInt(FAMILIES.length())) : family;
      return "" + chosen + random.nextInt(3);
    }

    private String member() {
      return switch (random.nextInt(20)) {
        case 0 -> random.nextInt(10) == 0 ? odd(ODD_MEMBERS) : "m";
        case 1, 2, 3 -> "" + random.nextInt(members);
        default -> "m" + random.nextInt(members);
      };
    }

    private String integer() {
      return switch (random.nextInt(24)) {
        case 0 -> odd(BAD_INTEGERS);
        case 1 -> odd(FAR_INTEGERS);
        case 2, 3 -> "" + random.nextInt(-1000, 1000);
        default -> "" + random.nextInt(-6, 12);
      };
    }

    /** Exact in binary, so that sums do not depend on their order. */
    private String binary() {
      int eighths = random.nextInt(-80, 80);
      String text = "" + eighths / 8.0;
      return text.endsWith(".0") ? text.substring(0, text.length() - 2) : text;
    }

    private String coordinate(double from, double to, String... odd) {
      return random.nextInt(15) == 0 ? odd(odd) : "" + random.nextDouble(from, to);
    }

    private String radius() {
      return "" + random.nextInt(1, random.nextBoolean() ? 500 : 5000);
    }

    private String bit() {
      return random.nextInt(24) == 0
          ? odd("x", "", "-1", "4294967296", "9223372036854775807")
          : "" + random.nextInt(random.nextInt(4) == 0 ? 200 : 40);
    }

    private String field() {
      return random.nextInt(24) == 0
          ? odd("u64", "i65", "i0", "8", "", "U8")
          : odd("i", "u") + odd("1", "5", "8", "13", "16", "32", "63", "" + random.nextInt(1, 64));
    }

    private String score() {
      return random.nextInt(15) == 0 ? odd(ODD_SCORES) : binary();
    }

    /** Around the lengths where the encoding in Redis changes. */
    private int length() {
      return switch (random.nextInt(30)) {
        case 0 -> random.nextInt(5000);
        case 1, 2 -> random.nextInt(120, 132);
        case 3, 4 -> random.nextInt(60, 68);
        default -> random.nextInt(20);
      };
    }

    private String nextId() {
      return switch (random.nextInt(40)) {
        case 0 -> odd("x", "", "-", "0-0", "1-1-1", "*-*", "99999999999999999999-1", "-*", "1");
        case 1, 2 -> streamId();
        default -> streamMillis() + "-*";
      };
    }

    /** Mostly the last of those in play: before it, nothing can be added any more. */
    private long streamMillis() {
      return STREAM_MILLIS + (random.nextInt(12) == 0 ? random.nextInt(2) : 2);
    }

    private String streamId() {
      int seq = random.nextInt(1 << random.nextInt(1, 9));
      return switch (random.nextInt(40)) {
        case 0 -> odd("x", "", "-", "0-0", "1-1-1", "*", "99999999999999999999-1", "-1", "1-");
        case 1 -> "" + streamMillis();
        default -> streamMillis() + "-" + seq;
      };
    }

    private String streamBound() {
      return switch (random.nextInt(6)) {
        case 0, 1 -> odd("-", "+");
        case 2 -> "(" + streamId();
        default -> streamId();
      };
    }

    private String lexBound() {
      return random.nextInt(4) == 0
          ? odd("-", "+", "-x", "", "x", "[", "(")
          : odd("[", "(") + member();
    }
  }
}
