package io.slotferry.system;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A network namespace on this machine, and a wire to it that can be cut: then nothing gets through,
 * and neither end is told, as when a switch between two machines fails.
 *
 * <pre>
 *   this machine HERE ─── veth ─── [bridge, in a namespace of its own] ─── veth ─── THERE namespace
 * </pre>
 */
final class Wire implements AutoCloseable {
  static final String HERE = "10.213.77.1";
  static final String THERE = "10.213.77.2";

  private static final String BITS = "/30";
  private static final long COMMAND_SECONDS_MAX = 20;

  /** Names of interfaces have 15 characters at most. */
  private final String name = "sf" + ProcessHandle.current().pid() % 1_000_000;

  private final String there = name + "there";
  private final String between = name + "wire";

  private Wire() {}

  /** Null when this machine, or this user, cannot. */
  static @Nullable Wire lay() {
    Wire wire = new Wire();
    if (wire.isLaid()) {
      return wire;
    }
    wire.close();
    return null;
  }

  private boolean isLaid() {
    return ip("netns add " + there)
        && ip("netns add " + between)
        && ip("link add %sa type veth peer name %sb netns %s".formatted(name, name, between))
        && ip(
            "-n %s link add %sc type veth peer name %sd netns %s"
                .formatted(between, name, name, there))
        && ip("-n %s link add bridge type bridge".formatted(between))
        && ip("-n %s link set %sb master bridge up".formatted(between, name))
        && ip("-n %s link set %sc master bridge up".formatted(between, name))
        && ip("-n %s link set bridge up".formatted(between))
        && ip("addr add %s%s dev %sa".formatted(HERE, BITS, name))
        && ip("link set %sa up".formatted(name))
        && ip("-n %s addr add %s%s dev %sd".formatted(there, THERE, BITS, name))
        && ip("-n %s link set %sd up".formatted(there, name))
        && ip("-n %s link set lo up".formatted(there));
  }

  /** What runs a program at the other end. */
  List<String> wrapper() {
    return List.of("ip", "netns", "exec", there);
  }

  void cut() {
    mustDo("-n %s link set bridge down".formatted(between));
  }

  void mend() {
    mustDo("-n %s link set bridge up".formatted(between));
  }

  private static void mustDo(String arguments) {
    if (!ip(arguments)) {
      throw new AssertionError("ip " + arguments);
    }
  }

  private static boolean ip(String arguments) {
    List<String> command = new ArrayList<>(List.of("ip"));
    command.addAll(List.of(arguments.split(" ")));
    try {
      Process process =
          new ProcessBuilder(command)
              .redirectErrorStream(true)
              .redirectOutput(ProcessBuilder.Redirect.DISCARD)
              .start();
      return process.waitFor(COMMAND_SECONDS_MAX, TimeUnit.SECONDS) && process.exitValue() == 0;
    } catch (IOException e) {
      return false;
    } catch (InterruptedException e) {
      throw new AssertionError(e);
    }
  }

  @Override
  public void close() {
    ip("netns del " + there);
    ip("netns del " + between);
    ip("link del %sa".formatted(name));
  }
}
