package io.slotferry.topology;

import java.util.Locale;

/** The reasons that several changes share. */
final class Refusals {
  private Refusals() {}

  static String noNode(String id) {
    return "there is no node %s".formatted(id);
  }

  static String noShard(int id) {
    return "there is no shard %d".formatted(id);
  }

  static String noKeyspace(int number) {
    return "there is no keyspace %d".formatted(number);
  }

  static String noPartition(int partition) {
    return "there is no partition %d".formatted(partition);
  }

  static String noMove(long id) {
    return "there is no move %d".formatted(id);
  }

  static String noOperation(long id) {
    return "there is no operation %d".formatted(id);
  }

  static String inState(Operation operation) {
    String state = operation.state().name().toLowerCase(Locale.ROOT).replace('_', ' ');
    return "operation %d is %s".formatted(operation.id(), state);
  }

  static String otherEpoch(Shard shard, long expectedEpoch) {
    return "shard %d is at epoch %d, not %d".formatted(shard.id(), shard.epoch(), expectedEpoch);
  }

  static String inMove(int partition, Move move) {
    return "partition %d is in move %d".formatted(partition, move.id());
  }
}
