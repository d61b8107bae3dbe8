package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Set;
import org.junit.jupiter.api.Test;

class WatchTableTest implements LaterReply {
  private static final int PARTITION = 3;

  private final Set<KeyName> data = new HashSet<>();
  private final WatchTable table = new WatchTable((partition, key) -> data.contains(key));

  private static KeyName key(int keyspace, String name) {
    return new KeyName().of(keyspace, name.getBytes(StandardCharsets.US_ASCII), 0, name.length());
  }

  private void watch(int keyspace, String name) {
    KeyName key = key(keyspace, name);
    assertThat(table.watch(7, this, PARTITION, key, data.contains(key))).isTrue();
  }

  private boolean isWatching(int keyspace, String name) {
    return table.isWatching(7, PARTITION, key(keyspace, name));
  }

  @Test
  void aSwapChangesWhatIsInOneOfTheKeyspaces() {
    data.add(key(0, "a"));
    watch(0, "a");
    table.changed(1, PARTITION, Request.of("!swap2"));
    assertThat(isWatching(0, "a")).isTrue();
    data.clear();
    data.add(key(1, "a"));
    table.changed(0, PARTITION, Request.of("!swap1"));
    assertThat(isWatching(0, "a")).isFalse();
    assertThat(table.isEmpty()).isTrue();
  }

  @Test
  void aKeyThatComesBySwapHasChanged() {
    watch(1, "a");
    data.add(key(1, "a"));
    table.changed(0, PARTITION, Request.of("!swap1"));
    assertThat(isWatching(1, "a")).isFalse();
  }

  @Test
  void whatIsNotThereBeforeAndAfterHasNotChanged() {
    watch(0, "a");
    table.changed(0, PARTITION, Request.of("!swap1"));
    table.changed(0, PARTITION, Request.of("!flush"));
    // It has come by the swap, and has expired since.
    table.changed(0, PARTITION, Request.of("!del", "a"));
    assertThat(isWatching(0, "a")).isTrue();
  }

  @Test
  void aFlushChangesWhatWasThereInItsKeyspace() {
    data.add(key(0, "a"));
    watch(0, "a");
    data.clear();
    table.changed(1, PARTITION, Request.of("!flush"));
    assertThat(isWatching(0, "a")).isTrue();
    table.changed(0, PARTITION, Request.of("!flush"));
    assertThat(isWatching(0, "a")).isFalse();
  }

  @Override
  public void replied(long ticket, ReplyWriter reply) {
    throw new AssertionError("nobody is answered");
  }

  @Override
  public void notHere(long ticket) {
    throw new AssertionError("nobody is answered");
  }

  @Override
  public void uncertain(long ticket) {
    throw new AssertionError("nobody is answered");
  }
}
