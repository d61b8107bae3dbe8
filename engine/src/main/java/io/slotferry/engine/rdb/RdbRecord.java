package io.slotferry.engine.rdb;

/** What an RDB file is a sequence of. */
public sealed interface RdbRecord {
  /** The keys that follow are of this database. */
  record Database(int number) implements RdbRecord {}

  /** The code of a library of functions. */
  record Library(byte[] code) implements RdbRecord {}

  /**
   * A key.
   *
   * @param dump its value as RESTORE takes it
   * @param expiryMillis milliseconds since 1970; {@link #NO_EXPIRY} for none
   */
  record Key(byte[] name, byte[] dump, long expiryMillis) implements RdbRecord {
    public static final long NO_EXPIRY = -1;
  }

  /** A key whose value is of a module, which nothing but that module can read. */
  record ModuleKey(byte[] name, String module) implements RdbRecord {}
}
