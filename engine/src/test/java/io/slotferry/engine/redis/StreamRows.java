package io.slotferry.engine.redis;

import io.slotferry.engine.redis.CommandRows.Match;
import io.slotferry.engine.redis.CommandRows.Row;
import java.util.List;

/** The commands of streams, among {@link CommandRows} and for sequences of their own. */
final class StreamRows {
  private StreamRows() {}

  private static Row row(String template) {
    return Row.of(template, Match.BYTES);
  }

  private static Row times(String template) {
    return Row.of(template, Match.TIMES);
  }

  static final List<Row> ALL =
      List.of(
          row("XADD stream nextid { xfield long }"),
          row("XADD stream nextid xfield value"),
          row("XADD stream nextid f0 value f1 long"),
          row("XADD stream nextid f0 long f1 value"),
          row("XADD stream nextid f0 long f1 value"),
          row("XADD stream nextid f0 long f1 value"),
          row("XADD stream nextid f0 long f1 value"),
          row("XADD stream nextid f2 value"),
          row("XADD stream [ NOMKSTREAM ] MAXLEN [ =|~ ] 30|int nextid { xfield value }"),
          row("XADD stream MINID [ =|~ ] xid nextid { xfield value }"),
          row("XADD stream MAXLEN|MINID|LIMIT|x [ =|~ ] int [ LIMIT int ] nextid xfield value"),
          row("XADD stream MAXLEN ~ 3|15|30|40 [ LIMIT 0|2|5|20|-1|x ] nextid xfield value"),
          row("XTRIM stream MAXLEN [ =|~ ] 5|20|30|40|int [ LIMIT 0|2|5|20 ]"),
          row("XTRIM stream MINID [ =|~ ] xid [ LIMIT int ]"),
          row("XTRIM stream MAXLEN|MINID|LIMIT|x ~ 5 [ MAXLEN|LIMIT 30 ]"),
          row("XLEN stream"),
          row("DEL none|none|none|none|none|stream"),
          row("XRANGE stream xbound xbound [ COUNT int ]"),
          row("XREVRANGE stream xbound xbound [ COUNT int ]"),
          row("XRANGE stream - + [ COUNT|x int ]"),
          row("XDEL stream xid { xid }"),
          row("XSETID stream xid [ ENTRIESADDED int ] [ MAXDELETEDID xid ]"),
          row("XREAD [ COUNT int ] STREAMS stream xid|$|> !"),
          row("XREAD BLOCK -1|x|1.5 STREAMS stream xid !"),
          row("XREAD [ COUNT int ] STREAMS stream stream xid xid !"),
          row("XREAD COUNT|NOACK|GROUP|x 2 STREAMS|x stream xid"),
          row("XGROUP CREATE stream group xid|$|0 [ MKSTREAM ] [ ENTRIESREAD int ]"),
          row("XGROUP CREATE stream group 0 MKSTREAM"),
          row("XGROUP SETID stream group xid|$|0|- [ ENTRIESREAD int ]"),
          row("XGROUP DESTROY none|none|none|stream group"),
          row("XGROUP CREATECONSUMER stream group consumer"),
          row("XGROUP DELCONSUMER stream group consumer"),
          row("XGROUP nope|CREATE|SETID stream"),
          row("XREADGROUP GROUP group consumer [ COUNT int ] [ NOACK ] STREAMS stream > !"),
          row("XREADGROUP GROUP group consumer COUNT 1|2|3 STREAMS stream > !"),
          row("XREADGROUP GROUP group consumer [ COUNT int ] STREAMS stream xid|0|$ !"),
          row("XREADGROUP GROUP group consumer COUNT 2 STREAMS stream stream > >|xid !"),
          row("XACK stream group xid xid xid { xid }"),
          row("XPENDING stream group !"),
          times("XPENDING stream group [ IDLE 0|900000|x ] xbound xbound int [ consumer ]"),
          times("XPENDING stream group - + 20"),
          row("XCLAIM stream group consumer 0|0|900000|-1|x { xid } [ FORCE ] [ JUSTID ]"),
          row(
              "XCLAIM stream group consumer 0 xid xid [ TIME 1000|x ] [ RETRYCOUNT int ] [ FORCE ]"),
          row("XCLAIM stream group consumer 900000 xid [ IDLE 5000000 ] [ LASTID xid ] [ x ]"),
          row("XAUTOCLAIM stream group consumer 0|900000|x xbound [ COUNT int ] [ JUSTID ]"),
          row("XAUTOCLAIM stream group consumer 0 - COUNT 1|2|x"),
          row("XINFO STREAM stream"),
          times("XINFO STREAM stream FULL [ COUNT|x int ]"),
          row("XINFO GROUPS stream"),
          times("XINFO CONSUMERS stream group"),
          row("XINFO nope|STREAM|GROUPS"));
}
