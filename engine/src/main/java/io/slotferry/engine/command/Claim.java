package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import java.util.ArrayList;
import java.util.List;

/**
 * What an XCLAIM or XAUTOCLAIM does for its consumer, the argument 3, which it creates if it is not
 * there. What is pending but no longer in the stream is forgotten on the way.
 */
final class Claim {
  private static final byte[] XACK = Effect.name("XACK");
  private static final int KEY = 1;
  private static final int GROUP = 2;
  private static final int CONSUMER = 3;

  private final CommandContext context;
  private final StreamValue stream;
  private final ConsumerGroup group;
  private final Consumer consumer;
  private final boolean isNew;
  private final ClaimEffect effect;
  private final List<StreamId> claimed = new ArrayList<>();
  private final List<StreamId> deleted = new ArrayList<>();

  Claim(
      CommandContext context,
      StreamValue stream,
      ConsumerGroup group,
      long deliveredMillis,
      long deliveries) {
    this.context = context;
    this.stream = stream;
    this.group = group;
    byte[] name = context.request().copy(CONSUMER);
    isNew = group.consumer(name) == null;
    consumer = group.demandConsumer(name);
    consumer.seen(context.nowMillis());
    if (isNew) {
      ClaimEffect.consumerCreated(context, KEY);
    }
    effect = new ClaimEffect(context, KEY, group, consumer, deliveredMillis, deliveries);
  }

  void take(StreamId id) {
    consumer.active(context.nowMillis());
    effect.give(id);
    claimed.add(id);
  }

  /** The entry was deleted; it need not have been pending. */
  void forget(StreamId id) {
    if (group.acknowledge(id)) {
      deleted.add(id);
    }
  }

  /** The IDs that were {@link #forget forgotten}. */
  List<StreamId> deleted() {
    return deleted;
  }

  /** Emits the effects; {@code moved}: the group's position has changed too. */
  void end(boolean moved) {
    effect.end(isNew || moved);
    if (!deleted.isEmpty()) {
      Effect forgotten = context.beginEffect(KEY, XACK).argument(GROUP);
      deleted.forEach(id -> forgotten.bytes(id.toBytes()));
      forgotten.emit();
    }
  }

  /** Writes what was taken: IDs or entries. */
  void write(boolean justIds) {
    StreamReply out = new StreamReply(context.reply());
    context.reply().array(claimed.size());
    for (StreamId id : claimed) {
      if (justIds) {
        out.id(id);
      } else {
        out.entry(stream, id);
      }
    }
  }
}
