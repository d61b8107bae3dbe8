package io.slotferry.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Locale;

/**
 * Glob-style patterns with Redis' meaning: {@code *}, {@code ?}, {@code [abc]}, {@code [^a-z]}, and
 * {@code \} before a byte that stands for itself. Only the last {@code *} is ever tried again, so a
 * match costs at most the product of both lengths.
 */
public final class GlobPattern {
  /** With more of them Redis finds nothing. */
  private static final int STARS_MAX = 1000;

  private final byte[] pattern;
  private final int start;
  private final int end;

  /** End of the pattern's element that {@link #matchesOne} has looked at. */
  private int next;

  /** A view of {@code pattern[start, start + length)}. */
  public GlobPattern(byte[] pattern, int start, int length) {
    this.pattern = pattern;
    this.start = start;
    this.end = start + length;
  }

  /** Whether {@code text} matches, case ignored: for the names of settings and commands. */
  public static boolean matchesName(String glob, String text) {
    return ofText(glob.toLowerCase(Locale.ROOT)).matchesText(text.toLowerCase(Locale.ROOT));
  }

  /** The pattern in {@code text}, one char per byte. */
  public static GlobPattern ofText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return new GlobPattern(bytes, 0, bytes.length);
  }

  /** Whether {@code text}, one char per byte, matches. */
  public boolean matchesText(String text) {
    byte[] bytes = text.getBytes(StandardCharsets.ISO_8859_1);
    return matches(bytes, 0, bytes.length);
  }

  /** Whether it matches everything. */
  public boolean isAll() {
    return end - start == 1 && pattern[start] == '*';
  }

  public boolean matches(byte[] text, int textStart, int textLength) {
    int textEnd = textStart + textLength;
    int at = start;
    int textAt = textStart;
    int afterStar = -1;
    int starText = 0;
    int stars = 0;
    while (textAt < textEnd || at < end) {
      if (at < end && pattern[at] == '*') {
        boolean first = afterStar != at;
        afterStar = ++at;
        starText = textAt;
        if (at == end) {
          return true;
        }
        if (first && ++stars > STARS_MAX) {
          return false;
        }
      } else if (at < end && textAt < textEnd && matchesOne(at, text[textAt])) {
        at = next;
        textAt++;
      } else if (afterStar >= 0 && starText < textEnd) {
        // The star takes one byte more.
        at = afterStar;
        textAt = ++starText;
      } else {
        return false;
      }
    }
    return true;
  }

  private boolean matchesOne(int at, byte b) {
    if (pattern[at] == '[') {
      return matchesClass(at + 1, b & 0xff);
    }
    boolean escaped = pattern[at] == '\\' && at + 1 < end;
    int literal = escaped ? at + 1 : at;
    next = literal + 1;
    return pattern[literal] == b || pattern[at] == '?';
  }

  /** A class that is not closed ends with the pattern. */
  private boolean matchesClass(int at, int b) {
    boolean negated = at < end && pattern[at] == '^';
    if (negated) {
      at++;
    }
    boolean found = false;
    while (at < end && pattern[at] != ']') {
      if (pattern[at] == '\\' && at + 1 < end) {
        found |= (pattern[at + 1] & 0xff) == b;
        at += 2;
      } else if (at + 2 < end && pattern[at + 1] == '-') {
        int from = pattern[at] & 0xff;
        int to = pattern[at + 2] & 0xff;
        found |= b >= Math.min(from, to) && b <= Math.max(from, to);
        at += 3;
      } else {
        found |= (pattern[at] & 0xff) == b;
        at++;
      }
    }
    next = Math.min(at + 1, end);
    return found != negated;
  }
}
