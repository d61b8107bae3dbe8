package io.slotferry.engine;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.protocol.command.CommandTable;
import io.slotferry.protocol.shard.KeyEvents;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Tells a {@link KeyObserver} what the leader's commands do to keys, with the names and in the
 * order of Redis. It reads that from the effects: each says which key has changed, the command says
 * what Redis calls it.
 *
 * <p>Commands that move something from one key to another leave the effect of the target first, so
 * that a log that is cut loses nothing; Redis tells of the source first. What such a command does
 * to its target is therefore told after what it does to its source.
 *
 * <p>One for each command context, so that commands inside others do not disturb those. Thread: the
 * loop that owns the copy.
 */
final class KeyNotices {
  private static final byte[] DEL = KeyEventNames.bytes("del");
  private static final byte[] NEW = KeyEventNames.bytes("new");
  private static final byte[] EXPIRE = KeyEventNames.bytes("expire");
  private static final byte[] EXPIRED = KeyEventNames.bytes("expired");
  private static final byte[] EVICTED = KeyEventNames.bytes("evicted");
  private static final byte[] KEY_MISS = KeyEventNames.bytes("keymiss");
  private static final byte[] RENAME_FROM = KeyEventNames.bytes("rename_from");
  private static final byte[] MOVE_FROM = KeyEventNames.bytes("move_from");
  private static final byte[] ZINCR = KeyEventNames.bytes("zincr");
  private static final byte[] PXAT = Effect.name("PXAT");

  /** What is told after the source's event. */
  private record Later(int eventClass, int keyspace, byte[] name, byte[] key, boolean isNew) {}

  private final KeyObservation observation;

  // The command.
  private Command command = Command.PING;
  private Request request = new Request();
  private boolean spopTold;
  private boolean silent;
  private int missed;
  private @Nullable Later later;

  KeyNotices(KeyObservation observation) {
    this.observation = observation;
  }

  /** The one branch that commands pay while nobody listens. */
  boolean isOn() {
    return observation.isOn();
  }

  void begin(Command command, Request request) {
    this.command = command;
    this.request = request;
    spopTold = false;
    silent = false;
    missed = 0;
  }

  /** The command is at its end. */
  void end() {
    Later last = later;
    if (last != null) {
      later = null;
      if (last.isNew()) {
        tell(KeyEvents.NEW, last.keyspace(), NEW, last.key(), 0, last.key().length);
      }
      tell(last.eventClass(), last.keyspace(), last.name(), last.key(), 0, last.key().length);
    }
  }

  private void tell(int eventClass, int keyspace, byte[] name, byte[] key, int start, int length) {
    KeyObserver observer = observation.of(eventClass);
    if (observer != null) {
      observer.event(eventClass, keyspace, name, key, start, length);
    }
  }

  private void tell(int eventClass, int keyspace, byte[] name, Request effect) {
    tell(eventClass, keyspace, name, effect.buffer(), effect.start(1), effect.length(1));
  }

  // ---- keys that expire, are evicted, are missed, or are flushed

  void expired(int keyspace, byte[] key, int start, int length) {
    tell(KeyEvents.EXPIRED, keyspace, EXPIRED, key, start, length);
    modified(key, start, length);
  }

  void evicted(int keyspace, byte[] key, int start, int length) {
    tell(KeyEvents.EVICTED, keyspace, EVICTED, key, start, length);
    modified(key, start, length);
  }

  private void modified(byte[] key, int start, int length) {
    KeyObserver observer = observation.of(KeyEvents.MODIFIED);
    if (observer != null) {
      observer.modified(key, start, length);
    }
  }

  /** The command has looked for a key that is not there; a read is told of once for each key. */
  void missed(int keyspace, int keyArgument) {
    if (keyArgument != missed
        && observation.of(KeyEvents.MISS) != null
        && !command.lowerName().equals("object")
        && ReadKeys.contain(command, request, keyArgument)) {
      missed = keyArgument;
      tell(
          KeyEvents.MISS,
          keyspace,
          KEY_MISS,
          request.buffer(),
          request.start(keyArgument),
          request.length(keyArgument));
    }
  }

  void flushed() {
    KeyObserver observer = observation.of(KeyEvents.MODIFIED);
    if (observer != null) {
      observer.flushed();
    }
  }

  // ---- effects

  /** What the command changes from here on has no name in Redis. */
  void silence() {
    silent = true;
  }

