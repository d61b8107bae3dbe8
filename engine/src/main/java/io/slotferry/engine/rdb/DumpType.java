package io.slotferry.engine.rdb;

/** The first byte of a serialised value: which type it has, in which form. */
final class DumpType {
  static final int STRING = 0;
  static final int LIST = 1;
  static final int SET = 2;
  static final int ZSET = 3;
  static final int HASH = 4;

  /** A sorted set with scores in binary. */
  static final int ZSET_2 = 5;

  /** Of a module, as modules of Redis 4.0 and later write it. */
  static final int MODULE_2 = 7;

  static final int HASH_ZIPMAP = 9;
  static final int LIST_ZIPLIST = 10;
  static final int SET_INTSET = 11;
  static final int ZSET_ZIPLIST = 12;
  static final int HASH_ZIPLIST = 13;

  /** A list of ziplists. */
  static final int LIST_QUICKLIST = 14;

  /** A stream of Redis 5 and 6. */
  static final int STREAM_LISTPACKS = 15;

  static final int HASH_LISTPACK = 16;
  static final int ZSET_LISTPACK = 17;

  /** A list of listpacks and of single large elements. */
  static final int LIST_QUICKLIST_2 = 18;

  /** A stream, with the counters of Redis 7.0. */
  static final int STREAM_LISTPACKS_2 = 19;

  /** Of Redis 7.2. */
  static final int SET_LISTPACK = 20;

  /** Of Redis 7.2: consumers have a second time. */
  static final int STREAM_LISTPACKS_3 = 21;

  /** Of Redis 7.4: a hash with fields that expire. */
  static final int HASH_METADATA = 24;

  static final int HASH_LISTPACK_EX = 25;

  private DumpType() {}
}
