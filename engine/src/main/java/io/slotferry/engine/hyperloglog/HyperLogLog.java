package io.slotferry.engine.hyperloglog;

import io.slotferry.engine.hash.MurmurHash64;
import io.slotferry.engine.value.StringValue;
import java.lang.invoke.MethodHandles;
import java.lang.invoke.VarHandle;
import java.nio.ByteOrder;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * A HyperLogLog in the bytes of a string, the same that Redis has for it:
 *
 * <pre>
 *   "HYLL" | encoding u8 (0 dense, 1 sparse) | 3 bytes unused | cached count i64 little endian | registers
 * </pre>
 *
 * <p>A negative cached count is no longer true. Dense registers are changed where they are; a
 * change of sparse ones, or of the encoding, is made in a copy, which {@link #isDetached} tells the
 * owner of the string to put in its place.
 */
public final class HyperLogLog {
  /** What has become of a register. */
  public enum Change {
    NONE,
    RAISED,
    /** The sparse registers make no sense. */
    CORRUPT
  }

  static final int INDEX_BITS = 14;
  public static final int REGISTERS = 1 << INDEX_BITS;

  /** Where the cached count is, and how long it is. */
  public static final int COUNT_OFFSET = 8;

  /** The default of {@code hll-sparse-max-bytes}. */
  static final long SPARSE_BYTES_MAX = 3000;

  private static final byte[] MAGIC = {'H', 'Y', 'L', 'L'};
  private static final int ENCODING_OFFSET = 4;
  private static final byte DENSE = 0;
  private static final byte SPARSE = 1;
  private static final int HEADER_BYTES = 16;
  private static final int DENSE_BYTES = HEADER_BYTES + DenseRegisters.BYTES;
  private static final long SEED = 0xadc83b19L;

  /** A code of two bytes may become three codes of five, and the next code is moved. */
  private static final int SPLIT_BYTES_MAX = 5;

  /** How many codes are looked at for equal neighbours after a change: Redis' number. */
  private static final int MERGE_CODES = 5;

  private static final int SPARE_BYTES = 64;

  private static final VarHandle LONG =
      MethodHandles.byteArrayViewVarHandle(long[].class, ByteOrder.LITTLE_ENDIAN);

  private final long sparseBytesMax;
  private byte[] bytes;
  private int start;
  private int length;
  private boolean detached;

  private HyperLogLog(byte[] bytes, int start, int length, boolean detached, long sparseBytesMax) {
    this.sparseBytesMax = sparseBytesMax;
    this.bytes = bytes;
    this.start = start;
    this.length = length;
    this.detached = detached;
  }

  /**
   * One without elements: all registers in one run.
   *
   * @param sparseBytesMax how long its string may be before it becomes dense
   */
  public static HyperLogLog empty(long sparseBytesMax) {
    byte[] bytes = new byte[HEADER_BYTES + SPARE_BYTES];
    System.arraycopy(MAGIC, 0, bytes, 0, MAGIC.length);
    bytes[ENCODING_OFFSET] = SPARSE;
    int end = SparseRuns.write(bytes, HEADER_BYTES, 0, REGISTERS);
    return new HyperLogLog(bytes, 0, end, true, sparseBytesMax);
  }

  /**
   * The one that a string is, or null if it cannot be one.
   *
   * @param sparseBytesMax how long the string may be before it becomes dense
   */
  public static @Nullable HyperLogLog of(StringValue string, long sparseBytesMax) {
    byte[] bytes = string.buffer();
    int start = string.start();
    int length = string.length();
    if (length < HEADER_BYTES
        || !Arrays.equals(bytes, start, start + MAGIC.length, MAGIC, 0, MAGIC.length)) {
      return null;
    }
    byte encoding = bytes[start + ENCODING_OFFSET];
    boolean valid = encoding == DENSE ? length == DENSE_BYTES : encoding == SPARSE;
    return valid ? new HyperLogLog(bytes, start, length, false, sparseBytesMax) : null;
  }

  /** Whether the string has to be replaced by {@link #bytes} from {@link #start} on. */
  public boolean isDetached() {
    return detached;
  }

  public byte[] bytes() {
    return bytes;
  }

  public int start() {
    return start;
  }

  /** In bytes. */
  public int length() {
    return length;
  }

  public boolean isDense() {
    return bytes[start + ENCODING_OFFSET] == DENSE;
  }

  private int registers() {
    return start + HEADER_BYTES;
  }

  // ---- the count

  /** The count as it was computed last; negative when the registers have changed since. */
  public long cachedCount() {
    return (long) LONG.get(bytes, start + COUNT_OFFSET);
  }

  public void cacheCount(long count) {
    LONG.set(bytes, start + COUNT_OFFSET, count);
  }

  /** The cached count is no longer true. */
  public void changed() {
    cacheCount(cachedCount() | Long.MIN_VALUE);
  }

  /** The estimate of how many elements were added; -1 if the registers make no sense. */
  public long count() {
    int[] histogram = new int[Cardinality.VALUES];
    if (isDense()) {
      DenseRegisters.addTo(histogram, bytes, registers());
    } else {
      SparseRuns runs = runs();
      while (runs.next()) {
        histogram[runs.value()] += runs.length();
      }
      if (!runs.isWhole()) {
        return -1;
      }
    }
    return Cardinality.estimate(histogram);
  }

  /** The estimate for registers of a byte each. */
  public static long count(byte[] registers) {
    int[] histogram = new int[Cardinality.VALUES];
    for (byte register : registers) {
      histogram[register]++;
    }
    return Cardinality.estimate(histogram);
  }

  // ---- all registers

  private SparseRuns runs() {
    return new SparseRuns(bytes, registers(), start + length);
  }

  public int register(int index) {
    if (isDense()) {
      return DenseRegisters.get(bytes, registers(), index);
    }
    SparseRuns runs = runs();
    while (runs.next() && runs.first() + runs.length() <= index) {
      // Passed.
    }
    return runs.value();
  }

  /**
   * Raises each of {@code registers} to the value it has here, if that is higher; false if the
   * registers here make no sense.
   */
  public boolean mergeInto(byte[] registers) {
    if (isDense()) {
      DenseRegisters.mergeInto(registers, bytes, registers());
      return true;
    }
    SparseRuns runs = runs();
    while (runs.next() && !runs.overflows()) {
      for (int i = runs.first(); runs.value() > 0 && i < runs.first() + runs.length(); i++) {
        registers[i] = (byte) Math.max(registers[i], runs.value());
      }
    }
    return runs.isWhole();
  }

  /** Changes the encoding; false if the registers make no sense. */
  public boolean toDense() {
    if (isDense()) {
      return true;
    }
    byte[] dense = Arrays.copyOf(Arrays.copyOfRange(bytes, start, registers()), DENSE_BYTES);
    dense[ENCODING_OFFSET] = DENSE;
    SparseRuns runs = runs();
    while (runs.next() && !runs.overflows()) {
      for (int i = runs.first(); runs.value() > 0 && i < runs.first() + runs.length(); i++) {
        DenseRegisters.set(dense, HEADER_BYTES, i, runs.value());
      }
    }
    if (!runs.isWhole()) {
      return false;
    }
    bytes = dense;
    start = 0;
    length = DENSE_BYTES;
    detached = true;
    return true;
  }

  /** The sparse registers in words, as PFDEBUG DECODE tells them. */
  public String decoded() {
    StringBuilder text = new StringBuilder();
    SparseRuns runs = runs();
    while (runs.next()) {
      text.append(text.isEmpty() ? "" : " ");
      if (runs.value() > 0) {
        text.append("v:").append(runs.value()).append(',').append(runs.length());
      } else {
        text.append(runs.isLongZero() ? "Z:" : "z:").append(runs.length());
      }
    }
    return text.toString();
  }

  // ---- one register

  public Change add(byte[] element, int elementStart, int elementLength) {
    long hash = MurmurHash64.hash(element, elementStart, elementLength, SEED);
    long pattern = hash >>> INDEX_BITS | 1L << (Long.SIZE - INDEX_BITS);
    return raise((int) hash & REGISTERS - 1, Long.numberOfTrailingZeros(pattern) + 1);
  }

  /** Gives a register at least this value. The cached count stays as it is. */
  public Change raise(int index, int value) {
    if (!isDense()) {
      return raiseSparse(index, value);
    }
    if (DenseRegisters.get(bytes, registers(), index) >= value) {
      return Change.NONE;
    }
    DenseRegisters.set(bytes, registers(), index, value);
    return Change.RAISED;
  }

  private Change raiseSparse(int index, int value) {
    if (value > SparseRuns.VALUE_MAX) {
      return raiseDense(index, value);
    }
    SparseRuns runs = runs();
    int previous = registers();
    boolean found = false;
    while (!found && runs.next()) {
      found = index < runs.first() + runs.length();
      previous = found ? previous : runs.at();
    }
    if (!found || runs.at() + runs.width() > start + length) {
      return Change.CORRUPT;
    }
    if (runs.value() >= value) {
      return Change.NONE;
    }
    byte[] split = new byte[SPLIT_BYTES_MAX];
    int behind = runs.first() + runs.length() - index - 1;
    int end = SparseRuns.write(split, 0, runs.value(), index - runs.first());
    end = SparseRuns.write(split, end, value, 1);
    end = SparseRuns.write(split, end, runs.value(), behind);
    int more = end - runs.width();
    if (more > 0 && length + more > sparseBytesMax) {
      return raiseDense(index, value);
    }
    int offset = runs.at() - start;
    int previousOffset = previous - start;
    detach(more);
    replace(offset, runs.width(), split, end);
    mergeNeighbours(previousOffset);
    return Change.RAISED;
  }

  private Change raiseDense(int index, int value) {
    return toDense() ? raise(index, value) : Change.CORRUPT;
  }

  /** Sees to it that the bytes are a copy with room for {@code more}. */
  private void detach(int more) {
    if (!detached || bytes.length < length + more) {
      int capacity = Math.max(length + more, length + length / 2 + SPARE_BYTES);
      byte[] copy = new byte[capacity];
      System.arraycopy(bytes, start, copy, 0, length);
      bytes = copy;
      start = 0;
      detached = true;
    }
  }

  /** Puts {@code count} bytes in the place of {@code width}. */
  private void replace(int offset, int width, byte[] codes, int count) {
    int rest = offset + width;
    System.arraycopy(bytes, rest, bytes, offset + count, length - rest);
    System.arraycopy(codes, 0, bytes, offset, count);
    length += count - width;
  }

  /** Makes one run of neighbouring ones of the same value, where one code can tell it. */
  private void mergeNeighbours(int offset) {
    int at = offset;
    for (int i = 0; i < MERGE_CODES && at < length; i++) {
      int code = bytes[at] & 0xff;
      int value = SparseRuns.value(code);
      int next = at + 1 < length ? bytes[at + 1] & 0xff : 0;
      int run = SparseRuns.valueRun(code) + SparseRuns.valueRun(next);
      if (value > 0 && value == SparseRuns.value(next) && run <= SparseRuns.VALUE_RUN_MAX) {
        SparseRuns.write(bytes, at + 1, value, run);
        replace(at, 1, bytes, 0);
      } else {
        at += SparseRuns.width(code);
      }
    }
  }
}
