package io.slotferry.engine.redis;

import java.util.List;
import java.util.stream.Stream;

/**
 * The commands of the engine with the arguments they are tried with. A new command is a new row.
 */
final class CommandRows {
  private CommandRows() {}

  /** How much of two replies has to be equal. */
  enum Match {
    BYTES,
    /** Elements in any order. */
    ANY_ORDER,
    /** Pairs of elements in any order. */
    ANY_ORDER_OF_PAIRS,
    /** Type and number of elements: what it holds is chance. */
    SHAPE,
    /** Type alone: what it tells of is each server's own. */
    TYPE,
    /** Type and first element: a help, whose text is each server's own. */
    FIRST,
    /** Integers that differ by what passes of time between two calls. */
    NEARLY,
    /** As {@link #BYTES}, but for times and what passes of them, each in its place. */
    TIMES,
    /** Cursors are each server's own; all elements that a whole scan finds, in any order. */
    SCAN,
    SCAN_OF_PAIRS
  }

  record Row(Match match, CommandTemplate template) {
    static Row of(String template, Match match) {
      return new Row(match, new CommandTemplate(template));
    }
  }

  private static Row row(String template) {
    return row(template, Match.BYTES);
  }

  private static Row row(String template, Match match) {
    return Row.of(template, match);
  }