  /** A stream has met with something that the command's own event does not say. */
  void ofStream(int keyspace, byte[] name, int keyArgument) {
    tell(
        KeyEvents.STREAM,
        keyspace,
        name,
        request.buffer(),
        request.start(keyArgument),
        request.length(keyArgument));
  }

  /** The command has no effect, and is told of all the same. */
  void unchanged(int keyspace, Request request) {
    KeyEventNames.Row row = KeyEventNames.of(command);
    if (row != null) {
      modified(request.buffer(), request.start(1), request.length(1));
      tell(row.eventClass(), keyspace, row.name(), request);
    }
  }

  /**
   * The command has left an effect.
   *
   * @param created the key was not there before
   * @param gone the key is not there any more
   */
  void effect(int keyspace, Request effect, boolean created, boolean gone) {
    if (effect.count() < 2) {
      return;
    }
    modified(effect.buffer(), effect.start(1), effect.length(1));
    if (effect.equalBytes(0, Effect.DEL)) {
      deleted(keyspace, effect);
      return;
    }
    KeyEventNames.Row row = row(effect);
    boolean waits = row != null && isOfTarget(effect);
    // A set that gets its first member is new only when the other has lost it.
    boolean newLater = waits && created && command == Command.SMOVE;
    if (!newLater && (created || replaces(effect))) {
      tell(KeyEvents.NEW, keyspace, NEW, effect);
    }
    if (row == null) {
      return;
    }
    if (waits) {
      later = new Later(row.eventClass(), keyspace, row.name(), effect.copy(1), newLater);
      return;
    }
    changed(keyspace, effect, row);
    if (gone) {
      tell(KeyEvents.GENERIC, keyspace, DEL, effect);
    }
  }

  private void changed(int keyspace, Request effect, KeyEventNames.Row row) {
    if (command == Command.SPOP) {
      if (spopTold) {
        return;
      }
      spopTold = true;
    }
    tell(row.eventClass(), keyspace, nameOf(row), effect);
    if (effect.count() == 5 && effect.equalBytes(3, PXAT)) {
      tell(KeyEvents.GENERIC, keyspace, EXPIRE, effect);
    }
  }

  private byte[] nameOf(KeyEventNames.Row row) {
    boolean increments = command == Command.ZADD && hasWord("INCR", 2, request.count() - 2);
    return increments ? ZINCR : row.name();
  }

  /** Whether one of these arguments is this word. */
  private boolean hasWord(String word, int from, int to) {
    for (int i = from; i < to; i++) {
      if (request.is(i, word)) {
        return true;
      }
    }
    return false;
  }

  private KeyEventNames.@Nullable Row row(Request effect) {
    if (silent) {
      return null;
    }
    KeyEventNames.Row row = KeyEventNames.of(command);
    if (row != null) {
      return row;
    }
    if (command.lowerName().equals("xgroup") && request.count() > 1) {
      String name = "xgroup-" + request.text(1).toLowerCase(Locale.ROOT);
      return new KeyEventNames.Row(KeyEvents.STREAM, KeyEventNames.bytes(name));
    }
    Command named = CommandTable.lookup(effect.buffer(), effect.start(0), effect.length(0));
    return named == null ? null : KeyEventNames.of(named);
  }

  /** Redis removes what the key held, and adds it as a new one. */
  private boolean replaces(Request effect) {
    return switch (command.lowerName()) {
      case "rename", "renamenx", "move", "copy", "restore" -> effect.equalBytes(0, Effect.PUT);
      default -> false;
    };
  }

  private boolean isOfTarget(Request effect) {
    return switch (command.lowerName()) {
      case "rename", "renamenx", "move" -> true;
      case "smove" -> effect.is(0, "SADD");
      default -> false;
    };
  }

  private void deleted(int keyspace, Request effect) {
    switch (command.lowerName()) {
      case "rename", "renamenx" -> tell(KeyEvents.GENERIC, keyspace, RENAME_FROM, effect);
      case "move" -> tell(KeyEvents.GENERIC, keyspace, MOVE_FROM, effect);
      case "spop" -> {
        KeyEventNames.Row row = KeyEventNames.of(command);
        if (row != null) {
          tell(row.eventClass(), keyspace, row.name(), effect);
        }
        tell(KeyEvents.GENERIC, keyspace, DEL, effect);
      }
      default -> tell(KeyEvents.GENERIC, keyspace, DEL, effect);
    }
  }
}
