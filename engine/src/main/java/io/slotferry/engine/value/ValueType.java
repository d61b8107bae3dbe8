package io.slotferry.engine.value;

import org.jspecify.annotations.Nullable;

/** What a key can hold. Codes are persisted and travel between nodes: append only. */
public enum ValueType {
  STRING(0, "string"),
  LIST(1, "list"),
  SET(2, "set"),
  SORTED_SET(3, "zset"),
  HASH(4, "hash"),
  STREAM(5, "stream");

  private static final ValueType[] BY_CODE = values();

  private final int code;
  private final String redisName;

  ValueType(int code, String redisName) {
    this.code = code;
    this.redisName = redisName;
  }

  /** What stands for the type on disk and between nodes. */
  public int code() {
    return code;
  }

  /** The type with this code, or null when there is none. */
  public static @Nullable ValueType of(int code) {
    return code >= 0 && code < BY_CODE.length ? BY_CODE[code] : null;
  }

  /** The name that {@code TYPE} answers. */
  public String redisName() {
    return redisName;
  }
}
