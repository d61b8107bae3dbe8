package io.slotferry.gateway;

import java.util.regex.Pattern;

/** Redis' glob patterns over the names of settings and commands, which are short: not for keys. */
final class GlobPattern {
  private GlobPattern() {}

  /** Whether {@code text} matches, ASCII case ignored. */
  static boolean matches(String glob, String text) {
    StringBuilder regex = new StringBuilder();
    for (int i = 0; i < glob.length(); i++) {
      char c = glob.charAt(i);
      switch (c) {
        case '*' -> regex.append(regex.toString().endsWith(".*") ? "" : ".*");
        case '?' -> regex.append('.');
        default -> regex.append(Pattern.quote(String.valueOf(c)));
      }
    }
    return Pattern.compile(regex.toString(), Pattern.CASE_INSENSITIVE).matcher(text).matches();
  }
}
