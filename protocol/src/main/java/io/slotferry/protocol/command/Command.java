package io.slotferry.protocol.command;

import static io.slotferry.protocol.command.CommandFlags.ADMIN;
import static io.slotferry.protocol.command.CommandFlags.BLOCKING;
import static io.slotferry.protocol.command.CommandFlags.CONTAINER;
import static io.slotferry.protocol.command.CommandFlags.DENYOOM;
import static io.slotferry.protocol.command.CommandFlags.FAST;
import static io.slotferry.protocol.command.CommandFlags.LOADING;
import static io.slotferry.protocol.command.CommandFlags.MAY_REPLICATE;
import static io.slotferry.protocol.command.CommandFlags.MAY_WRITE;
import static io.slotferry.protocol.command.CommandFlags.MOVABLE_KEYS;
import static io.slotferry.protocol.command.CommandFlags.NAMES_KEYSPACE;
import static io.slotferry.protocol.command.CommandFlags.NOSCRIPT;
import static io.slotferry.protocol.command.CommandFlags.NO_AUTH;
import static io.slotferry.protocol.command.CommandFlags.NO_MULTI;
import static io.slotferry.protocol.command.CommandFlags.OF_COPY;
import static io.slotferry.protocol.command.CommandFlags.PUB_SUB;
import static io.slotferry.protocol.command.CommandFlags.READONLY;
import static io.slotferry.protocol.command.CommandFlags.STALE;
import static io.slotferry.protocol.command.CommandFlags.WRITE;
import static io.slotferry.protocol.command.Routing.ALL_JOIN;
import static io.slotferry.protocol.command.Routing.ALL_MIN;
import static io.slotferry.protocol.command.Routing.ALL_OK;
import static io.slotferry.protocol.command.Routing.ALL_SUM;
import static io.slotferry.protocol.command.Routing.ANY_KEY;
import static io.slotferry.protocol.command.Routing.BATCH;
import static io.slotferry.protocol.command.Routing.BY_SUBCOMMAND;
import static io.slotferry.protocol.command.Routing.CURSOR;
import static io.slotferry.protocol.command.Routing.GATEWAY;
import static io.slotferry.protocol.command.Routing.ONE_SHARD;
import static io.slotferry.protocol.command.Routing.ONE_SLOT;
import static io.slotferry.protocol.command.Routing.ORDERED;
import static io.slotferry.protocol.command.Routing.SCRIPT_CALL;
import static io.slotferry.protocol.command.Routing.SPLIT_ARRAY;
import static io.slotferry.protocol.command.Routing.SPLIT_OK;
import static io.slotferry.protocol.command.Routing.SPLIT_SUM;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;

/**
 * The command table: a row a command. A row carries everything but the behaviour: arity (Redis'
 * convention: the name counts; negative means "at least"), flags, the positions of the keys (first,
 * last, step; a negative last counts from the end; 0 means none) and the routing. The handler
 * stands with its type in the engine, or in the gateway for {@link Routing#GATEWAY} rows; a test
 * holds that every row is bound exactly once.
 */
