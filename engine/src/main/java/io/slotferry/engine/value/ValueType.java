package io.slotferry.engine.value;

/** What a key can hold. Codes are persisted and travel between nodes: append only. */
public enum ValueType {
  STRING("string"),
  LIST("list"),
  SET("set"),
  SORTED_SET("zset"),
  HASH("hash");

  private final String redisName;

  ValueType(String redisName) {
    this.redisName = redisName;
  }

  /** The name that {@code TYPE} answers. */
  public String redisName() {
    return redisName;
  }
}
