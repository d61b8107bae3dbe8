package io.slotferry.engine;

import io.slotferry.engine.value.Value;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import org.jspecify.annotations.Nullable;

/**
 * What a handler works with: the arguments, the keys, the reply and the effects of one command.
 *
 * <p>Arguments are parsed first; the first error is latched and has then been written as the reply,
 * so that a handler asks {@link #failed} once, before it changes anything. The same holds for a key
 * of the wrong type.
 *
 * <p>One instance per engine, reused for every command. Thread: the loop that owns the shard copy.
 */
@SuppressWarnings("DoNotCallSuggester")
public final class CommandContext {
  /** The expiry of a key that never expires. */
  public static final long NO_EXPIRY = -1;

  // ---- arguments

  public Request request() {
    throw new AssertionError();
  }

  /** The number of arguments, the command's name included. */
  public int count() {
    throw new AssertionError();
  }

  /** Whether the option at {@code argument} is {@code WORD} (upper-case), ASCII case ignored. */
  public boolean is(int argument, String word) {
    throw new AssertionError();
  }

  /** A 64-bit integer; else latches "ERR value is not an integer or out of range", returns 0. */
  public long integer(int argument) {
    throw new AssertionError();
  }

  /** An integer in {@code [min, max]}; else latches {@code error}. */
  public long integer(int argument, long min, long max, String error) {
    throw new AssertionError();
  }

  /** A double (inf allowed, NaN not); else latches "ERR value is not a valid float". */
  public double number(int argument) {
    throw new AssertionError();
  }

  /** Latches {@code error} ("ERR …"), unless another was latched before. */
  public void fail(String error) {
    throw new AssertionError();
  }

  /** Latches "ERR syntax error". */
  public void syntaxError() {
    throw new AssertionError();
  }

  /** Whether an error was latched; its reply is then written already. */
  public boolean failed() {
    throw new AssertionError();
  }

  // ---- the clock, chance, the reply

  /** Wall clock of this command, milliseconds since 1970; the same for all of it. */
  public long nowMillis() {
    throw new AssertionError();
  }

  /** A source of chance for SPOP and its like; never used in what an effect repeats. */
  public java.util.random.RandomGenerator random() {
    throw new AssertionError();
  }

  public ReplyWriter reply() {
    throw new AssertionError();
  }

  // ---- keys; keyArgument is the position of a key among the arguments

  /**
   * The live value, or null when there is none. A string comes as a view, valid until the next
   * look-up.
   */
  public @Nullable Value find(int keyArgument) {
    throw new AssertionError();
  }

  /** The live value if it is of this type; of another type, latches WRONGTYPE and returns null. */
  public <V extends Value> @Nullable V find(int keyArgument, Class<V> type) {
    throw new AssertionError();
  }

  public boolean exists(int keyArgument) {
    throw new AssertionError();
  }

  /** When the (live) key expires, milliseconds since 1970, or {@link #NO_EXPIRY}. */
  public long expiry(int keyArgument) {
    throw new AssertionError();
  }

  /** Binds the key to {@code value}, replacing what it held, its expiry included. */
  public void put(int keyArgument, Value value, long expiryMillis) {
    throw new AssertionError();
  }

  /** Binds the key to a string, replacing what it held, its expiry included. */
  public void putString(int keyArgument, byte[] source, int start, int length, long expiryMillis) {
    throw new AssertionError();
  }

  /** Changes only the expiry of an existing key. */
  public void expire(int keyArgument, long expiryMillis) {
    throw new AssertionError();
  }

  /** Removes the key; false when there was none. */
  public boolean remove(int keyArgument) {
    throw new AssertionError();
  }

  // ---- effects

  /**
   * The command changed its one key, and doing it again on an equal copy does the same: the effect
   * is the request itself. Not for commands of several keys, of relative time or of chance.
   */
  public void changed() {
    throw new AssertionError();
  }

  /** An effect other than the request, on the key at {@code keyArgument}: name, key, arguments. */
  public void effect(int keyArgument, byte[]... effect) {
    throw new AssertionError();
  }

  /**
   * The whole state of the key as of now, or its absence, as the effect: for results that were
   * computed from other keys (RENAME, SINTERSTORE, …).
   */
  public void effectOfKey(int keyArgument) {
    throw new AssertionError();
  }
}
