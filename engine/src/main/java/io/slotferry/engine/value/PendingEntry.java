package io.slotferry.engine.value;

/**
 * An entry that a consumer was given and has not acknowledged. The entry itself may be deleted
 * meanwhile.
 */
public final class PendingEntry extends Identified {
  private Consumer consumer;
  private long deliveredMillis;
  private long deliveries = 1;

  PendingEntry(StreamId id, Consumer consumer) {
    super(id.ms(), id.seq());
    this.consumer = consumer;
  }

  public long ms() {
    return ms;
  }

  public long seq() {
    return seq;
  }

  public StreamId id() {
    return new StreamId(ms, seq);
  }

  public Consumer consumer() {
    return consumer;
  }

  void consumer(Consumer consumer) {
    this.consumer = consumer;
  }

  /** When it was given last, milliseconds since 1970. */
  public long deliveredMillis() {
    return deliveredMillis;
  }

  /** How often it was given to a consumer, as far as the consumers tell. */
  public long deliveries() {
    return deliveries;
  }

  /** It is given at this time, and for the {@code deliveries}-th time. */
  public void delivered(long millis, long deliveries) {
    this.deliveredMillis = millis;
    this.deliveries = deliveries;
  }
}
