package io.slotferry.protocol;

import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One client command as the wire brought it: argument 0 is the command's name, and every argument
 * is a slice of one byte array. A request is a reusable view and owns nothing: it is valid only
 * until its buffer is written again, so whoever keeps an argument copies it ({@link #copy}).
 *
 * <p>Thread: the event loop that parsed it; never shared.
 */
public final class Request {
  /** From this length on (bytes), an argument or a value is worth being shared and not copied. */
  public static final int LARGE_BYTES = 256 << 10;

  /** An array may be kept for the sake of an argument that leaves so small a part of it unused. */
  private static final int UNUSED_DIVISOR = 8;

  private static final int INITIAL_ARGUMENTS = 16;

  /**
   * Beyond this number of arguments the arrays are given back to the collector by {@link #reset}.
   */
  private static final int RETAINED_ARGUMENTS_MAX = 1024;

  private byte[] buffer = new byte[0];
  private int[] starts = new int[INITIAL_ARGUMENTS];
  private int[] lengths = new int[INITIAL_ARGUMENTS];
  private int count;
  private boolean bufferOffered;
  private boolean bufferKept;

  /** A request that owns its bytes, for callers that are not parsers (HTTP, effects, tests). */
  public static Request of(byte[]... arguments) {
    int total = 0;
    for (byte[] argument : arguments) {
      total += argument.length;
    }
    Request request = new Request();
    byte[] bytes = new byte[total];
    request.reset(bytes);
    int at = 0;
    for (byte[] argument : arguments) {
      System.arraycopy(argument, 0, bytes, at, argument.length);
      request.add(at, argument.length);
      at += argument.length;
    }
    return request;
  }

  /** {@link #of(byte[]...)} of UTF-8 strings. */
  public static Request of(String... arguments) {
    byte[][] bytes = new byte[arguments.length][];
    for (int i = 0; i < arguments.length; i++) {
      bytes[i] = arguments[i].getBytes(StandardCharsets.UTF_8);
    }
    return of(bytes);
  }

  /** Forgets all arguments and views {@code buffer} from now on. */
  public void reset(byte[] buffer) {
    this.buffer = buffer;
    this.count = 0;
    this.bufferOffered = false;
    this.bufferKept = false;
    if (starts.length > RETAINED_ARGUMENTS_MAX) {
      starts = new int[INITIAL_ARGUMENTS];
      lengths = new int[INITIAL_ARGUMENTS];
    }
  }

  /** Appends the argument at {@code buffer[start, start + length)}. */
  public void add(int start, int length) {
    if (count == starts.length) {
      starts = Arrays.copyOf(starts, count * 2);
      lengths = Arrays.copyOf(lengths, count * 2);
    }
    starts[count] = start;
    lengths[count] = length;
    count++;
  }

  /**
   * Points the view at {@code moved}, which holds the same bytes {@code shift} places further on.
   */
  public void rebase(byte[] moved, int shift) {
    buffer = moved;
    if (shift != 0) {
      for (int i = 0; i < count; i++) {
        starts[i] += shift;
      }
    }
  }

  /** A copy that owns its bytes, for those who keep a request beyond the call that brought it. */
  public Request detached() {
    int total = 0;
    for (int i = 0; i < count; i++) {
      total += lengths[i];
    }
    Request copy = new Request();
    byte[] bytes = new byte[total];
    copy.reset(bytes);
    int at = 0;
    for (int i = 0; i < count; i++) {
      System.arraycopy(buffer, starts[i], bytes, at, lengths[i]);
      copy.add(at, lengths[i]);
      at += lengths[i];
    }
    return copy;
  }

  public byte[] buffer() {
    return buffer;
  }

  // ---- keeping the buffer

  /**
   * The buffer's owner lets {@link #keepBuffer} take it. If {@link #isBufferKept} afterwards, the
   * owner never writes to it again.
   */
  public void offerBuffer() {
    bufferOffered = true;
  }

  /**
   * Takes the buffer for the sake of one large argument, which is then not copied: nobody, the
   * caller included, writes to it any more. False when it is not to be had, or the argument is not
   * most of it.
   */
  public boolean keepBuffer(int argument) {
    int length = lengths[argument];
    boolean keep =
        bufferOffered && length >= LARGE_BYTES && buffer.length - length <= length / UNUSED_DIVISOR;
    bufferKept |= keep;
    return keep;
  }

  /** Whether the buffer was taken, so that its bytes never change. */
  public boolean isBufferKept() {
    return bufferKept;
  }

  // ---- arguments

  /** The number of arguments, the command's name included. */
  public int count() {
    return count;
  }

  public int start(int argument) {
    return starts[argument];
  }

  public int length(int argument) {
    return lengths[argument];
  }

  /** The argument's bytes in an array of their own. */
  public byte[] copy(int argument) {
    return Arrays.copyOfRange(buffer, starts[argument], starts[argument] + lengths[argument]);
  }

  /**
   * The argument as text, one char per byte (so that no byte is lost); for messages and options.
   */
  public String text(int argument) {
    return new String(buffer, starts[argument], lengths[argument], StandardCharsets.ISO_8859_1);
  }

  /** Whether the argument equals {@code word}, ASCII case ignored. {@code word} is upper-case. */
  public boolean is(int argument, String word) {
    int length = lengths[argument];
    if (length != word.length()) {
      return false;
    }
    int start = starts[argument];
    for (int i = 0; i < length; i++) {
      int b = buffer[start + i];
      if (b >= 'a' && b <= 'z') {
        b -= 'a' - 'A';
      }
      if (b != word.charAt(i)) {
        return false;
      }
    }
    return true;
  }

  public boolean equalBytes(int argument, byte[] other) {
    int start = starts[argument];
    return Arrays.equals(buffer, start, start + lengths[argument], other, 0, other.length);
  }
}
