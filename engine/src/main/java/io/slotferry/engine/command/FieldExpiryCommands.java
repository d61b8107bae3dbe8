package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.HashValue;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import org.jspecify.annotations.Nullable;

/** HEXPIRE, HTTL, HPERSIST and their siblings: fields of hashes that expire, as of Redis 7.4. */
final class FieldExpiryCommands {
  /** The latest time that a field may be given, milliseconds since 1970. */
  static final long EXPIRY_MAX = (1L << 46) - 1;

  static final long MILLIS_PER_SECOND = 1000;

  static final byte[] HPEXPIREAT = Effect.name("HPEXPIREAT");
  static final byte[] HPERSIST = Effect.name("HPERSIST");
  static final byte[] HDEL = Effect.name("HDEL");
  private static final byte[] FIELDS = Effect.name("FIELDS");

  // Answers for a field.
  static final int NO_FIELD = -2;
  private static final int NO_EXPIRY = -1;
  private static final int NOT_MET = 0;
  static final int DONE = 1;
  static final int DELETED = 2;

  /** What must hold of the old time. */
  private enum Condition {
    NONE,
    NX,
    XX,
    GT,
    LT;

    boolean allows(long old, long wanted) {
      boolean expires = old != HashValue.NO_EXPIRY;
      return switch (this) {
        case NONE -> true;
        case NX -> !expires;
        case XX -> expires;
        case GT -> expires && wanted > old;
        case LT -> !expires || wanted < old;
      };
    }
  }

  private FieldExpiryCommands() {}

  // ---- effects

  /** The fields at the arguments {@code [from, to]} of the hash at argument 1 expire then. */
  static void emitExpiry(CommandContext context, int from, int to, long expiryMillis) {
    Effect effect = context.beginEffect(1, HPEXPIREAT).decimal(expiryMillis).bytes(FIELDS);
    effect.decimal(to - from + 1L);
    for (int field = from; field <= to; field++) {
      effect.argument(field);
    }
    effect.emit();
  }

  /** An effect on those fields from {@code first} on whose answer is {@code wanted}. */
  static void emitFor(int[] answers, int first, int wanted, Effect effect, boolean counted) {
    int count = 0;
    for (int answer : answers) {
      count += answer == wanted ? 1 : 0;
    }
    if (counted) {
      effect.bytes(FIELDS).decimal(count);
    }
    for (int i = 0; i < answers.length; i++) {
      if (answers[i] == wanted) {
        effect.argument(first + i);
      }
    }
    effect.emit();
  }

  static boolean contains(int[] answers, int wanted) {
    for (int answer : answers) {
      if (answer == wanted) {
        return true;
      }
    }
    return false;
  }

  // ---- arguments

  /**
   * Checks {@code FIELDS numfields field …} at {@code argument}, up to the end.
   *
   * @return the first field
   */
  static int fields(CommandContext context, int argument, String notPositive) {
    if (argument + 1 >= context.count() || !context.is(argument, "FIELDS")) {
      context.fail("ERR Mandatory argument FIELDS is missing or not at the right position");
      return argument;
    }
    long count = context.integer(argument + 1, 1, Long.MAX_VALUE, "ERR " + notPositive);
    if (count != context.count() - argument - 2) {
      context.fail("ERR The `numfields` parameter must match the number of arguments");
    }
    return argument + 2;
  }

  static int find(HashValue hash, Request request, int field) {
    return hash.find(request.buffer(), request.start(field), request.length(field));
  }

  static void setExpiry(HashValue hash, Request request, int field, long millis) {
    hash.expire(request.buffer(), request.start(field), request.length(field), millis);
  }

  // ---- HEXPIRE

  private static void hexpire(CommandContext context, boolean seconds, boolean relative) {
    HashValue hash = context.findHash(1);
    long expiryMillis = context.failed() ? 0 : expiryMillis(context, seconds, relative);
    Condition condition = condition(context, 3);
    int first =
        fields(
            context,
            condition == Condition.NONE ? 3 : 4,
            "Parameter `numFields` should be greater than 0");
    if (context.failed()) {
      return;
    }
    int[] answers = new int[context.count() - first];
    for (int i = 0; i < answers.length; i++) {
      answers[i] =
          hash == null ? NO_FIELD : expire(context, hash, first + i, expiryMillis, condition);
    }
    if (contains(answers, DONE)) {
      Effect effect = context.beginEffect(1, HPEXPIREAT).decimal(expiryMillis);
      emitFor(answers, first, DONE, effect, true);
    }
    if (hash != null && contains(answers, DELETED)) {
      deleted(context, hash, answers, first);
    }
    write(context, answers);
  }

