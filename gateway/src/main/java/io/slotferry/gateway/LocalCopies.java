package io.slotferry.gateway;

import io.slotferry.protocol.shard.ShardExecutor;
import io.vertx.core.Context;
import org.jspecify.annotations.Nullable;

/**
 * The shard copies that live in the gateway's own process; a gateway calls them without any frame.
 *
 * <p>Thread: any.
 */
@FunctionalInterface
public interface LocalCopies {
  /** For a gateway that shares its process with no shard. */
  LocalCopies NONE = (shard, node) -> null;

  /** The copy of {@code shard} that {@code node} carries, if that node is in this process. */
  @Nullable Copy find(int shard, String node);

  /**
   * @param context the event loop that owns the copy
   * @param executor to be called on that loop only
   */
  record Copy(Context context, ShardExecutor executor) {}
}
