package io.slotferry.engine.rdb;

import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.ListValue;
import io.slotferry.engine.value.SetValue;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.engine.value.StringValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Decimal;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Reads one value in any of its forms. What is empty, or has an element twice, is malformed. */
final class ValueReader {
  private static final int PLAIN_NODE = 1;
  private static final int PACKED_NODE = 2;

  // Scores of old: a length, or one of these.
  private static final int SCORE_NAN = 253;
  private static final int SCORE_INFINITE = 254;
  private static final int SCORE_MINUS_INFINITE = 255;

  private final DumpInput in;

  ValueReader(DumpInput in) {
    this.in = in;
  }

  Value read() {
    int type = in.u8();
    return switch (type) {
      case DumpType.STRING -> new StringValue(in.string());
      case DumpType.LIST,
          DumpType.LIST_ZIPLIST,
          DumpType.LIST_QUICKLIST,
          DumpType.LIST_QUICKLIST_2 ->
          list(type);
      case DumpType.SET, DumpType.SET_INTSET, DumpType.SET_LISTPACK -> set(type);
      case DumpType.ZSET, DumpType.ZSET_2, DumpType.ZSET_ZIPLIST, DumpType.ZSET_LISTPACK ->
          sortedSet(type);
      case DumpType.HASH, DumpType.HASH_ZIPMAP, DumpType.HASH_ZIPLIST, DumpType.HASH_LISTPACK ->
          hash(type);
      case DumpType.STREAM_LISTPACKS, DumpType.STREAM_LISTPACKS_2, DumpType.STREAM_LISTPACKS_3 ->
          new StreamReader(in, type).read();
      case DumpType.HASH_METADATA -> hashWithTimes();
      case DumpType.HASH_LISTPACK_EX -> packedHashWithTimes();
      default -> throw new MalformedDumpException("unknown type of value: " + type);
    };
  }

  private static void check(boolean valid, String error) {
    if (!valid) {
      throw new MalformedDumpException(error);
    }
  }

  // ---- lists

  private ListValue list(int type) {
    ListValue list = new ListValue();
    Elements add = element -> list.addLast(element, 0, element.length);
    switch (type) {
      case DumpType.LIST -> {
        for (int left = in.count(); left > 0; left--) {
          add.element(in.string());
        }
      }
      case DumpType.LIST_ZIPLIST -> Ziplist.read(in.string(), add);
      case DumpType.LIST_QUICKLIST -> {
        for (int left = in.count(); left > 0; left--) {
          Ziplist.read(in.string(), add);
        }
      }
      default -> {
        for (int left = in.count(); left > 0; left--) {
          readNode(add);
        }
      }
    }
    check(list.size() > 0, "a list without elements");
    return list;
  }

  private void readNode(Elements add) {
    long container = in.length();
    if (container == PLAIN_NODE) {
      add.element(in.string());
    } else {
      check(container == PACKED_NODE, "unknown container of a list");
      Listpack.read(in.string(), add);
    }
  }

  // ---- sets

  private SetValue set(int type) {
    SetValue set = new SetValue();
    Elements add =
        element -> check(set.add(element, 0, element.length), "a set with a member twice");
    switch (type) {
      case DumpType.SET -> {
        for (int left = in.count(); left > 0; left--) {
          add.element(in.string());
        }
      }
      case DumpType.SET_INTSET -> readIntset(in.string(), add);
      default -> Listpack.read(in.string(), add);
    }
    check(set.size() > 0, "a set without members");
    return set;
  }

  private static void readIntset(byte[] intset, Elements add) {
    DumpInput in = DumpInput.of(intset);
    int width = in.i32();
    long count = in.i32() & 0xffffffffL;
    check(width == 2 || width == 4 || width == 8, "unknown width of integers");
    check(count * width == in.remaining(), "a set of integers with a wrong size");
    for (long left = count; left > 0; left--) {
      add.element(DumpInput.digits(in.signed(width)));
    }
  }

  // ---- sorted sets