public enum Command {
  // ---- connection and server, answered by the gateway
  PING(-1, FAST, 0, 0, 0, GATEWAY),
  ECHO(2, FAST | LOADING | STALE, 0, 0, 0, GATEWAY),
  HELLO(-1, NOSCRIPT | LOADING | STALE | FAST | NO_AUTH, 0, 0, 0, GATEWAY),
  AUTH(-2, NOSCRIPT | LOADING | STALE | FAST | NO_AUTH, 0, 0, 0, GATEWAY),
  SELECT(2, LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  QUIT(-1, NOSCRIPT | LOADING | STALE | FAST | NO_AUTH, 0, 0, 0, GATEWAY),
  RESET(1, NOSCRIPT | LOADING | STALE | FAST | NO_AUTH, 0, 0, 0, GATEWAY),
  ACL(-2, ADMIN | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  CLIENT(-2, NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  COMMAND(-1, LOADING | STALE, 0, 0, 0, GATEWAY),
  CONFIG(-2, ADMIN | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  INFO(-1, LOADING | STALE, 0, 0, 0, GATEWAY),
  LATENCY(-2, ADMIN | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  SLOWLOG(-2, ADMIN | LOADING | STALE, 0, 0, 0, GATEWAY),
  MONITOR(1, ADMIN | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  MODULE(-2, ADMIN | NOSCRIPT, 0, 0, 0, GATEWAY),
  TIME(1, LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  DEBUG(-2, ADMIN | NOSCRIPT | LOADING | STALE, 0, 0, 0, BY_SUBCOMMAND),
  LOLWUT(-1, READONLY | FAST, 0, 0, 0, GATEWAY),
  ROLE(1, NOSCRIPT | LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  CLUSTER(-2, LOADING | STALE, 0, 0, 0, GATEWAY),
  READONLY_MODE("readonly", 1, LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  READWRITE(1, LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  ASKING(1, FAST, 0, 0, 0, GATEWAY),
  WAIT(3, OF_COPY, 0, 0, 0, ALL_MIN),
  WAITAOF(4, NOSCRIPT | OF_COPY, 0, 0, 0, ALL_MIN),
  SAVE(1, ADMIN | NOSCRIPT | NO_MULTI | OF_COPY, 0, 0, 0, ALL_OK),
  BGSAVE(-1, ADMIN | NOSCRIPT | OF_COPY, 0, 0, 0, ALL_OK),
  BGREWRITEAOF(1, ADMIN | NOSCRIPT | OF_COPY, 0, 0, 0, ALL_OK),
  LASTSAVE(1, LOADING | STALE | FAST | OF_COPY, 0, 0, 0, ALL_MIN),
  SHUTDOWN(-1, ADMIN | NOSCRIPT | LOADING | STALE | NO_MULTI, 0, 0, 0, GATEWAY),

  // ---- transactions, kept by the gateway until EXEC
  MULTI(1, NOSCRIPT | LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  EXEC(1, NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  DISCARD(1, NOSCRIPT | LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  WATCH(-2, NOSCRIPT | LOADING | STALE | FAST, 1, -1, 1, GATEWAY),
  UNWATCH(1, NOSCRIPT | LOADING | STALE | FAST, 0, 0, 0, GATEWAY),

  // ---- what a gateway says to a shard; clients have no such commands
  /** A transaction that writes: see {@link io.slotferry.protocol.shard.TransactionBatch}. */
  EXECUTE_BATCH("!exec", -1, WRITE | OF_COPY, 0, 0, 0, BATCH),
  /** A transaction that only reads. */
  QUERY_BATCH("!query", -1, READONLY | OF_COPY, 0, 0, 0, BATCH),
  /** {@code !watch watcher key …}: the watcher is to be lost when one of the keys changes. */
  WATCH_KEYS("!watch", -3, OF_COPY, 2, -1, 1, ONE_SLOT),
  /** {@code !unwatch watcher}: it watches nothing any more. */
  FORGET_WATCHER("!unwatch", 2, OF_COPY, 0, 0, 0, ONE_SLOT),
  /** {@code !unblock ticket TIMEOUT|ERROR}: the call with this ticket is not to wait any more. */
  UNBLOCK("!unblock", 3, OF_COPY, 0, 0, 0, ONE_SLOT),
  /** {@code !rest millis}: of a transaction, which ends so much later: DEBUG SLEEP. */
  REST("!rest", 2, OF_COPY, 0, 0, 0, ONE_SLOT),

  // ---- pub/sub, answered by the gateway
  SUBSCRIBE(-2, PUB_SUB | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  UNSUBSCRIBE(-1, PUB_SUB | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  PSUBSCRIBE(-2, PUB_SUB | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  PUNSUBSCRIBE(-1, PUB_SUB | NOSCRIPT | LOADING | STALE, 0, 0, 0, GATEWAY),
  SSUBSCRIBE(-2, PUB_SUB | NOSCRIPT | LOADING | STALE, 1, -1, 1, GATEWAY),
  SUNSUBSCRIBE(-1, PUB_SUB | NOSCRIPT | LOADING | STALE, 1, -1, 1, GATEWAY),
  PUBLISH(3, PUB_SUB | MAY_REPLICATE | LOADING | STALE | FAST, 0, 0, 0, GATEWAY),
  SPUBLISH(3, PUB_SUB | MAY_REPLICATE | LOADING | STALE | FAST, 1, 1, 1, GATEWAY),
  PUBSUB(-2, PUB_SUB | LOADING | STALE, 0, 0, 0, GATEWAY),

  // ---- scripts
  EVAL(-3, MAY_WRITE | NOSCRIPT | STALE | MOVABLE_KEYS, 0, 0, 0, SCRIPT_CALL),
  EVAL_RO(-3, READONLY | NOSCRIPT | STALE | MOVABLE_KEYS, 0, 0, 0, SCRIPT_CALL),
  EVALSHA(-3, MAY_WRITE | NOSCRIPT | STALE | MOVABLE_KEYS, 0, 0, 0, SCRIPT_CALL),
  EVALSHA_RO(-3, READONLY | NOSCRIPT | STALE | MOVABLE_KEYS, 0, 0, 0, SCRIPT_CALL),
  FCALL(-3, MAY_WRITE | NOSCRIPT | STALE | MOVABLE_KEYS, 0, 0, 0, SCRIPT_CALL),
  FCALL_RO(-3, READONLY | NOSCRIPT | STALE | MOVABLE_KEYS, 0, 0, 0, SCRIPT_CALL),
  SCRIPT(-2, NOSCRIPT, 0, 0, 0, GATEWAY),
  FUNCTION(-2, NOSCRIPT, 0, 0, 0, GATEWAY),
  /**
   * {@code !function CHECK code} and {@code !function READ dump}: what libraries have in them, or
   * why they cannot be loaded. {@code !function DUMP code …}: libraries as FUNCTION DUMP has them.
   */
  CHECK_LIBRARY("!function", -2, NOSCRIPT, 0, 0, 0, ONE_SLOT),
  /** {@code !scripts LOAD body} and {@code !scripts FLUSH}, for each shard. */
  KEEP_SCRIPTS("!scripts", -2, NOSCRIPT, 0, 0, 0, ALL_OK),
  /** {@code !script EXISTS name …} and {@code !script SHOW name}: an array of what a shard has. */
  FIND_SCRIPTS("!script", -2, NOSCRIPT, 0, 0, 0, ALL_JOIN),

  // ---- generic
  DEL(-2, WRITE, 1, -1, 1, SPLIT_SUM),
  UNLINK(-2, WRITE | FAST, 1, -1, 1, SPLIT_SUM),
  EXISTS(-2, READONLY | FAST, 1, -1, 1, SPLIT_SUM),
  TOUCH(-2, READONLY | FAST, 1, -1, 1, SPLIT_SUM),
  TYPE(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  EXPIRE(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  PEXPIRE(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  EXPIREAT(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  PEXPIREAT(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  TTL(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  PTTL(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  EXPIRETIME(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  PEXPIRETIME(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  PERSIST(2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  RENAME(3, WRITE, 1, 2, 1, ONE_SLOT),
  RENAMENX(3, WRITE | FAST, 1, 2, 1, ONE_SLOT),
  COPY(-3, WRITE | DENYOOM | NAMES_KEYSPACE, 1, 2, 1, ONE_SLOT),
  DUMP(2, READONLY, 1, 1, 1, ONE_SLOT),
  RESTORE(-4, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  MOVE(3, WRITE | FAST | NAMES_KEYSPACE, 1, 1, 1, ONE_SLOT),
  SWAPDB(3, WRITE | FAST | NAMES_KEYSPACE, 0, 0, 0, ONE_SHARD),
  SORT(-2, WRITE | DENYOOM | MOVABLE_KEYS, 1, 1, 1, ONE_SLOT),
  SORT_RO(-2, READONLY | MOVABLE_KEYS, 1, 1, 1, ONE_SLOT),
  OBJECT(-2, READONLY | CONTAINER, 2, 2, 1, ONE_SLOT),
  MEMORY(-2, READONLY | CONTAINER, 2, 2, 1, ONE_SLOT),
  KEYS(2, READONLY, 0, 0, 0, ALL_JOIN),
  SCAN(-2, READONLY, 0, 0, 0, CURSOR),
  RANDOMKEY(1, READONLY, 0, 0, 0, ANY_KEY),
  DBSIZE(1, READONLY | FAST, 0, 0, 0, ALL_SUM),
  FLUSHDB(-1, WRITE, 0, 0, 0, ALL_OK),
  FLUSHALL(-1, WRITE, 0, 0, 0, ALL_OK),
  KEYRANGE(-3, READONLY, 0, 0, 0, ORDERED),

  // ---- strings
  GET(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  SET(-3, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  SETNX(3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  SETEX(4, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  PSETEX(4, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  GETSET(3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  GETDEL(2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  GETEX(-2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  MGET(-2, READONLY | FAST, 1, -1, 1, SPLIT_ARRAY),
  MSET(-3, WRITE | DENYOOM, 1, -1, 2, SPLIT_OK),
  MSETNX(-3, WRITE | DENYOOM, 1, -1, 2, ONE_SLOT),
  APPEND(3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  STRLEN(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  GETRANGE(4, READONLY, 1, 1, 1, ONE_SLOT),
  SUBSTR(4, READONLY, 1, 1, 1, ONE_SLOT),
  SETRANGE(4, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  INCR(2, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  DECR(2, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  INCRBY(3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  DECRBY(3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  INCRBYFLOAT(3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  LCS(-3, READONLY, 1, 2, 1, ONE_SLOT),

  // ---- bits of strings
  SETBIT(4, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  GETBIT(3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  BITCOUNT(-2, READONLY, 1, 1, 1, ONE_SLOT),
  BITPOS(-3, READONLY, 1, 1, 1, ONE_SLOT),
  BITOP(-4, WRITE | DENYOOM, 2, -1, 1, ONE_SLOT),
  BITFIELD(-2, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  BITFIELD_RO(-2, READONLY | FAST, 1, 1, 1, ONE_SLOT),

  // ---- HyperLogLogs in strings
  PFADD(-2, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  PFCOUNT(-2, READONLY | MAY_REPLICATE, 1, -1, 1, ONE_SLOT),
  PFMERGE(-2, WRITE | DENYOOM, 1, -1, 1, ONE_SLOT),
  PFDEBUG(3, WRITE | DENYOOM | ADMIN, 2, 2, 1, ONE_SLOT),
  PFSELFTEST(1, ADMIN, 0, 0, 0, ONE_SLOT),

  // ---- hashes
  HSET(-4, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HMSET(-4, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HSETNX(4, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HGET(3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HMGET(-3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HDEL(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  HLEN(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HSTRLEN(3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HEXISTS(3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HKEYS(2, READONLY, 1, 1, 1, ONE_SLOT),
  HVALS(2, READONLY, 1, 1, 1, ONE_SLOT),
  HGETALL(2, READONLY, 1, 1, 1, ONE_SLOT),
  HINCRBY(4, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HINCRBYFLOAT(4, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HRANDFIELD(-2, READONLY, 1, 1, 1, ONE_SLOT),
  HSCAN(-3, READONLY, 1, 1, 1, ONE_SLOT),
  HEXPIRE(-6, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HPEXPIRE(-6, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HEXPIREAT(-6, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HPEXPIREAT(-6, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  HTTL(-5, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HPTTL(-5, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HEXPIRETIME(-5, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HPEXPIRETIME(-5, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  HPERSIST(-5, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  HGETDEL(-5, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  HGETEX(-5, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  HSETEX(-6, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),

  // ---- lists
  LPUSH(-3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  RPUSH(-3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  LPUSHX(-3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  RPUSHX(-3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  LPOP(-2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  RPOP(-2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  LLEN(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  LINDEX(3, READONLY, 1, 1, 1, ONE_SLOT),
  LSET(4, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  LRANGE(4, READONLY, 1, 1, 1, ONE_SLOT),
  LTRIM(4, WRITE, 1, 1, 1, ONE_SLOT),
  LREM(4, WRITE, 1, 1, 1, ONE_SLOT),
  LINSERT(5, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  LPOS(-3, READONLY, 1, 1, 1, ONE_SLOT),
  LMOVE(5, WRITE | DENYOOM, 1, 2, 1, ONE_SLOT),
  LMPOP(-4, WRITE | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  RPOPLPUSH(3, WRITE | DENYOOM, 1, 2, 1, ONE_SLOT),
  BLPOP(-3, WRITE | BLOCKING, 1, -2, 1, ONE_SLOT),
  BRPOP(-3, WRITE | BLOCKING, 1, -2, 1, ONE_SLOT),
  BLMOVE(6, WRITE | DENYOOM | BLOCKING, 1, 2, 1, ONE_SLOT),
  BLMPOP(-5, WRITE | BLOCKING | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  BRPOPLPUSH(4, WRITE | DENYOOM | BLOCKING, 1, 2, 1, ONE_SLOT),

  // ---- sets
  SADD(-3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  SREM(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  SCARD(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  SISMEMBER(3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  SMISMEMBER(-3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  SMEMBERS(2, READONLY, 1, 1, 1, ONE_SLOT),
  SPOP(-2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  SRANDMEMBER(-2, READONLY, 1, 1, 1, ONE_SLOT),
  SMOVE(4, WRITE | FAST, 1, 2, 1, ONE_SLOT),
  SINTER(-2, READONLY, 1, -1, 1, ONE_SLOT),
  SINTERSTORE(-3, WRITE | DENYOOM, 1, -1, 1, ONE_SLOT),
  SINTERCARD(-3, READONLY | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  SUNION(-2, READONLY, 1, -1, 1, ONE_SLOT),
  SUNIONSTORE(-3, WRITE | DENYOOM, 1, -1, 1, ONE_SLOT),
  SDIFF(-2, READONLY, 1, -1, 1, ONE_SLOT),
  SDIFFSTORE(-3, WRITE | DENYOOM, 1, -1, 1, ONE_SLOT),
  SSCAN(-3, READONLY, 1, 1, 1, ONE_SLOT),

  // ---- sorted sets
  ZADD(-4, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  ZINCRBY(4, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  ZREM(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  ZCARD(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  ZSCORE(3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  ZMSCORE(-3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  ZRANK(-3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  ZREVRANK(-3, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  ZCOUNT(4, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  ZLEXCOUNT(4, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  ZRANGE(-4, READONLY, 1, 1, 1, ONE_SLOT),
  ZRANGESTORE(-5, WRITE | DENYOOM, 1, 2, 1, ONE_SLOT),
  ZREVRANGE(-4, READONLY, 1, 1, 1, ONE_SLOT),
  ZRANGEBYSCORE(-4, READONLY, 1, 1, 1, ONE_SLOT),
  ZREVRANGEBYSCORE(-4, READONLY, 1, 1, 1, ONE_SLOT),
  ZRANGEBYLEX(-4, READONLY, 1, 1, 1, ONE_SLOT),
  ZREVRANGEBYLEX(-4, READONLY, 1, 1, 1, ONE_SLOT),
  ZREMRANGEBYRANK(4, WRITE, 1, 1, 1, ONE_SLOT),
  ZREMRANGEBYSCORE(4, WRITE, 1, 1, 1, ONE_SLOT),
  ZREMRANGEBYLEX(4, WRITE, 1, 1, 1, ONE_SLOT),
  ZPOPMIN(-2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  ZPOPMAX(-2, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  ZMPOP(-4, WRITE | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  BZPOPMIN(-3, WRITE | FAST | BLOCKING, 1, -2, 1, ONE_SLOT),
  BZPOPMAX(-3, WRITE | FAST | BLOCKING, 1, -2, 1, ONE_SLOT),
  BZMPOP(-5, WRITE | BLOCKING | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  ZRANDMEMBER(-2, READONLY, 1, 1, 1, ONE_SLOT),
  ZSCAN(-3, READONLY, 1, 1, 1, ONE_SLOT),
  ZUNION(-3, READONLY | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  ZINTER(-3, READONLY | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  ZDIFF(-3, READONLY | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  ZINTERCARD(-3, READONLY | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  ZUNIONSTORE(-4, WRITE | DENYOOM | MOVABLE_KEYS, 1, 1, 1, ONE_SLOT),
  ZINTERSTORE(-4, WRITE | DENYOOM | MOVABLE_KEYS, 1, 1, 1, ONE_SLOT),
  ZDIFFSTORE(-4, WRITE | DENYOOM | MOVABLE_KEYS, 1, 1, 1, ONE_SLOT),

  // ---- positions in sorted sets
  GEOADD(-5, WRITE | DENYOOM, 1, 1, 1, ONE_SLOT),
  GEODIST(-4, READONLY, 1, 1, 1, ONE_SLOT),
  GEOHASH(-2, READONLY, 1, 1, 1, ONE_SLOT),
  GEOPOS(-2, READONLY, 1, 1, 1, ONE_SLOT),
  GEOSEARCH(-7, READONLY, 1, 1, 1, ONE_SLOT),
  GEOSEARCHSTORE(-8, WRITE | DENYOOM, 1, 2, 1, ONE_SLOT),
  GEORADIUS(-6, WRITE | DENYOOM | MOVABLE_KEYS, 1, 1, 1, ONE_SLOT),
  GEORADIUS_RO(-6, READONLY, 1, 1, 1, ONE_SLOT),
  GEORADIUSBYMEMBER(-5, WRITE | DENYOOM | MOVABLE_KEYS, 1, 1, 1, ONE_SLOT),
  GEORADIUSBYMEMBER_RO(-5, READONLY, 1, 1, 1, ONE_SLOT),

  // ---- streams
  XADD(-5, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  XLEN(2, READONLY | FAST, 1, 1, 1, ONE_SLOT),
  XRANGE(-4, READONLY, 1, 1, 1, ONE_SLOT),
  XREVRANGE(-4, READONLY, 1, 1, 1, ONE_SLOT),
  XDEL(-3, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  XTRIM(-4, WRITE, 1, 1, 1, ONE_SLOT),
  XSETID(-3, WRITE | DENYOOM | FAST, 1, 1, 1, ONE_SLOT),
  XREAD(-4, READONLY | BLOCKING | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  XREADGROUP(-7, WRITE | BLOCKING | MOVABLE_KEYS, 0, 0, 0, ONE_SLOT),
  XGROUP(-2, WRITE | DENYOOM | CONTAINER, 2, 2, 1, ONE_SLOT),
  XACK(-4, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  XPENDING(-3, READONLY, 1, 1, 1, ONE_SLOT),
  XCLAIM(-6, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  XAUTOCLAIM(-6, WRITE | FAST, 1, 1, 1, ONE_SLOT),
  XINFO(-2, READONLY | CONTAINER, 2, 2, 1, ONE_SLOT);

  /** First byte of the names that clients cannot use. */
  static final byte INTERNAL = '!';

  private static final List<Command> OF_CLIENTS =
      Arrays.stream(values()).filter(command -> !command.isInternal()).toList();

  private final String lowerName;
  private final int arity;
  private final int flags;
  private final int firstKey;
  private final int lastKey;
  private final int keyStep;
  private final Routing routing;
  private final boolean writesSeveralKeys;
  private final boolean replicaMayAnswer;

  Command(int arity, int flags, int firstKey, int lastKey, int keyStep, Routing routing) {
    this("", arity, flags, firstKey, lastKey, keyStep, routing);
  }

  /** For the rare command whose name is taken by something else in Java. */
  Command(
      String name, int arity, int flags, int firstKey, int lastKey, int keyStep, Routing routing) {
    this.lowerName = name.isEmpty() ? name().toLowerCase(Locale.ROOT) : name;
    this.arity = arity;
    this.flags = flags;
    this.firstKey = firstKey;
    this.lastKey = lastKey;
    this.keyStep = keyStep;
    this.routing = routing;
    this.writesSeveralKeys =
        (flags & WRITE) != 0 && (lastKey != firstKey || (flags & MOVABLE_KEYS) != 0);
    this.replicaMayAnswer =
        (flags & READONLY) != 0
            && (flags & (BLOCKING | MAY_REPLICATE | CONTAINER | OF_COPY)) == 0
            && (routing == ONE_SLOT || routing == SPLIT_SUM || routing == SPLIT_ARRAY);
  }

  /** The commands that clients can send. */
  public static List<Command> ofClients() {
    return OF_CLIENTS;
  }

  /** Whether gateways alone send it, to shards. */
  public boolean isInternal() {
    return lowerName.charAt(0) == INTERNAL;
  }

  /** The name as Redis prints it, lower-case. */
  public String lowerName() {
    return lowerName;
  }

  public int arity() {
    return arity;
  }

  public int flags() {
    return flags;
  }

  public boolean isWrite() {
    return (flags & (WRITE | MAY_WRITE)) != 0;
  }

  /** Whether it may change more than one key, so that it may have more than one effect. */
  public boolean writesSeveralKeys() {
    return writesSeveralKeys;
  }

  /**
   * Whether a replica may answer it: it reads the keys that it names, and tells nothing of the copy
   * itself (as OBJECT and its like do).
   */
  public boolean replicaMayAnswer() {
    return replicaMayAnswer;
  }

  /** Whether it may have something to say to replicas: a write, or a message. */
  public boolean replicates() {
    return (flags & (WRITE | MAY_WRITE | MAY_REPLICATE)) != 0;
  }

  public boolean is(int flag) {
    return (flags & flag) != 0;
  }

  public int firstKey() {
    return firstKey;
  }

  public int lastKey() {
    return lastKey;
  }

  public int keyStep() {
    return keyStep;
  }

  public Routing routing() {
    return routing;
  }

  /** Whether {@code count} arguments (the name included) are allowed. */
  public boolean accepts(int count) {
    return arity >= 0 ? count == arity : count >= -arity;
  }
}
