package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.PendingEntry;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.protocol.Request;
import java.util.ArrayList;
import java.util.List;

/**
 * The effect of everything that gives entries to a consumer, or only makes one: XREADGROUP, XCLAIM,
 * XAUTOCLAIM, XGROUP CREATECONSUMER. Where Redis propagates an XCLAIM for each entry and an XGROUP
 * SETID, this says it once, with what those leave out (the times of the consumer and how many
 * entries were read):
 *
 * <pre>
 *   !claim key group consumer seen active last-id entries-read delivered deliveries id*
 * </pre>
 *
 * The consumer is created if it is not there; its times and the group's position are set; each
 * entry becomes pending for the consumer, delivered at that time (all in milliseconds since 1970),
 * for the {@code deliveries}-th time or, below zero, for once more or as often as before.
 */
public final class ClaimEffect {
  /** {@code deliveries}: one more than before. */
  static final long ONE_MORE = -1;

  /** {@code deliveries}: as before. */
  static final long UNCHANGED = -2;

  /** An effect for this many entries at most, so that none grows without limit. */
  private static final int IDS_MAX = 1000;

  private static final int FIRST_ID = 10;

  private static final byte[] CONSUMER_CREATED = Effect.name("xgroup-createconsumer");

  private final CommandContext context;
  private final int keyArgument;
  private final ConsumerGroup group;
  private final Consumer consumer;
  private final long deliveredMillis;
  private final long deliveries;
  private final List<StreamId> ids = new ArrayList<>();

  ClaimEffect(
      CommandContext context,
      int keyArgument,
      ConsumerGroup group,
      Consumer consumer,
      long deliveredMillis,
      long deliveries) {
    this.context = context;
    this.keyArgument = keyArgument;
    this.group = group;
    this.consumer = consumer;
    this.deliveredMillis = deliveredMillis;
    this.deliveries = deliveries;
  }

  /** The consumer was made by a command that only uses it. */
  static void consumerCreated(CommandContext context, int keyArgument) {
    context.streamEvent(keyArgument, CONSUMER_CREATED);
  }

  /** Gives the entry to the consumer, here and, by the effect, everywhere. */
  void give(StreamId id) {
    deliver(group, consumer, id, deliveredMillis, deliveries);
    ids.add(id);
    if (ids.size() == IDS_MAX) {
      emit();
    }
  }

  private static void deliver(
      ConsumerGroup group, Consumer consumer, StreamId id, long millis, long deliveries) {
    PendingEntry entry = group.give(id, consumer);
    long count = deliveries;
    if (deliveries < 0) {
      count = entry.deliveries() + (deliveries == ONE_MORE ? 1 : 0);
    }
    entry.delivered(millis, count);
  }

  /** Emits what has not been, if there is any; {@code always}: group or consumer have changed. */
  void end(boolean always) {
    if (always || !ids.isEmpty()) {
      emit();
    }
  }

  private void emit() {
    Effect effect =
        context
            .beginEffect(keyArgument, Effect.CLAIM)
            .bytes(group.name())
            .bytes(consumer.name())
            .decimal(consumer.seenMillis())
            .decimal(consumer.activeMillis())
            .bytes(group.lastId().toBytes())
            .decimal(group.entriesRead())
            .decimal(deliveredMillis)
            .decimal(deliveries);
    for (StreamId id : ids) {
      effect.bytes(id.toBytes());
    }
    effect.emit();
    ids.clear();
  }

  /** Repeats the effect on a copy. */
  public static void apply(CommandContext context) {
    Request effect = context.request();
    StreamValue stream = context.find(1, StreamValue.class);
    ConsumerGroup group = stream == null ? null : stream.group(effect.copy(2));
    if (group == null) {
      throw new IllegalStateException("an effect on a group that is not there");
    }
    Consumer consumer = group.demandConsumer(effect.copy(3));
    consumer.seen(context.integer(4));
    consumer.active(context.integer(5));
    group.moveTo(StreamArguments.id(context, 6), context.integer(7));
    long deliveredMillis = context.integer(8);
    long deliveries = context.integer(9);
    for (int i = FIRST_ID; i < effect.count(); i++) {
      StreamId id = StreamArguments.id(context, i);
      deliver(group, consumer, id, deliveredMillis, deliveries);
    }
    context.changed();
  }
}
