package io.slotferry.replication;

import io.slotferry.engine.Engine;
import io.slotferry.engine.KeyObserver;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireWriter;
import io.slotferry.protocol.shard.KeyEventRecord;
import io.slotferry.protocol.shard.KeyEvents;
import io.slotferry.protocol.shard.ShardExecutor.KeyWatcher;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Who wants to be told of key events: gateway loops, each of some classes. What happens in a turn
 * of the loop is collected for each and handed over at its end. Thread: the loop that owns the
 * copy.
 */
final class KeyFeeds implements KeyObserver {
  private static final class Feed {
    final KeyWatcher watcher;
    final WireWriter records = new WireWriter();
    int events;

    Feed(KeyWatcher watcher) {
      this.watcher = watcher;
    }
  }

  private final Engine engine;
  private final Runnable flushLater;
  private final List<Feed> feeds = new ArrayList<>();
  private int events;
  private @Nullable LaterReply caller;
  private long client;
  private boolean dirty;

  /**
   * @param flushLater has {@link #flush} called at the end of this turn
   */
  KeyFeeds(Engine engine, Runnable flushLater) {
    this.engine = engine;
    this.flushLater = flushLater;
  }

  /** See {@link io.slotferry.protocol.shard.ShardExecutor#watch}. */
  void watch(KeyWatcher watcher, int wanted) {
    feeds.removeIf(feed -> feed.watcher.equals(watcher) && wanted == 0);
    if (wanted != 0) {
      demand(watcher).events = wanted;
    }
    events = 0;
    for (Feed feed : feeds) {
      events |= feed.events;
    }
    engine.observe(events, this);
  }

  private Feed demand(KeyWatcher watcher) {
    for (Feed feed : feeds) {
      if (feed.watcher.equals(watcher)) {
        return feed;
      }
    }
    Feed feed = new Feed(watcher);
    feeds.add(feed);
    return feed;
  }

  boolean isOn() {
    return events != 0;
  }

  /** A command begins: what it does is done by this client of the caller. */
  void begin(LaterReply caller, long client) {
    this.caller = caller;
    this.client = client;
  }

  /** The command has ended: what happens now, nobody has asked for. */
  void end() {
    caller = null;
    client = 0;
  }

  // ---- what happens

  @Override
  public void event(int eventClass, int keyspace, byte[] name, byte[] key, int start, int length) {
    for (Feed feed : feeds) {
      if ((feed.events & eventClass) != 0) {
        KeyEventRecord.writeEvent(feed.records, keyspace, name, key, start, length);
        added(feed);
      }
    }
  }

  @Override
  public void modified(byte[] key, int start, int length) {
    for (Feed feed : feeds) {
      if ((feed.events & KeyEvents.MODIFIED) != 0) {
        long own = feed.watcher.equals(caller) ? client : 0;
        KeyEventRecord.writeModified(feed.records, key, start, length, own);
        added(feed);
      }
    }
  }

  @Override
  public void flushed() {
    for (Feed feed : feeds) {
      if ((feed.events & KeyEvents.MODIFIED) != 0) {
        KeyEventRecord.writeFlushed(feed.records);
        added(feed);
      }
    }
  }

  private void added(Feed feed) {
    if (feed.records.size() >= FrameLink.FRAME_BYTES_MAX) {
      handOver(feed);
    } else if (!dirty) {
      dirty = true;
      flushLater.run();
    }
  }

  private static void handOver(Feed feed) {
    feed.watcher.happened(feed.records.bytes(), feed.records.size());
    feed.records.clear();
  }

  /** At the end of a turn of the loop. */
  void flush() {
    if (!dirty) {
      return;
    }
    dirty = false;
    for (Feed feed : feeds) {
      if (feed.records.size() > 0) {
        handOver(feed);
      }
    }
  }
}