  private static long expiryMillis(CommandContext context, boolean seconds, boolean relative) {
    long time = context.integer(2);
    if (time < 0) {
      context.fail("ERR invalid expire time, must be >= 0");
    }
    long base = relative ? context.nowMillis() : 0;
    long max = seconds ? EXPIRY_MAX / MILLIS_PER_SECOND : EXPIRY_MAX;
    long millis = seconds && time <= max ? time * MILLIS_PER_SECOND : time;
    if (time > max || millis > EXPIRY_MAX - base) {
      SetOptions.invalidExpiry(context);
    }
    return millis + base;
  }

  private static Condition condition(CommandContext context, int argument) {
    for (Condition condition : Condition.values()) {
      if (condition != Condition.NONE && context.is(argument, condition.name())) {
        return condition;
      }
    }
    return Condition.NONE;
  }

  private static int expire(
      CommandContext context, HashValue hash, int field, long millis, Condition condition) {
    Request request = context.request();
    int position = find(hash, request, field);
    if (position < 0) {
      return NO_FIELD;
    }
    if (!condition.allows(hash.expiryAt(position), millis)) {
      return NOT_MET;
    }
    if (millis <= context.nowMillis()) {
      hash.remove(request.buffer(), request.start(field), request.length(field));
      return DELETED;
    }
    setExpiry(hash, request, field, millis);
    return DONE;
  }

  /** Those fields whose answer is {@link #DELETED} are gone. */
  static void deleted(CommandContext context, HashValue hash, int[] answers, int first) {
    if (hash.size() == 0) {
      context.remove(1);
    }
    emitFor(answers, first, DELETED, context.beginEffect(1, HDEL), false);
  }

  private static void write(CommandContext context, int[] answers) {
    context.reply().array(answers.length);
    for (int answer : answers) {
      context.reply().integer(answer);
    }
  }

  // ---- HTTL, HPERSIST

  private static void httl(CommandContext context, boolean seconds, boolean relative) {
    HashValue hash = context.findHash(1);
    int first =
        context.failed() ? 0 : fields(context, 2, "Number of fields must be a positive integer");
    if (context.failed()) {
      return;
    }
    context.reply().array(context.count() - first);
    for (int field = first; field < context.count(); field++) {
      int position = hash == null ? -1 : find(hash, context.request(), field);
      if (hash == null || position < 0) {
        context.reply().integer(NO_FIELD);
      } else if (hash.expiryAt(position) == HashValue.NO_EXPIRY) {
        context.reply().integer(NO_EXPIRY);
      } else {
        long time = hash.expiryAt(position) - (relative ? context.nowMillis() : 0);
        long rounded = (time + MILLIS_PER_SECOND - 1) / MILLIS_PER_SECOND;
        context.reply().integer(seconds ? rounded : time);
      }
    }
  }

  private static void hpersist(CommandContext context) {
    HashValue hash = context.findHash(1);
    int first =
        context.failed() ? 0 : fields(context, 2, "Number of fields must be a positive integer");
    if (context.failed()) {
      return;
    }
    int[] answers = new int[context.count() - first];
    for (int i = 0; i < answers.length; i++) {
      answers[i] = persist(hash, context.request(), first + i);
    }
    if (contains(answers, DONE)) {
      emitFor(answers, first, DONE, context.beginEffect(1, HPERSIST), true);
    }
    write(context, answers);
  }

  private static int persist(@Nullable HashValue hash, Request request, int field) {
    int position = hash == null ? -1 : find(hash, request, field);
    if (hash == null || position < 0) {
      return NO_FIELD;
    }
    if (hash.expiryAt(position) == HashValue.NO_EXPIRY) {
      return NO_EXPIRY;
    }
    setExpiry(hash, request, field, HashValue.NO_EXPIRY);
    return DONE;
  }

  static void bind(HandlerTable table) {
    table.bind(Command.HEXPIRE, context -> hexpire(context, true, true));
    table.bind(Command.HPEXPIRE, context -> hexpire(context, false, true));
    table.bind(Command.HEXPIREAT, context -> hexpire(context, true, false));
    table.bind(Command.HPEXPIREAT, context -> hexpire(context, false, false));
    table.bind(Command.HTTL, context -> httl(context, true, true));
    table.bind(Command.HPTTL, context -> httl(context, false, true));
    table.bind(Command.HEXPIRETIME, context -> httl(context, true, false));
    table.bind(Command.HPEXPIRETIME, context -> httl(context, false, false));
    table.bind(Command.HPERSIST, FieldExpiryCommands::hpersist);
    FieldAccessCommands.bind(table);
  }
}
