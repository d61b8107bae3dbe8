package io.slotferry.rebalancer;

import io.slotferry.topology.Keyspace;
import io.slotferry.topology.MapChange;
import io.slotferry.topology.Objective;
import io.slotferry.topology.Operation;
import io.slotferry.topology.PartitionLoad;
import io.slotferry.topology.Tablet;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What the rebalancer does by itself, from time to time, with what the leaders have told:
 *
 * <ul>
 *   <li>a tablet that is large or busy is cut in two, at the middle of its keys or of its commands;
 *   <li>a tablet that was cut by itself, and with the one before it is small and idle, becomes one
 *       with it again. That takes a quarter of what cuts, so that nothing goes to and fro;
 *   <li>an uneven cluster is rebalanced, when it has been uneven twice in a row and nothing else is
 *       under way.
 * </ul>
 *
 * All it keeps can be lost at any moment.
 */
final class Automation {
  /** How often it looks; long enough for the leaders to have told of what it did the last time. */
  static final long INTERVAL_MILLIS = 20_000;

  /** Two tablets are merged when they have together less than this part of what cuts one. */
  static final int MERGE_PART = 4;

  private final AutomationSettings settings;
  private long nextMillis;
  private boolean uneven;

  Automation(AutomationSettings settings) {
    this.settings = settings;
  }

  void startOver(long nowMillis) {
    nextMillis = nowMillis + INTERVAL_MILLIS;
    uneven = false;
  }

  void visit(Agenda agenda, Loads loads, long nowMillis, long wallMillis) {
    if (nowMillis < nextMillis) {
      return;
    }
    nextMillis = nowMillis + INTERVAL_MILLIS;
    if (!loads.isComplete(agenda.map())) {
      return;
    }
    if (settings.splitBytes() > 0 || settings.splitOperations() > 0) {
      for (Keyspace keyspace : List.copyOf(agenda.map().keyspaces())) {
        cut(agenda, loads, keyspace);
      }
    }
    Objective objective = settings.rebalanceBy();
    if (objective != null) {
      rebalance(agenda, loads, objective, wallMillis);
    }
  }

  private void cut(Agenda agenda, Loads loads, Keyspace keyspace) {
    PartitionLoad before = null;
    for (Tablet tablet : keyspace.tablets()) {
      PartitionLoad load = loads.of(tablet.partition());
      byte[] at = boundary(load);
      if (at != null) {
        agenda.propose(new MapChange.SplitTablet(keyspace.number(), at, true));
        before = null;
      } else if (tablet.automatic() && before != null && isCold(before, load)) {
        agenda.propose(new MapChange.MergeTablets(keyspace.number(), tablet.from()));
        before = null;
      } else {
        before = load;
      }
    }
  }

  private byte @Nullable [] boundary(PartitionLoad load) {
    if (settings.splitBytes() > 0 && load.bytes() > settings.splitBytes()) {
      return load.middle();
    }
    boolean busy = settings.splitOperations() > 0 && load.operations() > settings.splitOperations();
    return busy ? load.busyMiddle() : null;
  }

  private boolean isCold(PartitionLoad left, PartitionLoad right) {
    long bytes = left.bytes() + right.bytes();
    long operations = (long) left.operations() + right.operations();
    return (settings.splitBytes() == 0 || bytes < settings.splitBytes() / MERGE_PART)
        && (settings.splitOperations() == 0
            || operations < settings.splitOperations() / MERGE_PART);
  }

  private void rebalance(Agenda agenda, Loads loads, Objective objective, long wallMillis) {
    boolean idle = agenda.map().operations().stream().allMatch(Operation::ended);
    boolean now = idle && !Planner.rebalance(agenda.map(), objective, loads).isEmpty();
    if (now && uneven) {
      agenda.propose(
          new MapChange.BeginOperation(
              Operation.Kind.REBALANCE, Operation.State.RUNNING, 0, objective, wallMillis, ""));
    }
    uneven = now && !uneven;
  }
}
