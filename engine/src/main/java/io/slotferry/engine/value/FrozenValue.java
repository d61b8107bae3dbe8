package io.slotferry.engine.value;

import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import org.jspecify.annotations.Nullable;

/**
 * A large value as it was at one moment, written in parts while the value itself goes on changing.
 * It shares what the value is made of: entries of tables and large strings never change, and nodes
 * of lists and blocks of streams are copied by whoever changes them first. So freezing costs a pass
 * over references (the arrays of a table of a million fields: 1 to 2 ms), and what is written to
 * meanwhile costs its own size.
 *
 * <p>The first part begins with a head, from which {@link #begin} makes the value that takes the
 * parts. Thread: the loop that owns the shard copy.
 */
public abstract sealed class FrozenValue
    permits FrozenString, FrozenList, FrozenTable, FrozenStream {
  private boolean begun;

  /**
   * A value that takes more than {@code bytesMax}, frozen; null for one that is written whole: it
   * is smaller, or has a compact form.
   */
  public static @Nullable FrozenValue of(Value value, int bytesMax) {
    return value.approximateBytes() > bytesMax ? value.frozen() : null;
  }

  /**
   * Writes the next part: some {@code bytesMax}, but an element is not cut.
   *
   * @return whether another part follows
   */
  public final boolean writePart(WireWriter out, int bytesMax) {
    if (!begun) {
      writeHead(out);
      begun = true;
    }
    return writeElements(out, out.size() + Math.max(1, bytesMax));
  }

  /** Whether the next part is the first one. */
  public final boolean isWhole() {
    return !begun;
  }

  abstract void writeHead(WireWriter out);

  /** Writes elements until {@code out} has reached this size; whether there are more. */
  abstract boolean writeElements(WireWriter out, int sizeMax);

  /** The value to which the parts are added, from what stands before the first one's elements. */
  public static Value begin(ValueType type, WireReader in) {
    return switch (type) {
      case STRING -> StringValue.ofLength(size(in));
      case LIST -> new ListValue();
      case SET -> SetValue.expecting(size(in));
      case SORTED_SET -> SortedSetValue.expecting(size(in));
      case HASH -> HashValue.expecting(size(in));
      case STREAM -> StreamValue.begin(in);
    };
  }

  private static int size(WireReader in) {
    int size = in.varint();
    if (size < 0) {
      throw new MalformedFrameException("a value of negative size");
    }
    return size;
  }

  /** Adds all that is left of {@code in} to a value that {@link #begin} made. */
  public static void addPart(Value value, WireReader in) {
    value.addPart(in);
  }
}
