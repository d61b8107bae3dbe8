package io.slotferry.replication;

import static org.assertj.core.api.Assertions.assertThat;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.shard.ShardCall;
import io.slotferry.protocol.shard.ShardExecutor.LaterReply;
import io.slotferry.replication.log.ReplicationLog;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;

class SavesTest {
  private final Disk disk = new Disk();
  private final Saves saves = new Saves(TimeSource.SYSTEM, disk);

  SavesTest() {
    saves.use(disk);
  }

  private String bgsave(String... options) {
    ReplyWriter reply = new ReplyWriter(64);
    String[] request = new String[options.length + 1];
    request[0] = "BGSAVE";
    System.arraycopy(options, 0, request, 1, options.length);
    saves.background(Request.of(request), reply);
    return new String(reply.toByteArray(), StandardCharsets.US_ASCII);
  }

  private String rewrite() {
    ReplyWriter reply = new ReplyWriter(64);
    saves.rewrite(reply);
    return new String(reply.toByteArray(), StandardCharsets.US_ASCII);
  }

  @Test
  void anotherOfItsKindIsRefused() {
    assertThat(bgsave()).startsWith("+Background saving started");
    assertThat(bgsave()).startsWith("-ERR Background save already in progress");
    assertThat(bgsave("SCHEDULE")).startsWith("-ERR Background save already in progress");
    assertThat(bgsave("NOW")).startsWith("-ERR syntax error");
    disk.end();
    assertThat(rewrite()).startsWith("+Background append only file rewriting started");
    assertThat(rewrite())
        .startsWith("-ERR Background append only file rewriting already in progress");
    assertThat(bgsave()).startsWith("-ERR Another child process is active (AOF?)");
    assertThat(saves.isScheduled()).isFalse();
  }

  @Test
  void oneOfTheOtherKindFollows() {
    bgsave();
    assertThat(rewrite()).startsWith("+Background append only file rewriting scheduled");
    saves.tick();
    assertThat(disk.started).isEqualTo(1);
    disk.end();
    assertThat(disk.started).isEqualTo(2);
    assertThat(saves.isScheduled()).isFalse();

    assertThat(bgsave("SCHEDULE")).startsWith("+Background saving scheduled");
    disk.ready = false;
    disk.end();
    saves.tick();
    assertThat(saves.isScheduled()).isTrue();
    disk.ready = true;
    saves.tick();
    assertThat(saves.isScheduled()).isFalse();
    assertThat(disk.started).isEqualTo(3);
    disk.end();
    saves.tick();
    assertThat(disk.started).isEqualTo(3);
    assertThat(saves.count()).isEqualTo(3);
  }

  @Test
  void oneThatTheCopyBeganByItselfIsNoReasonToRefuseARewrite() {
    disk.saving = true;
    assertThat(bgsave()).startsWith("-ERR Another child process is active (AOF?)");
    assertThat(rewrite()).startsWith("+Background append only file rewriting scheduled");
    assertThat(disk.started).isZero();
    disk.end();
    assertThat(disk.started).isEqualTo(1);
    assertThat(saves.isScheduled()).isFalse();
  }

  @Test
  void aSaveWaitsForOneThatIsNoSave() {
    List<String> replies = new ArrayList<>();
    rewrite();
    assertThat(save(replies)).isTrue();
    disk.end();
    assertThat(disk.started).isEqualTo(2);
    assertThat(replies).isEmpty();
    assertThat(save(new ArrayList<>())).isFalse();
    disk.end();
    assertThat(replies).containsExactly("+OK\r\n");
  }

  @Test
  void aSaveIsAnsweredWhateverElseIsScheduledMeanwhile() {
    List<String> replies = new ArrayList<>();
    disk.saving = true;
    save(replies);
    rewrite();
    disk.end();
    disk.end();
    saves.tick();
    assertThat(replies).containsExactly("+OK\r\n");
    assertThat(saves.isScheduled()).isFalse();
  }

  @Test
  void whoWaitsIsSentToTheNextLeader() {
    List<String> replies = new ArrayList<>();
    save(replies);
    rewrite();
    disk.end();
    save(replies);
    saves.refuseAll();
    assertThat(replies).containsExactly("+OK\r\n", "not here");
  }

  /** Whether it is answered later; then {@code replies} gets the answer. */
  private boolean save(List<String> replies) {
    LaterReply later =
        new LaterReply() {
          @Override
          public void replied(long ticket, ReplyWriter reply) {
            replies.add(new String(reply.toByteArray(), StandardCharsets.US_ASCII));
          }

          @Override
          public void notHere(long ticket) {
            replies.add("not here");
          }

          @Override
          public void uncertain(long ticket) {
            replies.add("uncertain");
          }
        };
    return saves.foreground(new ShardCall(), new ReplyWriter(64), later);
  }

  /** A disk that takes one snapshot at a time, until it is told that it is done. */
  private static final class Disk implements CopyDisk {
    private final CopyDisk memory = CopyDisk.inMemory(1);
    private SnapshotListener listener = failure -> {};
    private boolean saving;
    private boolean ready = true;
    private int started;

    void end() {
      saving = false;
      listener.ended(null);
    }

    @Override
    public boolean snapshot(SnapshotListener listener) {
      if (!ready || saving) {
        return false;
      }
      saving = true;
      started++;
      return true;
    }

    @Override
    public void onSnapshot(SnapshotListener listener) {
      this.listener = listener;
    }

    @Override
    public DiskState state() {
      return new DiskState(true, false, saving, 0, 0, 0);
    }

    @Override
    public ReplicationLog log() {
      return memory.log();
    }

    @Override
    public long incarnation() {
      return memory.incarnation();
    }

    @Override
    public int shard() {
      return memory.shard();
    }

    @Override
    public void belongTo(int shard) {}

    @Override
    public void syncComplete() {}

    @Override
    public void flush() {}

    @Override
    public void tick(long nowMillis) {}
  }
}
