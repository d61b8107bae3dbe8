package io.slotferry.engine.script;

import java.util.ArrayList;
import java.util.List;

/** What a script says of itself, one bit each, with Redis' names. */
public final class ScriptFlags {
  static final int NO_WRITES = 1;
  static final int ALLOW_OOM = 1 << 1;
  static final int ALLOW_STALE = 1 << 2;
  static final int NO_CLUSTER = 1 << 3;
  static final int ALLOW_CROSS_SLOT_KEYS = 1 << 4;

  /** A script without a first line that says anything: it may do what its commands may. */
  static final int COMPATIBLE = 1 << 5;

  private static final List<String> NAMES =
      List.of("no-writes", "allow-oom", "allow-stale", "no-cluster", "allow-cross-slot-keys");

  private ScriptFlags() {}

  /** The bit of a flag; 0 when there is none of the name. */
  static int of(String name) {
    int at = NAMES.indexOf(name);
    return at < 0 ? 0 : 1 << at;
  }

  /** The names of the bits that are set. */
  public static List<String> names(int flags) {
    List<String> names = new ArrayList<>();
    for (int bit = 0; bit < NAMES.size(); bit++) {
      if ((flags & 1 << bit) != 0) {
        names.add(NAMES.get(bit));
      }
    }
    return names;
  }
}
