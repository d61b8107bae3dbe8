package io.slotferry.protocol.access;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The modifiers of ACL SETUSER: a selector in parentheses may be cut into several arguments. */
final class Modifiers {
  private Modifiers() {}

  /** With each selector put together. One that is not closed is left out. */
  static List<String> of(List<String> arguments) {
    List<String> whole = new ArrayList<>();
    StringBuilder open = new StringBuilder();
    for (String argument : arguments) {
      if (open.isEmpty() && !opens(argument)) {
        whole.add(argument);
        continue;
      }
      open.append(open.isEmpty() ? "" : " ").append(argument);
      if (argument.endsWith(")")) {
        whole.add(open.toString());
        open.setLength(0);
      }
    }
    return whole;
  }

  private static boolean opens(String argument) {
    return argument.startsWith("(") && !argument.endsWith(")");
  }

  /** The argument that begins a selector which is not closed; null when there is none. */
  static @Nullable String unclosed(List<String> arguments) {
    String open = null;
    for (String argument : arguments) {
      if (open == null && opens(argument)) {
        open = argument;
      } else if (open != null && argument.endsWith(")")) {
        open = null;
      }
    }
    return open;
  }
}
