package io.slotferry.replication.log;

import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/** The durable side of an ephemeral copy: there is none. */
public class NoDisk implements LogDisk {
  @Override
  public long firstOffset() {
    return NOTHING;
  }

  @Override
  public long fsyncedOffset() {
    return 0;
  }

  @Override
  public boolean forcesAll() {
    return false;
  }

  @Override
  public void force(long offset) {}

  @Override
  public void begin(LogIdentity identity, long offset) {}

  @Override
  public void identify(LogIdentity identity) {}

  @Override
  public void restart(LogIdentity identity, long offset) {}

  @Override
  public void read(long from, int bytesMax, Reader reader) {
    reader.failed("an ephemeral copy has no log on disk");
  }

  @Override
  public void onFsync(LongConsumer listener) {}

  @Override
  public @Nullable String refusal() {
    return null;
  }

  @Override
  public boolean backlogged() {
    return false;
  }
}
