package io.slotferry.engine.command;

import static io.slotferry.engine.command.FieldExpiryCommands.DELETED;
import static io.slotferry.engine.command.FieldExpiryCommands.DONE;
import static io.slotferry.engine.command.FieldExpiryCommands.NO_FIELD;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.HashValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/** HGETDEL, HGETEX and HSETEX of Redis 8: fields that are read or set together with their fate. */
final class FieldAccessCommands {
  private static final byte[] HSET = Effect.name("HSET");

  private FieldAccessCommands() {}

  private static boolean writeValue(
      CommandContext context, @Nullable HashValue hash, int field, Slice slice) {
    Request request = context.request();
    boolean found =
        hash != null
            && hash.get(request.buffer(), request.start(field), request.length(field), slice);
    if (found) {
      slice.writeTo(context.reply());
    } else {
      context.reply().nullBulk();
    }
    return found;
  }

  private static void hgetdel(CommandContext context) {
    HashValue hash = context.findHash(1);
    int first =
        context.failed()
            ? 0
            : FieldExpiryCommands.fields(context, 2, "Number of fields must be a positive integer");
    if (context.failed()) {
      return;
    }
    int[] answers = new int[context.count() - first];
    Arrays.fill(answers, NO_FIELD);
    Slice slice = new Slice();
    context.reply().array(answers.length);
    Request request = context.request();
    for (int i = 0; i < answers.length; i++) {
      int field = first + i;
      if (writeValue(context, hash, field, slice) && hash != null) {
        hash.remove(request.buffer(), request.start(field), request.length(field));
        answers[i] = DELETED;
      }
    }
    if (hash != null && FieldExpiryCommands.contains(answers, DELETED)) {
      FieldExpiryCommands.deleted(context, hash, answers, first);
    }
  }

  private static void hgetex(CommandContext context) {
    HashValue hash = context.findHash(1);
    if (context.failed()) {
      return;
    }
    FieldAccess access = FieldAccess.parse(context);
    if (context.failed()) {
      return;
    }
    int[] answers = new int[access.count()];
    Slice slice = new Slice();
    context.reply().array(answers.length);
    for (int i = 0; i < answers.length; i++) {
      boolean found = writeValue(context, hash, access.field(i), slice);
      answers[i] = found && hash != null ? touch(context, hash, access, i) : NO_FIELD;
    }
    emit(context, hash, access, answers);
  }

  /** Gives the field its time, or takes it. */
  private static int touch(CommandContext context, HashValue hash, FieldAccess access, int index) {
    Request request = context.request();
    int field = access.field(index);
    if (access.persists()) {
      int position = FieldExpiryCommands.find(hash, request, field);
      if (hash.expiryAt(position) == HashValue.NO_EXPIRY) {
        return NO_FIELD;
      }
      FieldExpiryCommands.setExpiry(hash, request, field, HashValue.NO_EXPIRY);
      return DONE;
    }
    if (!access.hasTime()) {
      return NO_FIELD;
    }
    if (access.expiryMillis() <= context.nowMillis()) {
      // Its value has been given out; a field given twice counts as one that was there.
      hash.remove(request.buffer(), request.start(field), request.length(field));
      return DELETED;
    }
    FieldExpiryCommands.setExpiry(hash, request, field, access.expiryMillis());
    return DONE;
  }

  private static void emit(
      CommandContext context, @Nullable HashValue hash, FieldAccess access, int[] answers) {
    int first = access.field(0);
    if (FieldExpiryCommands.contains(answers, DONE)) {
      Effect effect =
          access.persists()
              ? context.beginEffect(1, FieldExpiryCommands.HPERSIST)
              : context
                  .beginEffect(1, FieldExpiryCommands.HPEXPIREAT)
                  .decimal(access.expiryMillis());
      FieldExpiryCommands.emitFor(answers, first, DONE, effect, true);
    }
    if (hash != null && FieldExpiryCommands.contains(answers, DELETED)) {
      FieldExpiryCommands.deleted(context, hash, answers, first);
    }
  }

  // ---- HSETEX

  private static void hsetex(CommandContext context) {
    HashValue found = context.findHash(1);
    if (context.failed()) {
      return;
    }
    FieldAccess access = FieldAccess.parse(context);
    if (context.failed()) {
      return;
    }
    for (int i = 0; i < access.count(); i++) {
      int field = access.field(i);
      boolean exists =
          found != null && FieldExpiryCommands.find(found, context.request(), field) >= 0;
      if (!access.allows(exists)) {
        context.reply().integer(0);
        return;
      }
    }
    boolean past = access.hasTime() && access.expiryMillis() <= context.nowMillis();
    if (past) {
      removeFields(context, found, access);
    } else {
      setFields(context, found, access);
    }
    context.reply().integer(1);
  }

  private static void removeFields(
      CommandContext context, @Nullable HashValue hash, FieldAccess access) {
    if (hash == null) {
      return;
    }
    Request request = context.request();
    byte[][] removed = new byte[access.count()][];
    int count = 0;
    for (int i = 0; i < access.count(); i++) {
      int field = access.field(i);
      if (hash.remove(request.buffer(), request.start(field), request.length(field))) {
        removed[count++] = request.copy(field);
      }
    }
    if (hash.size() == 0) {
      context.remove(1);
    }
    if (count > 0) {
      Effect effect = context.beginEffect(1, FieldExpiryCommands.HDEL);
      for (int i = 0; i < count; i++) {
        effect.bytes(removed[i]);
      }
      effect.emit();
    }
  }

  private static void setFields(
      CommandContext context, @Nullable HashValue found, FieldAccess access) {
    HashValue hash = found == null ? new HashValue() : found;
    if (found == null) {
      context.put(1, hash, CommandContext.NO_EXPIRY);
    }
    for (int i = 0; i < access.count(); i++) {
      set(hash, context.request(), access.field(i), access);
    }
    Effect effect = context.beginEffect(1, HSET);
    for (int i = 0; i < access.count(); i++) {
      effect.argument(access.field(i)).argument(access.field(i) + 1);
    }
    effect.emit();
    for (int i = 0; i < access.count(); i++) {
      // HSET takes the times away: they are given again.
      int field = access.field(i);
      long millis = hash.expiryAt(FieldExpiryCommands.find(hash, context.request(), field));
      if (millis != HashValue.NO_EXPIRY) {
        FieldExpiryCommands.emitExpiry(context, field, field, millis);
      }
    }
  }

  private static void set(HashValue hash, Request request, int field, FieldAccess access) {
    byte[] buffer = request.buffer();
    int start = request.start(field);
    int length = request.length(field);
    int value = field + 1;
    if (access.keepsTimes()) {
      hash.put(buffer, start, length, buffer, request.start(value), request.length(value));
    } else {
      hash.set(buffer, start, length, buffer, request.start(value), request.length(value));
    }
    if (access.hasTime()) {
      hash.expire(buffer, start, length, access.expiryMillis());
    }
  }

  static void bind(HandlerTable table) {
    table.bind(Command.HGETDEL, FieldAccessCommands::hgetdel);
    table.bind(Command.HGETEX, FieldAccessCommands::hgetex);
    table.bind(Command.HSETEX, FieldAccessCommands::hsetex);
  }
}
