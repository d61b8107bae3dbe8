package io.slotferry.rebalancer;

import io.slotferry.topology.Shard;
import io.slotferry.topology.message.HeartbeatAnswer.Lease;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The leases that this rebalancer granted, and those that an earlier one may have.
 *
 * <p>A lease never reaches further than {@code leaseMillis} after the moment at which a majority of
 * the rebalancers last confirmed that this one leads. A successor was elected after that moment, so
 * what it has to wait out is bounded by {@code leaseMillis} after its own election, even when the
 * old one does not know yet that it is deposed.
 */
final class Leases {
  private final int leaseMillis;
  private final int marginMillis;
  private final Map<Integer, Long> endMillisByShard = new HashMap<>();
  private long leadsSinceMillis;
  private long confirmedMillis;

  Leases(ControlSettings settings) {
    leaseMillis = settings.leaseMillis();
    marginMillis = settings.leaseMarginMillis();
  }

  void startOver(long nowMillis) {
    endMillisByShard.clear();
    leadsSinceMillis = nowMillis;
    confirmedMillis = nowMillis;
  }

  void confirmed(long atMillis) {
    confirmedMillis = Math.max(confirmedMillis, atMillis);
  }

  /** A lease for the shard's leader; null when leadership has not been confirmed for too long. */
  @Nullable Lease grant(Shard shard, long nowMillis) {
    long millis = Math.min(leaseMillis, confirmedMillis + leaseMillis - nowMillis);
    if (millis <= 0) {
      return null;
    }
    endMillisByShard.merge(shard.id(), nowMillis + millis, Math::max);
    return new Lease(shard.id(), shard.epoch(), (int) millis);
  }

  /**
   * From when on no one else can hold a lease for the shard.
   *
   * @param restarted true when the leader was heard in a later start: its earlier one is over
   */
  long freeMillis(int shard, boolean restarted) {
    Long endMillis = endMillisByShard.get(shard);
    if (endMillis != null) {
      return endMillis + marginMillis;
    }
    return restarted ? leadsSinceMillis : leadsSinceMillis + leaseMillis + marginMillis;
  }
}
