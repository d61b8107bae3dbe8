package io.slotferry.rebalancer;

import io.slotferry.topology.Objective;
import org.jspecify.annotations.Nullable;

/**
 * What the rebalancer does without being asked.
 *
 * @param rebalanceBy what it keeps even; null: it moves nothing by itself
 * @param splitBytes a tablet that holds more is cut in two; 0 for never
 * @param splitOperations a tablet with more commands per second is cut in two; 0 for never
 */
public record AutomationSettings(
    @Nullable Objective rebalanceBy, long splitBytes, int splitOperations) {
  public static final AutomationSettings OFF = new AutomationSettings(null, 0, 0);

  public AutomationSettings {
    if (splitBytes < 0 || splitOperations < 0) {
      throw new IllegalArgumentException(splitBytes + " bytes, " + splitOperations + " operations");
    }
  }
}
