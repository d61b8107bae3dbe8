package io.slotferry.replication.log;

import io.slotferry.engine.EffectSink;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.frame.WireWriter;
import java.util.function.LongConsumer;
import org.jspecify.annotations.Nullable;

/**
 * A shard copy's log: the effects in order, addressed by byte offset since the log's birth, named
 * by a replication id. An append is a copy into the backlog; the disk takes its bytes from there,
 * all that one loop turn brought with one write.
 *
 * <p>Thread: the loop that owns the shard copy.
 */
public final class ReplicationLog implements EffectSink {
  /** A record's array that grew beyond this is not kept for the next one. */
  private static final int RECORD_BYTES_KEPT_MAX = 1 << 20;

  private static final int NO_GROUP = -1;

  private final Backlog backlog;
  private final LogDisk disk;
  private WireWriter record = new WireWriter();

  /** Effects in the group that is open; -1 when none is. */
  private int grouped = NO_GROUP;

  /** What a leader has appended since this start. */
  private long effects;

  private LogIdentity identity;

  /**
   * @param backlog holds what was recovered, or nothing at the offset where the log starts
   */
  public ReplicationLog(LogIdentity identity, Backlog backlog, LogDisk disk) {
    this.identity = identity;
    this.backlog = backlog;
    this.disk = disk;
  }

  /** An ephemeral log at offset 0 with the default backlog, without a history yet. */
  public static ReplicationLog inMemory() {
    return new ReplicationLog(LogIdentity.NONE, new Backlog(Backlog.BYTES_DEFAULT), new NoDisk());
  }

  // ---- whose history it is

  public LogIdentity identity() {
    return identity;
  }

  /** Names this log's history; empty while the copy has none. */
  public String replicationId() {
    return identity.replicationId();
  }

  /** The history that this one continues; empty when there is none. */
  public String secondaryId() {
    return identity.secondaryId();
  }

  /** The secondary id is valid for offsets up to this one, inclusive; -1 without one. */
  public long secondaryUntil() {
    return identity.secondaryUntil();
  }

  /** Whether the log ends before the history that it is named after begins: it has lost its end. */
  public boolean isCutShort() {
    return endOffset() < identity.secondaryUntil();
  }

  /** The shard's epoch under which the identity was drawn or learnt. */
  public long epoch() {
    return identity.epoch();
  }

  /** Promotion: a new history that continues the old one, which stays known up to here. */
  public void beginEpoch(long epoch, String newReplicationId) {
    LogIdentity next = identity.promoted(newReplicationId, endOffset(), epoch);
    if (identity.known()) {
      disk.identify(next);
    } else {
      disk.begin(next, endOffset());
    }
    identity = next;
  }

  /** A follower learns from its leader how the history it continues is named now. */
  public void adopt(LogIdentity next) {
    identity = next;
    disk.identify(identity);
  }

  /**
   * A full resync starts: the log starts over at {@code offset}, and what is on disk becomes void.
   * The copy is durable again only after its storage was told that the sync is complete.
   */
  public void reset(String replicationId, long offset, long epoch) {
    restart(new LogIdentity(replicationId, "", LogIdentity.NO_OFFSET, epoch), offset);
  }

  /** Forgets the history: the copy is empty and follows or leads from nothing. */
  public void wipe() {
    restart(LogIdentity.NONE, 0);
  }

  private void restart(LogIdentity next, long offset) {
    identity = next;
    backlog.reset(offset);
    disk.restart(next, offset);
  }

  // ---- offsets

  /** The oldest offset that can still be read, from memory or from disk. */
  public long firstOffset() {
    return Math.min(backlog.firstOffset(), disk.firstOffset());
  }

  /** The oldest offset that {@link #read} gives; what is older comes by {@link #readFromDisk}. */
  public long firstOffsetInMemory() {
    return backlog.firstOffset();
  }

  /** The offset after the last record. */
  public long endOffset() {
    return backlog.endOffset();
  }

