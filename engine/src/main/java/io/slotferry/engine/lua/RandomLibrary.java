package io.slotferry.engine.lua;

import java.util.Map;

/**
 * {@code math.random} and {@code math.randomseed} with Redis' generator, the classic 48-bit linear
 * congruential one: equal seeds give equal numbers on every machine.
 */
final class RandomLibrary {
  private static final long MULTIPLIER = 0x5DEECE66DL;
  private static final long INCREMENT = 0xB;
  private static final long MASK = (1L << 48) - 1;
  private static final long SEED_LOW = 0x330E;
  private static final long RANDOM_MAX = Integer.MAX_VALUE;

  private long value = 0x1234ABCDL << 16 | SEED_LOW;

  private double next() {
    value = value * MULTIPLIER + INCREMENT & MASK;
    return (double) ((value >>> 17) % RANDOM_MAX) / RANDOM_MAX;
  }

  private int random(Arguments arguments) {
    double chance = next();
    return switch (arguments.count()) {
      case 0 -> arguments.returnNumber(chance);
      case 1 -> between(arguments, chance, 1, (int) arguments.integer(1), 1);
      case 2 -> {
        int low = (int) arguments.integer(1);
        yield between(arguments, chance, low, (int) arguments.integer(2), 2);
      }
      default -> throw new ScriptException("wrong number of arguments");
    };
  }

  private static int between(
      Arguments arguments, double chance, int low, int high, int lastArgument) {
    if (low > high) {
      throw arguments.bad(lastArgument, "interval is empty");
    }
    return arguments.returnNumber(Math.floor(chance * ((double) high - low + 1)) + low);
  }

  private int seed(Arguments arguments) {
    value = (arguments.integer(1) << 16 | SEED_LOW) & MASK;
    return 0;
  }

  void bind(Map<String, LuaFunction> functions) {
    functions.put("math.random", this::random);
    functions.put("math.randomseed", this::seed);
  }
}
