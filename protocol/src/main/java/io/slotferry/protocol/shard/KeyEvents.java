package io.slotferry.protocol.shard;

/**
 * What happens to keys, in classes of one bit each: those of {@code notify-keyspace-events}, whose
 * letters are Redis', and {@link #MODIFIED}.
 */
public final class KeyEvents {
  /** Published at {@code __keyspace@n__:key}. */
  public static final int KEYSPACE = 1;

  /** Published at {@code __keyevent@n__:event}. */
  public static final int KEYEVENT = 1 << 1;

  public static final int GENERIC = 1 << 2;
  public static final int STRING = 1 << 3;
  public static final int LIST = 1 << 4;
  public static final int SET = 1 << 5;
  public static final int HASH = 1 << 6;
  public static final int SORTED_SET = 1 << 7;
  public static final int EXPIRED = 1 << 8;
  public static final int EVICTED = 1 << 9;
  public static final int STREAM = 1 << 10;
  public static final int MODULE = 1 << 11;

  /** A read of a key that is not there. */
  public static final int MISS = 1 << 12;

  /** A key that was not there before. */
  public static final int NEW = 1 << 13;

  /** A key's value or expiry has changed, whatever the command: for clients that cache it. */
  public static final int MODIFIED = 1 << 14;

  /** The classes that {@code A} stands for. */
  private static final int ALL = (MISS - 1) & ~(KEYSPACE | KEYEVENT);

  private static final String LETTERS = "KEg$lshzxetdmn";

  private KeyEvents() {}

  /** The classes in a value of {@code notify-keyspace-events}, which was found valid. */
  public static int parse(String letters) {
    int classes = 0;
    for (int i = 0; i < letters.length(); i++) {
      int bit = LETTERS.indexOf(letters.charAt(i));
      classes |= bit < 0 ? ALL : 1 << bit;
    }
    return classes;
  }
}