  /** Durable up to here; 0 for an ephemeral copy and during a full resync. */
  public long fsyncedOffset() {
    return disk.fsyncedOffset();
  }

  /** Whether a write is to be durable before it is answered: fsync policy {@code always}. */
  public boolean forcesAll() {
    return disk.forcesAll();
  }

  /** Makes everything before {@code offset} durable soon, whatever the fsync policy. */
  public void force(long offset) {
    disk.force(offset);
  }

  /** Calls {@code listener} with {@link #fsyncedOffset} each time it has grown; one listener. */
  public void onFsync(LongConsumer listener) {
    disk.onFsync(listener);
  }

  /** See {@link Backlog#followed}. */
  public void followed(boolean isFollowed) {
    backlog.followed(isFollowed);
  }

  // ---- appending

  /** The leader appends one record, or adds an effect to the group that is open. */
  @Override
  public void effect(int keyspace, int partition, Request effect) {
    effects++;
    if (grouped != NO_GROUP) {
      LogRecords.write(record, keyspace, partition, effect);
      grouped++;
      return;
    }
    record.clear();
    if (effect.buffer().length >= Request.LARGE_BYTES) {
      appendLarge(keyspace, partition, effect);
      return;
    }
    LogRecords.write(record, keyspace, partition, effect);
    appendRecord(0);
  }

  /** How many effects this copy has appended as a leader since its start. */
  public long effects() {
    return effects;
  }

  /** The effects up to {@link #endGroup} become one record. */
  @Override
  public void beginGroup() {
    grouped = 0;
    record.clear();
    LogRecords.beginGroup(record);
  }

  /** Appends the group; one of a single effect is that effect. */
  @Override
  public void endGroup() {
    int effects = grouped;
    grouped = NO_GROUP;
    if (effects > 1) {
      LogRecords.endGroup(record, 0);
      appendRecord(0);
    } else if (effects == 1) {
      appendRecord(LogRecords.GROUP_HEAD_BYTES);
    }
  }

  private void appendRecord(int start) {
    append(record.bytes(), start, record.size() - start);
    if (record.size() > RECORD_BYTES_KEPT_MAX) {
      record = new WireWriter();
    }
  }

  /** The same, without building the record in one piece, and large arguments shared if possible. */
  private void appendLarge(int keyspace, int partition, Request effect) {
    LogRecords.writeHead(record, keyspace, partition, effect);
    for (int i = 0; i < effect.count(); i++) {
      int length = effect.length(i);
      record.varint(length);
      if (length < Request.LARGE_BYTES) {
        record.raw(effect.buffer(), effect.start(i), length);
      } else {
        append(record.bytes(), 0, record.size());
        record.clear();
        if (effect.isBufferKept()) {
          backlog.share(effect.buffer(), effect.start(i), length);
        } else {
          append(effect.buffer(), effect.start(i), length);
        }
      }
    }
    append(record.bytes(), 0, record.size());
  }

  /** A follower appends whole records as they came from the leader. */
  public void append(byte[] records, int offset, int length) {
    backlog.append(records, offset, length);
  }

  /** Why the copy must refuse writes now (RESP error without its dash: MISCONF …), or null. */
  public @Nullable String refusal() {
    return disk.refusal();
  }

  /**
   * Whether the disk is so far behind that a leader must hold writes back, and a follower must not
   * take more from its leader. Appends are still kept, in memory.
   */
  public boolean backlogged() {
    return disk.backlogged();
  }

  // ---- reading

  /**
   * Appends whole records from {@code from} on to {@code out}: as many as fit in {@code bytesMax},
   * but at least one.
   *
   * @param from where a record starts
   * @return the number of bytes; 0 at the end; -1 when {@code from} is not in memory
   */
  public int read(long from, WireWriter out, int bytesMax) {
    return backlog.read(from, out, bytesMax);
  }

  /** {@link #read} from the segments on disk; {@code reader} is called later, on this loop. */
  public void readFromDisk(long from, int bytesMax, LogDisk.Reader reader) {
    disk.read(from, bytesMax, reader);
  }
}
