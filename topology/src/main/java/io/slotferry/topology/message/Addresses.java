package io.slotferry.topology.message;

/** Event bus addresses of the rebalancer. Only the one that leads has consumers on them. */
public final class Addresses {
  /**
   * Request: an encoded {@link io.slotferry.topology.MapChange}; answer: a {@link ChangeAnswer}.
   */
  public static final String CHANGE = "slotferry.rebalancer.change";

  /** Request: a {@link NodeReport}; answer: a {@link HeartbeatAnswer}. */
  public static final String HEARTBEAT = "slotferry.rebalancer.heartbeat";

  /** Request: a {@link MapRequest}; answer: a {@link MapAnswer}. */
  public static final String MAP = "slotferry.rebalancer.map";

  /** Published: a {@link MapDelta} for each accepted change, in order, perhaps with gaps. */
  public static final String MAP_DELTA = "slotferry.map.delta";

  /** Sent: a {@link LoadReport}. */
  public static final String LOAD = "slotferry.rebalancer.load";

  /** Request: a {@link PlanRequest}; answer: a {@link PlanAnswer}. */
  public static final String PLAN = "slotferry.rebalancer.plan";

  private Addresses() {}
}
