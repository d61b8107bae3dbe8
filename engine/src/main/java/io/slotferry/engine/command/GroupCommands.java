package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.Consumer;
import io.slotferry.engine.value.ConsumerGroup;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;
import io.slotferry.protocol.command.Command;
import java.util.Locale;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** XGROUP and XACK. */
public final class GroupCommands {
  private static final Subcommands XGROUP =
      new Subcommands(
          Map.of("CREATE", -5, "SETID", -5, "DESTROY", 4, "CREATECONSUMER", 5, "DELCONSUMER", 5),
          "CREATE <key> <groupname> <id|$> [option]",
          "    Create a new consumer group. Options are:",
          "    * MKSTREAM",
          "      Create the empty stream if it does not exist.",
          "    * ENTRIESREAD entries_read",
          "      Set the group's entries_read counter (internal use).",
          "CREATECONSUMER <key> <groupname> <consumer>",
          "    Create a new consumer in the specified group.",
          "DELCONSUMER <key> <groupname> <consumer>",
          "    Remove the specified consumer.",
          "DESTROY <key> <groupname>",
          "    Remove the specified group.",
          "SETID <key> <groupname> <id|$> [ENTRIESREAD entries_read]",
          "    Set the current group ID and entries_read counter.");

  private static final int SUBCOMMAND = 1;
  private static final int KEY = 2;

  /** Where the key stands in an effect, and the subcommand behind it. */
  private static final int KEY_OF_EFFECT = 1;

  private static final int GROUP = 3;
  private static final int OPTIONS = 5;
  private static final int CREATE_COUNT_MAX = 8;

  private GroupCommands() {}

  private static void xgroup(CommandContext context) {
    String subcommand = XGROUP.name(context);
    if (context.failed()) {
      return;
    }
    switch (subcommand) {
      case "HELP" -> XGROUP.writeHelp(context);
      case "CREATE" -> create(context, KEY);
      case "SETID" -> setId(context, KEY);
      case "DESTROY" -> destroy(context, KEY);
      case "CREATECONSUMER" -> createConsumer(context);
      default -> deleteConsumer(context, KEY);
    }
  }

  // ---- the effect: !group key subcommand group …, as the request but for the key's place

  private static void changed(CommandContext context, int key) {
    Effect effect = context.beginEffect(key, Effect.GROUP).argument(SUBCOMMAND);
    for (int i = GROUP; i < context.count(); i++) {
      effect.argument(i);
    }
    effect.emit();
  }

  /** Repeats the effect on a copy. */
  public static void apply(CommandContext context) {
    switch (context.request().text(KEY_OF_EFFECT + 1).toUpperCase(Locale.ROOT)) {
      case "CREATE" -> create(context, KEY_OF_EFFECT);
      case "SETID" -> setId(context, KEY_OF_EFFECT);
      case "DESTROY" -> destroy(context, KEY_OF_EFFECT);
      default -> deleteConsumer(context, KEY_OF_EFFECT);
    }
  }

  // ---- the key, the group

  static String noGroup(CommandContext context, int groupArgument, int keyArgument) {
    return "NOGROUP No such consumer group '"
        + context.request().text(groupArgument)
        + "' for key name '"
        + context.request().text(keyArgument)
        + "'";
  }

  /** The stream; when there is none and has to be one, latches. */
  private static @Nullable StreamValue stream(CommandContext context, int key, boolean mayCreate) {
    StreamValue stream = context.failed() ? null : context.find(key, StreamValue.class);
    if (stream == null && !mayCreate) {
      context.fail(
          "ERR The XGROUP subcommand requires the key to exist. Note that for CREATE you may want"
              + " to use the MKSTREAM option to create an empty stream automatically.");
    }
    return stream;
  }

  /** The group; when there is none, latches. */
  private static @Nullable ConsumerGroup group(CommandContext context, int key) {
    StreamValue stream = stream(context, key, false);
    ConsumerGroup group = stream == null ? null : stream.group(context.request().copy(GROUP));
    if (group == null) {
      context.fail(noGroup(context, GROUP, key));
    }
    return group;
  }

  /** The options of CREATE and SETID. */
  private static final class Options {
    private long entriesRead = ConsumerGroup.UNKNOWN;
    private boolean mayCreate;