  private static final List<Row> OTHER_TYPES =
      List.of(
          // hashes
          row("HSET hash { member value }"),
          row("HSET hash { member value }"),
          row("HMSET hash { member value }"),
          row("HSETNX hash member value"),
          row("HGET hash member"),
          row("HMGET hash { member }"),
          row("HDEL hash { member }"),
          row("HLEN hash"),
          row("HSTRLEN hash member"),
          row("HEXISTS hash member"),
          row("HKEYS hash", Match.ANY_ORDER),
          row("HVALS hash", Match.ANY_ORDER),
          row("HGETALL hash", Match.ANY_ORDER_OF_PAIRS),
          row("HINCRBY hash member int"),
          row("HSET floats0|floats1 { member float }"),
          row("HINCRBYFLOAT floats0|floats1|floats2|float0 member float"),
          row("HRANDFIELD hash [ int [ WITHVALUES ] ]", Match.SHAPE),
          row("HSCAN hash 0 [ COUNT int ]", Match.SCAN_OF_PAIRS),
          row("HSCAN hash 0 [ MATCH pattern ] [ COUNT int ]", Match.SCAN_OF_PAIRS),
          row("HSCAN hash x|-1|+|18446744073709551616|1.5 [ COUNT int ]", Match.SHAPE),
          // lists
          row("LPUSH list { value }"),
          row("RPUSH list { value }"),
          row("LPUSHX list { value }"),
          row("RPUSHX list { value }"),
          row("LPOP list [ int ]"),
          row("RPOP list [ int ]"),
          row("LLEN list"),
          row("BLPOP { list } 0.001|0.001|0.001|x|-1"),
          row("BRPOP { list } 0.001|0.001|0.001|x|nan"),
          row("BLMOVE list list LEFT|right|x LEFT|RIGHT 0.001|0.001|0.001|x|-1"),
          row("BRPOPLPUSH list list 0.001|0.001|0.001|x|-1"),
          row("BLMPOP 0.001|0.001|x|-1 1|2|2|3|0|x list list LEFT|right|x [ COUNT int ]"),
          row("BZMPOP 0.001|0.001|x|-1 1|2|2|3|0|x zset zset MIN|max|x [ COUNT int ]"),
          row("BZPOPMIN { zset } 0.001|0.001|0.001|x|-1"),
          row("BZPOPMAX { zset } 0.001|0.001|0.001|x|-1"),
          row("LINDEX list int"),
          row("LSET list int value"),
          row("LRANGE list int int"),
          row("LRANGE list 0 -1"),
          row("LTRIM list int int"),
          row("LREM list int value"),
          row("LINSERT list BEFORE|AFTER|x value value"),
          row("LPOS list value [ RANK 1|-1|2|-2|0|x ] [ COUNT int ] [ MAXLEN int ]"),
          row("LMOVE list list LEFT|RIGHT|x left|RIGHT"),
          row("RPOPLPUSH list list"),
          row("LMPOP 1|2|2|3|0|x list list LEFT|right|x [ COUNT int ]"),
          row("LMPOP 2 none list LEFT COUNT 2 [ COUNT 3 ]"),
          // sets
          row("SADD set { member }"),
          row("SADD set { int }"),
          row("SREM set { member }"),
          row("SCARD set"),
          row("SISMEMBER set member"),
          row("SMISMEMBER set { member }"),
          row("SMEMBERS set", Match.ANY_ORDER),
          row("SPOP set 1000000|0|x|-1 !", Match.ANY_ORDER),
          row("SPOP absent [ int ]"),
          row("SRANDMEMBER set [ int ]", Match.SHAPE),
          row("SMOVE set set member"),
          row("SINTER { set }", Match.ANY_ORDER),
          row("SINTERSTORE set { set }"),
          row("SINTERCARD 1|2|2|2|3|0|x set set [ LIMIT int ]"),
          row("SUNION { set }", Match.ANY_ORDER),
          row("SUNIONSTORE set { set }"),
          row("SDIFF { set }", Match.ANY_ORDER),
          row("SDIFFSTORE set { set }"),
          row("SSCAN set 0 [ MATCH pattern ] [ COUNT int ]", Match.SCAN),
          // sorted sets
          row("ZADD zset { score member }"),
          row("ZADD zset { score member }"),
          row("ZADD zset [ NX ] [ XX ] [ GT|LT ] [ CH ] [ INCR ] { score member }"),
          row("ZADD zset NX|XX|GT|LT|CH|INCR score member"),
          row("ZINCRBY zset score member"),
          row("ZREM zset { member }"),
          row("ZCARD zset"),
          row("ZSCORE zset member"),
          row("ZMSCORE zset { member }"),
          row("ZRANK zset member !"),
          row("ZREVRANK zset member !"),
          row("ZCOUNT zset minmax minmax"),
          row("ZRANGE zset int int [ REV ] [ WITHSCORES ]"),
          row("ZRANGE zset minmax minmax BYSCORE [ REV ] [ LIMIT int int ] [ WITHSCORES ]"),
          row("ZRANGE zset int int [ LIMIT int int ] [ REV ] [ BYLEX ]"),
          row("ZRANGESTORE zset zset int int [ REV ]"),
          row("ZRANGESTORE zset zset minmax minmax BYSCORE [ REV ] [ LIMIT int int ]"),
          row("ZREVRANGE zset int int [ WITHSCORES ]"),
          row("ZRANGEBYSCORE zset minmax minmax [ WITHSCORES ] [ LIMIT int int ]"),
          row("ZREVRANGEBYSCORE zset minmax minmax [ WITHSCORES ] [ LIMIT int int ]"),
          row("ZREMRANGEBYRANK zset int int"),
          row("ZREMRANGEBYSCORE zset minmax minmax"),
          row("ZPOPMIN zset [ int ]"),
          row("ZPOPMAX zset [ int ]"),
          row("ZMPOP 1|2|2|3|0|x zset zset MIN|max|x [ COUNT int ]"),
          row("ZRANDMEMBER zset [ int [ WITHSCORES ] ]", Match.SHAPE),
          row("ZSCAN zset 0 [ MATCH pattern ] [ COUNT int ]", Match.SCAN_OF_PAIRS),
          row("ZUNION 2|2|2|1|3|0|x zset zset|set [ WITHSCORES ]"),
          row("ZUNION 2 zset zset|set WEIGHTS weight weight AGGREGATE SUM|MIN|MAX|x WITHSCORES"),
          row("ZINTER 2|2|2|1|3 zset zset|set [ WEIGHTS weight weight ] [ WITHSCORES ]"),
          row("ZINTER 2 zset set|zset [ AGGREGATE min|MAX ] [ WITHSCORES ]"),
          row("ZDIFF 2|2|2|1|0 zset zset|set [ WITHSCORES ] [ WEIGHTS 1 1 ]"),
          row("ZINTERCARD 2|2|1|3 zset zset|set [ LIMIT int ]"),
          row("ZUNIONSTORE zset 2 zset zset|set [ WEIGHTS weight weight ] [ AGGREGATE MIN|MAX ]"),
          row("ZINTERSTORE zset 2 zset zset|set [ WEIGHTS weight weight ] [ WITHSCORES ]"),
          row("ZDIFFSTORE zset 2 zset zset|set"),
          row("ZADD lexset { 0 member }"),
          row("ZREM lexset { member }"),
          row("ZLEXCOUNT lexset lexbound lexbound"),
          row("ZRANGEBYLEX lexset lexbound lexbound [ LIMIT int int ]"),
          row("ZREVRANGEBYLEX lexset lexbound lexbound [ LIMIT int int ]"),
          row("ZRANGE lexset lexbound lexbound BYLEX [ REV ] [ LIMIT int int ] [ WITHSCORES ]"),
          row("ZREMRANGEBYLEX lexset lexbound lexbound"),
          // positions
          row("GEOADD geo { lon lat member }"),
          row("GEOADD geo [ NX|XX|ch ] [ XX|GT ] [ CH ] { lon lat member }"),
          row("GEODIST geo member member [ m|km|ft|MI|x ]"),
          row("GEOHASH geo { member }"),
          row("GEOPOS geo|geo|key { member }"),
          row("GEOSEARCH geo FROMMEMBER member BYRADIUS radius km|m|mi|ft|x [ ASC|DESC ]"),
          row("GEOSEARCH geo FROMLONLAT lon lat BYRADIUS radius km [ COUNT int [ ANY ] ] WITHDIST"),
          row("GEOSEARCH geo FROMLONLAT lon lat BYBOX radius radius km|mi [ DESC ] [ WITHHASH ]"),
          row("GEOSEARCH geo BYBOX radius radius KM FROMMEMBER member ASC WITHDIST [ WITHCOORD ]"),
          row(
              "GEOSEARCH geo [ FROMMEMBER member ] [ BYRADIUS 1 m ] [ FROMLONLAT 1 2 ] ANY ASC"
                  + " DESC"),
          row(
              "GEOSEARCH geo BYRADIUS radius km [ BYBOX 1 2 m ] WITHDIST [ WITHCOORD ] [ STOREDIST"
                  + " ]"),
          row("GEOSEARCHSTORE geo geo FROMLONLAT lon lat BYRADIUS radius km [ COUNT int [ ANY ] ]"),
          row("GEOSEARCHSTORE geo geo BYBOX radius radius km FROMMEMBER member [ WITHDIST ]"),
          row("GEOSEARCHSTORE distances geo FROMLONLAT lon lat BYBOX radius radius km STOREDIST"),
          row(
              "GEORADIUS geo lon lat radius m|km|ft [ WITHDIST ] [ ASC ] [ COUNT int ] [ WITHHASH"
                  + " ]"),
          row(
              "GEORADIUS geo lon lat radius km [ STORE geo ] [ STOREDIST distances ] [ WITHCOORD"
                  + " ]"),
          row("GEORADIUS_RO geo lon lat radius km [ WITHCOORD ] [ DESC ] [ STORE geo ]"),
          row("GEORADIUSBYMEMBER geo member radius km [ STORE geo ] [ COUNT int ] [ ANY ]"),
          row("GEORADIUSBYMEMBER_RO geo member radius km [ WITHDIST ] [ COUNT int ] [ ASC|STORE ]"),
          row("ZREM geo { member }"),
          // strings
          row("GET string"),
          row("SET string value"),
          row("SET string value [ NX|XX ] [ GET ] [ EX|KEEPTTL ] [ ttl ]"),
          row("SET string value EXAT 9999999999|0|-1|x"),
          row("SET string value PX 1000000|0|-1|x"),
          row("SET string value PXAT 9999999999999|0|-1|x"),
          row("SETNX string value"),
          row("SETEX string ttl value"),
          row("PSETEX string 100000|0|x value"),
          row("GETSET string value"),
          row("GETDEL string"),
          row("GETEX string [ EX ttl|PERSIST ]"),
          row("MGET { key }"),
          row("MSET { string value }"),
          row("MSETNX { string value }"),
          row("APPEND string value"),
          row("STRLEN string"),
          row("GETRANGE string int int"),
          row("SUBSTR string int int"),
          row("SETRANGE string 0|1|5|x|-1|9223372036854775807 value"),
          row("INCR string"),
          row("DECR string"),
          row("INCRBY string int"),
          row("DECRBY string int"),
          row("SET float0|float1 eighths"),
          row("INCRBYFLOAT float0|float1|float2|floats0 float"),
          row("LCS string|bits string [ IDX ] [ LEN ] [ MINMATCHLEN int ] [ WITHMATCHLEN ]"),
          // bits
          row("SETBIT bits bit 0|1|1|1|x|2|-1"),
          row("SETBIT bits bit 1"),
          row("GETBIT bits bit"),
          row("BITCOUNT bits [ int int [ BYTE|BIT|bit|x ] ]"),
          row("BITCOUNT bits int int BIT"),
          row("BITPOS bits 0|1|1|0|2|x [ int [ int [ BYTE|BIT|x ] ] ]"),
          row("BITPOS bits 0|1 int int BIT|BYTE"),
          row("BITOP AND|OR|XOR|NOT|xor|NAND bits { bits }"),
          row("BITOP NOT bits bits !"),
          row("BITFIELD bits { GET field bit }"),
          row("BITFIELD bits { SET|INCRBY field bit int GET field bit }"),
          row("BITFIELD bits [ OVERFLOW WRAP|SAT|FAIL|x ] { INCRBY|SET field bit int }"),
          row("BITFIELD bits OVERFLOW SAT|FAIL INCRBY field bit int OVERFLOW WRAP SET u8 bit int"),
          row("BITFIELD_RO bits { GET|GET|GET|SET field bit }"),
          // HyperLogLogs
          row("PFADD hll { member }"),
          row("PFADD hll"),
          row("PFCOUNT hll"),
          row("PFCOUNT { hll }"),
          row("PFMERGE { hll }"),
          row("PFDEBUG DECODE|ENCODING|DECODE|ENCODING|TODENSE|GETREG|x hll !"),
          row("DEL hll"),
          // generic
          row("DEL { key }"),
          row("UNLINK key"),
          row("EXISTS { key }"),
          row("TOUCH { key }"),
          row("TYPE key"),
          row("EXPIRE key ttl [ NX|XX|GT|LT|x ] [ NX|GT ]"),
          row("PEXPIRE key 100000|500000|x"),
          row("EXPIREAT key 9999999999|1|x [ NX|XX|GT|LT ]"),
          row("PEXPIREAT key 9999999999999|1|x"),
          row("TTL key", Match.NEARLY),
          row("PTTL key", Match.NEARLY),
          row("EXPIRETIME key", Match.NEARLY),
          row("PEXPIRETIME key", Match.NEARLY),
          row("PERSIST key"),
          row("RENAME hash hash"),
          row("RENAME list list"),
          row("RENAMENX zset zset"),
          row("COPY set set [ REPLACE ]"),
          row("COPY string string [ REPLACE|x ]"),
          row("COPY zset zset [ REPLACE ]"),
          row("COPY stream stream [ REPLACE ]"),
          row("RENAME stream stream"),
          row("RESTORE key ttl x [ IDLETIME int ] [ FREQ int ] [ REPLACE ] [ ABSTTL ]"),
          row("MOVE key 0|1|1|2|16|-1|x|9999999999"),
          row("RPUSH nums { eighths }"),
          row("LTRIM nums -20 -1"),
          row("SADD numset { eighths }"),
          row("SORT nums|numset|key [ BY k*|h*->m1 ] [ LIMIT int int ] [ DESC|asc ] [ GET k* ]"),
          row("SORT nums|numset|list [ BY k* ] [ GET # ] [ GET h*->1 ] [ GET k ] [ STORE list ]"),
          row("SORT list|set|zset ALPHA [ LIMIT int int ] [ DESC ] [ GET # ] [ STORE list|set ]"),
          row("SORT key BY nosort|x [ DESC ] [ GET # ] [ GET k* ]", Match.ANY_ORDER),
          row("SORT_RO nums|numset|key [ LIMIT 0 int ] [ ALPHA ] [ DESC|STORE ]"),
          row("KEYS pattern", Match.ANY_ORDER),
          row("SCAN 0 [ MATCH pattern ] [ COUNT int ]", Match.SCAN),
          row("DBSIZE"));

  static final List<Row> ALL =
      Stream.of(OTHER_TYPES, StreamRows.ALL).flatMap(List::stream).toList();
}
