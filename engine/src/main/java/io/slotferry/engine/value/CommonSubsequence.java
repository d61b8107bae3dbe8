package io.slotferry.engine.value;

import java.util.ArrayList;
import java.util.List;

/**
 * The longest common subsequence of two strings, by the usual table of the lengths for all pairs of
 * prefixes. Only two rows of it are kept, and for the way back one bit a cell: whether it leads to
 * the shorter first or the shorter second string, which is all that it would have told.
 */
public final class CommonSubsequence {
  /** A run of bytes that both strings have. */
  public record Match(int left, int right, int length) {}

  private final StringValue left;
  private final StringValue right;
  private final int length;

  /** A bit for each pair of a left and a right byte, row by row; empty without a way back. */
  private final long[] shortensLeft;

  /**
   * @param traced whether {@link #matches} and {@link #bytes} will be asked for
   */
  public CommonSubsequence(StringValue left, StringValue right, boolean traced) {
    this.left = left;
    this.right = right;
    long pairs = traced ? (long) left.length() * right.length() : 0;
    this.shortensLeft = new long[(int) ((pairs + Long.SIZE - 1) / Long.SIZE)];
    this.length = fill();
  }

  private static byte at(StringValue string, int index) {
    return string.buffer()[string.start() + index];
  }

  private int fill() {
    int[] above = new int[right.length() + 1];
    int[] row = new int[right.length() + 1];
    for (int i = 0; i < left.length(); i++) {
      byte wanted = at(left, i);
      for (int j = 0; j < right.length(); j++) {
        if (wanted == at(right, j)) {
          row[j + 1] = above[j] + 1;
        } else if (above[j + 1] > row[j]) {
          row[j + 1] = above[j + 1];
          mark(i, j);
        } else {
          row[j + 1] = row[j];
        }
      }
      int[] filled = row;
      row = above;
      above = filled;
    }
    return above[right.length()];
  }

  private void mark(int i, int j) {
    if (shortensLeft.length > 0) {
      long pair = pair(i, j);
      shortensLeft[(int) (pair / Long.SIZE)] |= 1L << pair;
    }
  }

  private boolean isMarked(int i, int j) {
    long pair = pair(i, j);
    return (shortensLeft[(int) (pair / Long.SIZE)] & 1L << pair) != 0;
  }

  private long pair(int i, int j) {
    return (long) i * right.length() + j;
  }

  public int length() {
    return length;
  }

  /** The runs of the subsequence, the last one first. */
  public List<Match> matches() {
    List<Match> matches = new ArrayList<>();
    int i = left.length();
    int j = right.length();
    while (i > 0 && j > 0) {
      int run = 0;
      while (i > 0 && j > 0 && at(left, i - 1) == at(right, j - 1)) {
        run++;
        i--;
        j--;
      }
      if (run > 0) {
        matches.add(new Match(i, j, run));
      } else if (isMarked(i - 1, j - 1)) {
        i--;
      } else {
        j--;
      }
    }
    return matches;
  }

  public byte[] bytes() {
    byte[] bytes = new byte[length];
    int at = length;
    for (Match match : matches()) {
      at -= match.length();
      System.arraycopy(left.buffer(), left.start() + match.left(), bytes, at, match.length());
    }
    return bytes;
  }
}
