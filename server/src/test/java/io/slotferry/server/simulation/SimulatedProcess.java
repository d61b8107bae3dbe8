package io.slotferry.server.simulation;

import io.slotferry.replication.TimeSource;
import java.util.ArrayDeque;

/**
 * A process with a clock of its own speed. It may be paused: its clock goes on, and whatever
 * concerns it waits. It may die: whatever it had under way is void.
 */
abstract class SimulatedProcess implements TimeSource {
  /** Clocks run this much faster or slower at most; the leases' margin covers it. */
  private static final double CLOCK_DRIFT_MAX = 0.03;

  /** Far from 0, which some core might take for never. */
  private static final long CLOCK_START_MILLIS = 1_000_000;

  private static final long WALL_START_MILLIS = 1_800_000_000_000L;

  final String name;
  final Timeline timeline;
  private final double clockRate;
  private final ArrayDeque<Runnable> waiting = new ArrayDeque<>();
  private int life;
  private boolean up;
  private boolean paused;

  SimulatedProcess(String name, Timeline timeline) {
    this.name = name;
    this.timeline = timeline;
    this.clockRate = 1 + (timeline.random.nextDouble() * 2 - 1) * CLOCK_DRIFT_MAX;
  }

  boolean isUp() {
    return up;
  }

  boolean isPaused() {
    return paused;
  }

  /** Whether it does anything now. */
  boolean isRunning() {
    return up && !paused;
  }

  /** Which start of it this is. */
  int life() {
    return life;
  }

  void begin() {
    life++;
    up = true;
  }

  void die() {
    life++;
    up = false;
    paused = false;
    waiting.clear();
  }

  void pause() {
    timeline.tell("%s is paused", name);
    paused = true;
  }

  void resume() {
    if (paused) {
      timeline.tell("%s goes on", name);
    }
    paused = false;
    while (!paused && !waiting.isEmpty()) {
      waiting.remove().run();
    }
  }

  /** Runs {@code action} after so much time of this process' clock, in this life of it. */
  void later(long millis, Runnable action) {
    int now = life;
    timeline.after((long) Math.ceil(millis / clockRate), () -> act(now, action));
  }

  /** Runs {@code action}, or keeps it until this process goes on; only in that life of it. */
  void act(int inLife, Runnable action) {
    if (!up || life != inLife) {
      return;
    }
    if (paused) {
      waiting.add(() -> act(inLife, action));
      return;
    }
    action.run();
    acted();
  }

  /** Something has happened in this process. */
  void acted() {}

  @Override
  public long monotonicMillis() {
    return CLOCK_START_MILLIS + (long) (timeline.nowMillis() * clockRate);
  }

  @Override
  public long wallMillis() {
    return WALL_START_MILLIS + timeline.nowMillis();
  }
}
