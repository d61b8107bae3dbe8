package io.slotferry.engine.command;

import io.slotferry.engine.store.EntryMemory;
import io.slotferry.engine.store.EntryView;
import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.ListValue;
import io.slotferry.engine.value.SetValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.engine.value.StreamWalk;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.engine.value.ValueType;
import io.slotferry.protocol.Decimal;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;

/**
 * A signature of values as DEBUG DIGEST of Redis computes it: SHA-1 of parts, mixed where their
 * order matters and joined by exclusive or where it does not.
 */
final class Digest {
  private static final int STREAM_CODE = 6;
  private static final int BYTES = 20;
  private static final byte[] EXPIRES = "!!expire!!".getBytes(StandardCharsets.US_ASCII);

  private final MessageDigest sha1;
  private byte[] sum = new byte[BYTES];

  Digest() {
    try {
      sha1 = MessageDigest.getInstance("SHA-1");
    } catch (NoSuchAlgorithmException e) {
      throw new IllegalStateException("every JDK has SHA-1", e);
    }
  }

  String hex() {
    return HexFormat.of().formatHex(sum);
  }

  /** Adds a part whatever its place among the others. */
  private void xor(byte[] part, int start, int length) {
    sha1.update(part, start, length);
    byte[] hash = sha1.digest();
    for (int i = 0; i < BYTES; i++) {
      sum[i] ^= hash[i];
    }
  }

  /** Adds a part at its place. */
  private void mix(byte[] part, int start, int length) {
    xor(part, start, length);
    sum = sha1.digest(sum);
  }

  private void mix(Slice part) {
    mix(part.buffer(), part.start(), part.length());
  }

  /** Adds a key and what it holds. */
  void addEntry(EntryMemory memory, int entry) {
    Digest ofKey = new Digest();
    ofKey.mix(memory.keyBuffer(entry), memory.keyStart(entry), memory.keyLength(entry));
    ofKey.addValue(
        new EntryView().of(memory, entry), memory.expiry(entry) != EntryMemory.NO_EXPIRY);
    xor(ofKey.sum, 0, BYTES);
  }

  void addValue(Value value, boolean expires) {
    byte[] type = {0, 0, 0, (byte) redisCode(value.type())};
    mix(type, 0, type.length);
    switch (value) {
      case StringValue string -> mix(string.buffer(), string.start(), string.length());
      case ListValue list -> add(list);
      case SetValue set -> add(set);
      case SortedSetValue set -> add(set);
      case HashValue hash -> add(hash);
      case StreamValue stream -> add(stream);
    }
    if (expires) {
      xor(EXPIRES, 0, EXPIRES.length);
    }
  }

  /** Redis has modules before streams. */
  private static int redisCode(ValueType type) {
    return type == ValueType.STREAM ? STREAM_CODE : type.code();
  }

  private void add(StreamValue stream) {
    Slice field = new Slice();
    Slice value = new Slice();
    StreamWalk walk = stream.walk(StreamId.MIN, StreamId.MAX, false);
    while (walk.next()) {
      byte[] id = walk.id().toString().replace('-', '.').getBytes(StandardCharsets.US_ASCII);
      mix(id, 0, id.length);
      for (int left = walk.fields(); left > 0; left--) {
        walk.nextField(field, value);
        mix(field);
        mix(value);
      }
    }
  }

  private void add(ListValue list) {
    Slice slice = new Slice();
    ListValue.Walk walk = list.walk(0, false);
    while (walk.next()) {
      walk.element(slice);
      mix(slice);
    }
  }

  private void add(SetValue set) {
    Slice slice = new Slice();
    for (int at = set.first(); at >= 0; at = set.next(at)) {
      set.elementAt(at, slice);
      xor(slice.buffer(), slice.start(), slice.length());
    }
  }

  private void add(SortedSetValue set) {
    Slice slice = new Slice();
    SortedSetValue.Walk walk = set.walk(0, false);
    while (walk.next()) {
      walk.member(slice);
      Digest ofElement = new Digest();
      ofElement.mix(slice);
      byte[] score = Decimal.format(walk.score()).getBytes(StandardCharsets.US_ASCII);
      ofElement.mix(score, 0, score.length);
      xor(ofElement.sum, 0, BYTES);
    }
  }

  private void add(HashValue hash) {
    Slice slice = new Slice();
    for (int at = hash.first(); at >= 0; at = hash.next(at)) {
      Digest ofElement = new Digest();
      hash.elementAt(at, slice);
      ofElement.mix(slice);
      hash.valueAt(at, slice);
      ofElement.mix(slice);
      xor(ofElement.sum, 0, BYTES);
    }
  }
}
