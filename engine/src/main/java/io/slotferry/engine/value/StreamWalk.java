package io.slotferry.engine.value;

import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Goes over a stream's entries in a range of IDs, both ends included: first {@link #next}, then the
 * look at one. Valid until entries are removed.
 */
public final class StreamWalk {
  private final IdIndex<StreamBlock> blocks;
  private final StreamId from;
  private final StreamId to;
  private final boolean reverse;
  private final EntryReader entry = new EntryReader();
  private @Nullable StreamBlock block;
  private int at;

  /** Backwards: offsets of the block's entries that are still to come. */
  private int[] offsets = new int[0];

  private int offsetCount;

  StreamWalk(IdIndex<StreamBlock> blocks, StreamId from, StreamId to, boolean reverse) {
    this.blocks = blocks;
    this.from = from;
    this.to = to;
    this.reverse = reverse;
    if (reverse) {
      enterBackwards(blocks.floor(to.ms(), to.seq()));
    } else {
      StreamBlock first = blocks.floor(from.ms(), from.seq());
      enter(first == null ? blocks.first() : first);
    }
  }

  private void enter(@Nullable StreamBlock next) {
    block = next;
    at = next == null ? 0 : next.start();
  }

  private void enterBackwards(@Nullable StreamBlock next) {
    block = next;
    offsetCount = 0;
    if (next == null) {
      return;
    }
    for (int offset = next.start(); offset < next.end(); offset = entry.next()) {
      entry.open(next, offset);
      if (isBeyond(to)) {
        return;
      }
      if (offsetCount == offsets.length) {
        offsets = Arrays.copyOf(offsets, Math.max(next.live(), offsetCount * 2));
      }
      offsets[offsetCount++] = offset;
    }
  }

  private boolean isBeyond(StreamId id) {
    return StreamId.compare(entry.ms(), entry.seq(), id.ms(), id.seq()) > 0;
  }

  private boolean isBefore(StreamId id) {
    return StreamId.compare(entry.ms(), entry.seq(), id.ms(), id.seq()) < 0;
  }

  /** Goes to the next entry; false when there is none. */
  public boolean next() {
    return reverse ? nextBackwards() : nextForwards();
  }

  private boolean nextForwards() {
    while (block != null) {
      while (at < block.end()) {
        entry.open(block, at);
        at = entry.next();
        if (!isBefore(from)) {
          return !isBeyond(to);
        }
      }
      enter(blocks.after(block));
    }
    return false;
  }

  private boolean nextBackwards() {
    while (block != null) {
      if (offsetCount > 0) {
        entry.open(block, offsets[--offsetCount]);
        return !isBefore(from);
      }
      enterBackwards(blocks.before(block));
    }
    return false;
  }

  public long ms() {
    return entry.ms();
  }

  public long seq() {
    return entry.seq();
  }

  public StreamId id() {
    return new StreamId(entry.ms(), entry.seq());
  }

  /** The number of fields; asked before the first of them. */
  public int fields() {
    return entry.fields();
  }

  /** Points the slices at the next field of the entry and its value. */
  public void nextField(Slice field, Slice value) {
    entry.nextField(field, value);
  }
}
