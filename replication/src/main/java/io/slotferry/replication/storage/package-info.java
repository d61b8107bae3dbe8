/**
 * A shard copy on disk: log segments, snapshots, and the record of whose data they are.
 *
 * <pre>
 *   DATA/NODE/node.lock                  held while a process uses the folder
 *   DATA/NODE/copy.meta                  start counter, shard, epoch, replication ids, generation
 *   DATA/NODE/copy-GENERATION/
 *     log-OFFSET.slog                    blocks of whole records, from OFFSET to the next one's
 *     snapshot-OFFSET.snap               partition chunks; recovery starts at OFFSET in the log
 * </pre>
 *
 * Whatever makes older data void (a full resync, another shard) is one atomic replacement of {@code
 * copy.meta} that names the next generation; the folder of the one before is deleted afterwards.
 *
 * <h2>Recovery</h2>
 *
 * A snapshot is a partition sync into a file: it is taken while writes go on, so its chunks are of
 * different moments, each marked with the log's end at that moment. Recovery replays what a
 * follower would have received: the log from the snapshot's offset on, and each chunk between the
 * same two records as it was cut; an effect is applied iff the chunks before it have covered its
 * key. A snapshot gets its name only once the log is durable up to its last chunk.
 *
 * <h2>Threads</h2>
 *
 * {@link DiskStorage}, {@link LogWriter} and {@link Snapshotter} belong to the loop that owns the
 * copy; {@link CopyFiles} and what it holds belong to the disk thread. A task and its answer carry
 * everything from one to the other.
 */
@NullMarked
package io.slotferry.replication.storage;

import org.jspecify.annotations.NullMarked;
