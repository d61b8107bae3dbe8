package io.slotferry.replication;

import io.slotferry.replication.log.ReplicationLog;

/**
 * What a copy knows of its storage, recovered. An ephemeral copy has one too ({@link #inMemory}).
 * Thread: the loop that owns the copy; nothing here blocks.
 */
public interface CopyDisk {
  /** The log, which continues what was recovered. */
  ReplicationLog log();

  /** How often this node has started with this folder; grows with each start. */
  long incarnation();

  /** The shard whose data this is; 0 for a copy that has none yet. */
  int shard();

  /**
   * The copy becomes one of {@code shard}: what it held of another is void, here and in the log.
   */
  void belongTo(int shard);

  /** A full resynchronisation has ended: what the copy holds now is what a restart may rely on. */
  void syncComplete();

  /**
   * Starts a snapshot.
   *
   * @return false when one is under way, or none can be taken now
   */
  boolean snapshot(SnapshotListener listener);

  /** {@code listener} is told of every snapshot that ends, asked for or not; one listener. */
  void onSnapshot(SnapshotListener listener);

  DiskState state();

  /** Takes what this loop turn has appended to the log; once at its end. */
  void flush();

  /** Forces, retries and snapshots what is due. */
  void tick(long nowMillis);

  /**
   * Storage of a copy that keeps nothing.
   *
   * @param incarnation must differ from those of earlier copies of this node; the wall clock does
   */
  static CopyDisk inMemory(long incarnation) {
    ReplicationLog log = ReplicationLog.inMemory();
    return new CopyDisk() {
      private int shard;

      @Override
      public ReplicationLog log() {
        return log;
      }

      @Override
      public long incarnation() {
        return incarnation;
      }

      @Override
      public int shard() {
        return shard;
      }

      @Override
      public void belongTo(int shard) {
        if (this.shard != 0 && this.shard != shard) {
          log.wipe();
        }
        this.shard = shard;
      }

      @Override
      public void syncComplete() {}

      @Override
      public boolean snapshot(SnapshotListener listener) {
        return false;
      }

      @Override
      public void onSnapshot(SnapshotListener listener) {}

      @Override
      public DiskState state() {
        return DiskState.NONE;
      }

      @Override
      public void flush() {}

      @Override
      public void tick(long nowMillis) {}
    };
  }
}
