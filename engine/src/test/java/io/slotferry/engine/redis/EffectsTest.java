package io.slotferry.engine.redis;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.engine.Engine;
import io.slotferry.engine.EngineFixture;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Whatever is executed, its effects make an equal copy. */
class EffectsTest {
  private static final int SEEDS = 40;
  private static final int STEPS = 1500;

  /**
   * A renamed or moved value keeps its form, which its copy, made anew from what is in it, need not
   * have: it is equal, but not in the order of its bytes.
   */
  private static final Set<String> KEEP_FORM = Set.of("RENAME", "RENAMENX", "MOVE");

  @Test
  void effectsMakeAnEqualCopyOfAllTypes() {
    List<CommandTemplate> templates = new ArrayList<>();
    CommandRows.ALL.forEach(row -> templates.add(row.template()));
    templates.removeIf(template -> KEEP_FORM.contains(template.name()));
    templates.add(new CommandTemplate("SPOP set 1|2|5"));
    templates.add(new CommandTemplate("SPOP set"));
    templates.add(new CommandTemplate("HPEXPIRE hash 0|9|2000|9999 FIELDS 1 member"));
    templates.add(
        new CommandTemplate("HPEXPIRE hash 0|50|2000 NX|XX|GT|LT FIELDS 2 member member"));
    templates.add(new CommandTemplate("HGETDEL hash FIELDS 2 member member"));
    templates.add(new CommandTemplate("HGETEX hash PX 0|5|2000 FIELDS 2 member member"));
    templates.add(new CommandTemplate("HSETEX hash PX 0|5|2000 FIELDS 1 member value"));
    templates.add(new CommandTemplate("HSETEX hash KEEPTTL [ FXX|FNX ] FIELDS 1 member value"));
    templates.add(new CommandTemplate("HPERSIST hash FIELDS 2 member member"));
    for (int seed = 0; seed < SEEDS; seed++) {
      Random random = new Random(seed);
      EngineFixture leader = new EngineFixture(seed);
      Engine follower = leader.follow();
      int members = seed % 4 == 0 ? 900 : 12;
      for (int step = 0; step < STEPS; step++) {
        leader.nowMillis += 2;
        CommandTemplate template = templates.get(random.nextInt(templates.size()));
        leader.reply(template.expand(random, members).toArray(String[]::new));
      }
      assertThat(EngineFixture.contents(follower.store()))
          .as("seed %d", seed)
          .isNotEmpty()
          .isEqualTo(EngineFixture.contents(leader.engine.store()));
    }
  }
}
