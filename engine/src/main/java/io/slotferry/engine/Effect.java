package io.slotferry.engine;

import io.slotferry.engine.hash.KeyHash;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/**
 * One effect while it is put together, in a buffer that is used again for the next one. {@link
 * CommandContext#beginEffect} gives it out with its name and key; {@link #emit} ends it.
 *
 * <p>Effects that no client can send begin with {@code !}:
 *
 * <pre>
 *   !put key expiry type value   the key's whole state (expiry in milliseconds since 1970 or -1, type
 *                                by its code, both decimal; the value as it encodes itself)
 *   !part key expiry type first part   a part of a large value; first is 1 or 0
 *   !del key                     the key is gone
 *   !flush                       all keys of the keyspace in the partition are gone
 *   !swapN                       the keyspace has changed places with keyspace N in the partition
 *   !give from order heir        the tablet's keys from there on (all, if it is empty) are the tablet heir's;
 *                                both numbers are decimal
 *   !expectN                     some N keys of the keyspace are about to come to the partition
 *   !claim key group consumer …  entries of a stream were given to a consumer
 *   !group key CREATE group …    XGROUP, its key where every effect has it
 * </pre>
 */
public final class Effect {
  public static final byte[] PUT = name("!put");
  public static final byte[] PART = name("!part");
  public static final byte[] DEL = name("!del");
  public static final byte[] FLUSH = name("!flush");
  public static final byte[] GIVE = name("!give");
  public static final byte[] CLAIM = name("!claim");
  public static final byte[] GROUP = name("!group");

  /** Fields that have expired. */
  static final byte[] HDEL = name("HDEL");

  /** The number is part of the name: an effect with an argument is about that key. */
  private static final byte[] SWAP = name("!swap");

  private static final byte[] EXPECT = name("!expect");

  /** First byte of the names above. */
  static final byte INTERNAL = '!';

  /** Beyond this size (bytes) the buffer is given back to the collector. */
  private static final int RETAINED_BYTES_MAX = 1 << 16;

  private static final int INITIAL_BYTES = 256;

  private final EffectSink sink;
  private final Request request = new Request();
  private byte[] buffer = new byte[INITIAL_BYTES];
  private int size;
  private Request source = request;
  private int keyspace;
  private int partition;
  private boolean silent;

  Effect(EffectSink sink) {
    this.sink = sink;
  }

  /** The bytes of an effect's name or option. */
  public static byte[] name(String ascii) {
    return ascii.getBytes(StandardCharsets.US_ASCII);
  }

  static byte[] swap(int other) {
    return name("!swap" + other);
  }

  /** The effect that some {@code keys} are about to come. */
  public static byte[] expect(int keys) {
    return name("!expect" + keys);
  }

  /** The number of keys that are to come; -1 when {@code effect} does not tell. */
  static int expected(Request effect) {
    return numberAfter(EXPECT, effect);
  }

  /** The other keyspace of a swap; -1 when {@code effect} is none. */
  public static int swapped(Request effect) {
    return numberAfter(SWAP, effect);
  }

  private static int numberAfter(byte[] name, Request effect) {
    byte[] buffer = effect.buffer();
    int start = effect.start(0);
    int digits = effect.length(0) - name.length;
    boolean isNamed =
        digits > 0 && Arrays.equals(buffer, start, start + name.length, name, 0, name.length);
    return isNamed ? (int) Decimal.toLong(buffer, start + name.length, digits) : -1;
  }

  /** The tablet that inherits; -1 when {@code effect} is not about any. */
  public static int heir(Request effect) {
    return effect.equalBytes(0, GIVE)
        ? (int) Decimal.toLong(effect.buffer(), effect.start(3), effect.length(3))
        : -1;
  }

  /**
   * Where in its partition an effect belongs: the hash of its key; {@link KeyHash#BEFORE_FIRST} for
   * one about many keys, which concerns all those that are there already.
   */
  public static int keyHash(Request effect) {
    return effect.count() < 2 || effect.equalBytes(0, GIVE)
        ? KeyHash.BEFORE_FIRST
        : KeyHash.hash(effect.buffer(), effect.start(1), effect.length(1));
  }

  /** {@code silent}: nothing leaves, for a copy that only repeats effects. */
  Effect begin(int keyspace, int partition, Request source, boolean silent) {
    this.keyspace = keyspace;
    this.partition = partition;
    this.source = source;
    this.silent = silent;
    size = 0;
    request.reset(buffer);
    return this;
  }

  /** The argument of the command that is being executed. */
  public Effect argument(int argument) {
    return bytes(source.buffer(), source.start(argument), source.length(argument));
  }

  public Effect bytes(byte[] source) {
    return bytes(source, 0, source.length);
  }

  public Effect bytes(byte[] source, int start, int length) {
    ensure(length);
    System.arraycopy(source, start, buffer, size, length);
    request.add(size, length);
    size += length;
    return this;
  }

  /** The decimal digits of {@code value}. */
  public Effect decimal(long value) {
    int length = Decimal.length(value);
    ensure(length);
    Decimal.write(value, buffer, size, length);
    request.add(size, length);
    size += length;
    return this;
  }

  /** Sends it to the log. */
  public void emit() {
    if (!silent) {
      sink.effect(keyspace, partition, request);
    }
    if (buffer.length > RETAINED_BYTES_MAX) {
      buffer = new byte[INITIAL_BYTES];
    }
  }

  private void ensure(int more) {
    if (buffer.length - size < more) {
      long wanted = Math.max((long) buffer.length * 2, (long) size + more);
      buffer = Arrays.copyOf(buffer, (int) Math.min(wanted, Integer.MAX_VALUE - 16));
      request.rebase(buffer, 0);
    }
  }
}
