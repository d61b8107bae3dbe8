package io.slotferry.engine.redis;

import io.slotferry.engine.redis.CommandRows.Match;
import io.slotferry.engine.redis.CommandRows.Row;
import java.util.List;

/**
 * Commands about keyspaces as a whole and about the inside of values, for sequences of their own:
 * among the others they would leave nothing to look at.
 */
final class KeyspaceRows {
  private KeyspaceRows() {}

  private static Row row(String template) {
    return Row.of(template, Match.BYTES);
  }

  private static Row row(String template, Match match) {
    return Row.of(template, match);
  }

  static final List<Row> ALL =
      List.of(
          row("SET string value"),
          row("SET string long"),
          row("HSET hash { member value }"),
          row("RPUSH list { value }"),
          row("SADD set { member }"),
          row("ZADD zset { score member }"),
          row("XADD stream nextid { xfield value }"),
          row("DEL key"),
          row("MOVE key 0|1|2|16"),
          row("FLUSHALL [ ASYNC|sync|x ]"),
          row("FLUSHDB [ ASYNC|sync|x ]"),
          row("SWAPDB 0|1|2|16|-1|x 0|1|1|2|16|-1|x"),
          row("DBSIZE"),
          row("RANDOMKEY", Match.TYPE),
          row("RANDOMKEY x !"),
          row("DUMP key", Match.TYPE),
          row("OBJECT ENCODING string|hash|zset|nokey"),
          row("OBJECT ENCODING string|hash|zset|nokey"),
          row("OBJECT FREQ key"),
          row("OBJECT IDLETIME key", Match.TYPE),
          row("OBJECT REFCOUNT string|hash|list|none"),
          row("OBJECT HELP !", Match.FIRST),
          row("OBJECT nope|FREQ|IDLETIME|REFCOUNT"),
          row("MEMORY USAGE key [ SAMPLES 0|5|-1|x|int ]", Match.TYPE),
          row("MEMORY USAGE key x 1", Match.TYPE),
          row("MEMORY DOCTOR", Match.TYPE),
          row("MEMORY PURGE"),
          row("MEMORY MALLOC-STATS", Match.TYPE),
          row("MEMORY STATS", Match.TYPE),
          row("MEMORY DOCTOR|PURGE|MALLOC-STATS|STATS x !"),
          row("MEMORY HELP !", Match.FIRST),
          row("MEMORY nope|USAGE"),
          row("XGROUP HELP !", Match.FIRST),
          row("XGROUP HELP x !"),
          row("OBJECT|MEMORY HELP x !"),
          row("XINFO HELP !", Match.FIRST),
          row("XINFO HELP x !"),
          row("DEBUG SET-ACTIVE-EXPIRE 0|1"),
          row("DEBUG DIGEST-VALUE { key }"),
          row("DEBUG ERROR x|ERR|MY"),
          row("DEBUG OBJECT none !", Match.TYPE),
          row("DEBUG PROTOCOL string|integer|double|null|array|set|map|verbatim|true|false|bignum"),
          row("DEBUG nope|PROTOCOL|OBJECT|ERROR !"));
}
