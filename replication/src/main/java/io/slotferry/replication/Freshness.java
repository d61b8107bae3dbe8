package io.slotferry.replication;

/**
 * How a follower knows how old its data is, without comparing clocks. While somebody reads here it
 * asks its leader again and again, and the answer says where the leader's log ended then:
 *
 * <pre>
 *   asked at t ──► the leader, which alone serves the shard by map v: my log ends at X
 *                     ──► X is applied here ──► all that was acknowledged before t is here
 * </pre>
 *
 * That is proven as long as the map here is v, too: in another one the shard may have other
 * partitions, or another leader. Only one answer is waited for at a time, so that a follower that
 * is always a little behind gets its proofs all the same.
 *
 * <p>Sans-IO; times are the follower's monotonic clock. Thread: the loop that owns the copy.
 */
final class Freshness {
  /** A follower asks this often. */
  static final long ASK_MILLIS = 100;

  /** It goes on asking for so long after the last read. */
  static final long WANTED_MILLIS = 10_000;

  private static final long NO_MAP = -1;

  private long wantedUntilMillis = Long.MIN_VALUE;
  private long askAgainAtMillis = Long.MIN_VALUE;

  // What is proven.
  private long provenMillis;
  private long provenMap = NO_MAP;

  // The answer whose offset is not applied here yet.
  private long answeredMillis;
  private long answeredOffset;
  private long answeredMap = NO_MAP;

  /**
   * Whether everything is here that was acknowledged {@code stalenessMillisMax} ago; that it is
   * asked lets the next questions go out.
   *
   * @param mapVersion of the map here
   */
  boolean isWithin(long stalenessMillisMax, long mapVersion, long nowMillis) {
    wantedUntilMillis = nowMillis + WANTED_MILLIS;
    return provenMap == mapVersion && nowMillis - provenMillis <= stalenessMillisMax;
  }

  /** Whether the leader is to be asked now. */
  boolean isDue(long nowMillis) {
    if (nowMillis >= wantedUntilMillis || nowMillis < askAgainAtMillis) {
      return false;
    }
    askAgainAtMillis = nowMillis + ASK_MILLIS;
    return true;
  }

  /**
   * The leader's answer.
   *
   * @param askedMillis when it was asked
   * @param offset where its log ended
   * @param mapVersion of its map
   */
  void answered(long askedMillis, long offset, long mapVersion) {
    if (answeredMap != mapVersion) {
      answeredMillis = askedMillis;
      answeredOffset = offset;
      answeredMap = mapVersion;
    }
  }

  /** Everything before {@code offset} is applied here. */
  void applied(long offset) {
    if (answeredMap != NO_MAP && offset >= answeredOffset) {
      provenMillis = answeredMillis;
      provenMap = answeredMap;
      answeredMap = NO_MAP;
    }
  }

  /** What is here is void, or is to come from another leader. */
  void startOver() {
    provenMap = NO_MAP;
    answeredMap = NO_MAP;
    askAgainAtMillis = Long.MIN_VALUE;
  }
}