  private SortedSetValue sortedSet(int type) {
    SortedSetValue set = new SortedSetValue();
    switch (type) {
      case DumpType.ZSET, DumpType.ZSET_2 -> {
        for (int left = in.count(); left > 0; left--) {
          byte[] member = in.string();
          put(set, member, type == DumpType.ZSET ? oldScore() : in.f64());
        }
      }
      case DumpType.ZSET_ZIPLIST ->
          Ziplist.read(in.string(), pairs((member, score) -> put(set, member, number(score))));
      default ->
          Listpack.read(in.string(), pairs((member, score) -> put(set, member, number(score))));
    }
    check(set.size() > 0, "a sorted set without members");
    return set;
  }

  private static void put(SortedSetValue set, byte[] member, double score) {
    check(!Double.isNaN(score), "a score that is no number");
    check(set.put(score, member, 0, member.length), "a sorted set with a member twice");
  }

  private double oldScore() {
    int length = in.u8();
    return switch (length) {
      case SCORE_NAN -> Double.NaN;
      case SCORE_INFINITE -> Double.POSITIVE_INFINITY;
      case SCORE_MINUS_INFINITE -> Double.NEGATIVE_INFINITY;
      default -> Decimal.toDouble(in.buffer(), in.skip(length), length);
    };
  }

  private static double number(byte[] text) {
    return Decimal.toDouble(text, 0, text.length);
  }

  // ---- hashes

  private HashValue hash(int type) {
    HashValue hash = new HashValue();
    Pair set =
        (field, value) ->
            check(
                hash.set(field, 0, field.length, value, 0, value.length),
                "a hash with a field twice");
    switch (type) {
      case DumpType.HASH -> {
        for (int left = in.count(); left > 0; left--) {
          byte[] field = in.string();
          set.pair(field, in.string());
        }
      }
      case DumpType.HASH_ZIPMAP -> Ziplist.readZipmap(in.string(), pairs(set));
      case DumpType.HASH_ZIPLIST -> Ziplist.read(in.string(), pairs(set));
      default -> Listpack.read(in.string(), pairs(set));
    }
    check(hash.size() > 0, "a hash without fields");
    return hash;
  }

  private HashValue hashWithTimes() {
    HashValue hash = new HashValue();
    long first = in.i64();
    for (int left = in.count(); left > 0; left--) {
      long time = in.length();
      byte[] field = in.string();
      set(hash, field, in.string(), time == 0 ? HashValue.NO_EXPIRY : first + time - 1);
    }
    return hash;
  }

  private HashValue packedHashWithTimes() {
    HashValue hash = new HashValue();
    in.i64();
    List<byte[]> triple = new ArrayList<>();
    Listpack.read(
        in.string(),
        element -> {
          triple.add(element);
          if (triple.size() == 3) {
            boolean isTime = Decimal.isLong(element, 0, element.length);
            check(isTime, "a time that is no number");
            long time = Decimal.toLong(element, 0, element.length);
            set(hash, triple.get(0), triple.get(1), time);
            triple.clear();
          }
        });
    check(hash.size() > 0 && triple.isEmpty(), "a hash without fields, or with half of one");
    return hash;
  }

  private static void set(HashValue hash, byte[] field, byte[] value, long expiryMillis) {
    check(hash.set(field, 0, field.length, value, 0, value.length), "a hash with a field twice");
    check(expiryMillis >= 0, "a time that is none");
    if (expiryMillis != HashValue.NO_EXPIRY) {
      hash.expire(field, 0, field.length, expiryMillis);
    }
  }

  // ---- two elements that belong together

  @FunctionalInterface
  private interface Pair {
    void pair(byte[] first, byte[] second);
  }

  private static Elements pairs(Pair to) {
    return new Elements() {
      private byte @Nullable [] first;

      @Override
      public void element(byte[] element) {
        if (first == null) {
          first = element;
        } else {
          to.pair(first, element);
          first = null;
        }
      }
    };
  }
}
