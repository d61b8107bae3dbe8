package io.slotferry.engine.command;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.EngineFixture;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The examples of Redis' documentation, and errors. */
class GeoCommandsTest {
  private static final String SYNTAX_ERROR = "-ERR syntax error";
  private static final String SICILY =
      "GEOADD Sicily 13.361389 38.115556 Palermo 15.087269 37.502669 Catania";

  private final EngineFixture engine = new EngineFixture();

  private void check(String line, String reply, String... effects) {
    assertThat(engine.reply(line.split(" ", -1))).as(line).isEqualTo(reply);
    assertThat(engine.effects()).as(line).containsExactly(effects);
  }

  @BeforeEach
  void add() {
    check(SICILY, ":2", SICILY);
  }

  @Test
  void positions() {
    check("ZSCORE Sicily Palermo", "$16 3479099956230698");
    check("GEODIST Sicily Palermo Catania", "$11 166274.1516");
    check("GEODIST Sicily Palermo Catania km", "$8 166.2742");
    check("GEODIST Sicily Palermo Catania MI", "$8 103.3182");
    check("GEODIST Sicily Palermo None", "$-1");
    check(
        "GEODIST Sicily Palermo Catania parsec",
        "-ERR unsupported unit provided. please use M, KM, FT, MI");
    check("GEODIST Sicily Palermo Catania m x", SYNTAX_ERROR);
    check("GEOHASH Sicily Palermo Catania None", "*3 $11 sqc8b49rny0 $11 sqdtr74hyu0 $-1");
    check(
        "GEOPOS Sicily Palermo None",
        "*2 *2 $20 13.36138933897018433 $20 38.11555639549629859 *-1");
    engine.call.respVersion = 3;
    check("GEOPOS Sicily Palermo None", "*2 *2 ,13.36138933897018433 ,38.11555639549629859 _");
  }

  @Test
  void geoaddTakesOptionsOfZadd() {
    check(
        "GEOADD Sicily XX CH 13.5 38 Palermo 14 38 New",
        ":1",
        "GEOADD Sicily XX CH 13.5 38 Palermo 14 38 New");
    check("GEOADD Sicily NX CH 13.6 38 Palermo", ":0");
    check("GEOADD Sicily NX XX 13.6 38 Palermo", SYNTAX_ERROR);
    check("GEOADD Sicily 13.6 38 Palermo 1", SYNTAX_ERROR);
    check("GEOADD Sicily NX CH CH", SYNTAX_ERROR);
    check("GEOADD Sicily 13.6 x Palermo", "-ERR value is not a valid float");
    check(
        "GEOADD Sicily 200 -0.0000001 Palermo",
        "-ERR invalid longitude,latitude pair 200.000000,-0.000000");
  }

  @Test
  void searches() {
    String edges = "GEOADD Sicily 12.758489 38.788135 edge1 17.241510 38.788135 edge2";
    check(edges, ":2", edges);
    check("GEOSEARCH Sicily FROMLONLAT 15 37 BYRADIUS 200 km ASC", "*2 $7 Catania $7 Palermo");
    check(
        "GEOSEARCH Sicily FROMLONLAT 15 37 BYBOX 400 400 km ASC WITHDIST",
        "*4 *2 $7 Catania $7 56.4413 *2 $7 Palermo $8 190.4424"
            + " *2 $5 edge2 $8 279.7403 *2 $5 edge1 $8 279.7405");
    check(
        "GEORADIUS Sicily 15 37 200 km COUNT 1 WITHHASH WITHCOORD",
        "*1 *3 $7 Catania :3479447370796909 *2 $20 15.08726745843887329 $20 37.50266842333162032");
    check("GEORADIUSBYMEMBER_RO Sicily Palermo 100 km DESC", "*2 $5 edge1 $7 Palermo");
    check("GEOSEARCH none FROMMEMBER x BYRADIUS 1 m", "*0");
    check("GEORADIUSBYMEMBER none x what ever", "*0");
  }

  @Test
  void storesWhatItFinds() {
    assertThat(engine.reply("GEOSEARCHSTORE d Sicily FROMLONLAT 15 37 BYRADIUS 100 km".split(" ")))
        .isEqualTo(":1");
    assertThat(engine.effects()).hasSize(1).first().asString().startsWith("!put d -1 3 ");
    check("ZSCORE d Catania", "$16 3479447370796909");
    engine.reply("GEORADIUS Sicily 15 37 100 km STORE x STOREDIST d".split(" "));
    assertThat(engine.effects()).hasSize(1).first().asString().startsWith("!put d -1 3 ");
    assertThat(engine.reply("ZSCORE", "d", "Catania")).startsWith("$18 56.4412578701582");
    check("GEORADIUSBYMEMBER none x 1 km STORE d", ":0", "!del d");
    check("GEOSEARCHSTORE d none FROMMEMBER x BYRADIUS 1 km", ":0");
  }

  @Test
  void searchesAreChecked() {
    String from = "-ERR exactly one of FROMMEMBER or FROMLONLAT can be specified for ";
    check("geoSearch Sicily BYRADIUS 1 m ASC ASC", from + "geoSearch");
    check(
        "GEOSEARCH Sicily FROMMEMBER Palermo ASC ASC ASC",
        "-ERR exactly one of BYRADIUS and BYBOX can be specified for GEOSEARCH");
    check("GEOSEARCH Sicily FROMMEMBER Palermo FROMLONLAT 1 2 BYRADIUS 1 m", SYNTAX_ERROR);
    check("GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m BYBOX 1 1 m", SYNTAX_ERROR);
    check("GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m STORE d", SYNTAX_ERROR);
    check(
        "GEOSEARCH Sicily FROMMEMBER Rome BYRADIUS 1 m",
        "-ERR could not decode requested zset member");
    check("GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS x y", "-ERR need numeric radius");
    check("GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS -1 y", "-ERR radius cannot be negative");
    check("GEOSEARCH Sicily FROMMEMBER Palermo BYBOX x y z", "-ERR need numeric width");
    check("GEOSEARCH Sicily FROMMEMBER Palermo BYBOX 1 y z", "-ERR need numeric height");
    check(
        "GEOSEARCH Sicily FROMMEMBER Palermo BYBOX 1 -1 z",
        "-ERR height or width cannot be negative");
    check("GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m COUNT 0", "-ERR COUNT must be > 0");
    check(
        "GEOSEARCH Sicily FROMMEMBER Palermo BYRADIUS 1 m ANY",
        "-ERR the ANY argument requires COUNT argument");
    check(
        "GEORADIUS Sicily 1 2 3 m WITHDIST STORE d",
        "-ERR STORE option in GEORADIUS is not compatible with WITHDIST, WITHHASH and WITHCOORD"
            + " options");
    check(
        "GEOSEARCHSTORE d Sicily FROMMEMBER Palermo BYRADIUS 1 m WITHHASH",
        "-ERR GEOSEARCHSTORE is not compatible with WITHDIST, WITHHASH and WITHCOORD options");
    check("GEORADIUS_RO Sicily 1 2 3 m STORE d", SYNTAX_ERROR);
    check("SET s x", "+OK", "SET s x");
    check("GEORADIUS s x", "-ERR wrong number of arguments for 'georadius' command");
    check(
        "GEORADIUS s x y z m",
        "-WRONGTYPE Operation against a key holding the wrong kind of value");
  }
}