    Options(CommandContext context, boolean ofCreate) {
      for (int i = OPTIONS; i < context.count() && !context.failed(); i++) {
        if (ofCreate && context.is(i, "MKSTREAM")) {
          mayCreate = true;
        } else if (i + 1 < context.count() && context.is(i, "ENTRIESREAD")) {
          entriesRead = context.integer(++i);
          if (entriesRead < 0 && entriesRead != ConsumerGroup.UNKNOWN) {
            context.fail("ERR value for ENTRIESREAD must be positive or -1");
          }
        } else {
          Subcommands.syntaxError(context);
        }
      }
    }
  }

  // ---- subcommands

  private static void create(CommandContext context, int key) {
    Options options = new Options(context, true);
    StreamValue found = stream(context, key, options.mayCreate);
    if (!context.failed() && context.count() > CREATE_COUNT_MAX) {
      Subcommands.syntaxError(context);
    }
    if (context.failed()) {
      return;
    }
    StreamId id = found == null ? StreamId.MIN : found.lastId();
    if (!context.is(4, "$")) {
      id = StreamArguments.id(context, 4);
    }
    byte[] name = context.request().copy(GROUP);
    if (context.failed()) {
      return;
    }
    StreamValue stream = found == null ? StreamCommands.create(context, key) : found;
    if (stream.group(name) != null) {
      context.fail("BUSYGROUP Consumer Group name already exists");
      return;
    }
    stream.addGroup(name, id, options.entriesRead);
    changed(context, key);
    context.reply().ok();
  }

  private static void setId(CommandContext context, int key) {
    Options options = new Options(context, false);
    StreamValue stream = stream(context, key, false);
    ConsumerGroup group = group(context, key);
    if (!context.failed() && context.count() != 5 && context.count() != 7) {
      Subcommands.syntaxError(context);
    }
    if (context.failed() || stream == null || group == null) {
      return;
    }
    StreamId id = context.is(4, "$") ? stream.lastId() : StreamArguments.idOrEdge(context, 4);
    if (!context.failed()) {
      group.moveTo(id, options.entriesRead);
      changed(context, key);
      context.reply().ok();
    }
  }

  private static void destroy(CommandContext context, int key) {
    StreamValue stream = stream(context, key, false);
    if (stream == null) {
      return;
    }
    ConsumerGroup group = stream.group(context.request().copy(GROUP));
    if (group != null) {
      stream.remove(group);
      changed(context, key);
    }
    context.reply().integer(group == null ? 0 : 1);
  }

  private static void createConsumer(CommandContext context) {
    ConsumerGroup group = group(context, KEY);
    if (group == null) {
      return;
    }
    byte[] name = context.request().copy(4);
    boolean isNew = group.consumer(name) == null;
    if (isNew) {
      Consumer consumer = group.demandConsumer(name);
      consumer.seen(context.nowMillis());
      new ClaimEffect(context, KEY, group, consumer, 0, 0).end(true);
    }
    context.reply().integer(isNew ? 1 : 0);
  }

  private static void deleteConsumer(CommandContext context, int key) {
    ConsumerGroup group = group(context, key);
    if (group == null) {
      return;
    }
    Consumer consumer = group.consumer(context.request().copy(4));
    int pending = consumer == null ? 0 : consumer.pendingCount();
    if (consumer != null) {
      group.remove(consumer);
      changed(context, key);
    }
    context.reply().integer(pending);
  }

  // ---- XACK

  private static void xack(CommandContext context) {
    StreamValue stream = context.find(1, StreamValue.class);
    ConsumerGroup group = stream == null ? null : stream.group(context.request().copy(2));
    if (context.failed()) {
      return;
    }
    StreamId[] ids = group == null ? new StreamId[0] : StreamCommands.ids(context, 3);
    if (context.failed()) {
      return;
    }
    int acknowledged = 0;
    for (StreamId id : ids) {
      acknowledged += group != null && group.acknowledge(id) ? 1 : 0;
    }
    if (acknowledged > 0) {
      context.changed();
    }
    context.reply().integer(acknowledged);
  }

  public static void bind(HandlerTable table) {
    table.bind(Command.XGROUP, GroupCommands::xgroup);
    table.bind(Command.XACK, GroupCommands::xack);
  }
}
