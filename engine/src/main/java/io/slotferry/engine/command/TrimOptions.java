package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.Effect;
import io.slotferry.engine.value.StreamId;
import io.slotferry.engine.value.StreamValue;

/** The options of XADD and XTRIM: {@code MAXLEN|MINID [=|~] threshold [LIMIT count]}. */
final class TrimOptions {
  private static final byte[] MINID = Effect.name("MINID");
  private static final byte[] EXACTLY = Effect.name("=");

  private enum Strategy {
    NONE,
    MAXLEN,
    MINID
  }

  private static final int OPTIONS = 2;

  private final CommandContext context;
  private final boolean ofXadd;
  private Strategy strategy = Strategy.NONE;
  private boolean approximate;
  private long maxLength;
  private StreamId minId = StreamId.MIN;
  private long limit;
  private boolean limited;
  private boolean mayNotCreate;

  /** Where XADD's ID stands, or where it is missing. */
  private int idArgument;

  private TrimOptions(CommandContext context, boolean ofXadd) {
    this.context = context;
    this.ofXadd = ofXadd;
  }

  /** Parses up to XADD's ID, which it leaves to be parsed; latches the first error. */
  static TrimOptions parse(CommandContext context, boolean ofXadd) {
    TrimOptions options = new TrimOptions(context, ofXadd);
    options.parse();
    return options;
  }

  int idArgument() {
    return idArgument;
  }

  /** NOMKSTREAM. */
  boolean mayNotCreate() {
    return mayNotCreate;
  }

  private void parse() {
    int i = OPTIONS;
    while (i < context.count() && !context.failed()) {
      int next = option(i);
      if (next == i) {
        break;
      }
      i = next;
    }
    idArgument = i;
  }

  /** Takes an option; returns what follows, or its own position when it is none. */
  private int option(int i) {
    boolean hasNext = i + 1 < context.count();
    if (hasNext && context.is(i, "MAXLEN")) {
      return threshold(i, Strategy.MAXLEN);
    } else if (hasNext && context.is(i, "MINID")) {
      return threshold(i, Strategy.MINID);
    } else if (hasNext && context.is(i, "LIMIT")) {
      limit = context.integer(i + 1);
      limited = true;
      if (limit < 0) {
        context.fail("ERR The LIMIT argument must be >= 0.");
      }
      return i + 2;
    } else if (ofXadd && context.is(i, "NOMKSTREAM")) {
      mayNotCreate = true;
      return i + 1;
    } else if (!ofXadd) {
      context.syntaxError();
    }
    return i;
  }

  private int threshold(int i, Strategy wanted) {
    if (strategy != Strategy.NONE) {
      context.fail(
          "ERR syntax error, MAXLEN and MINID options at the same time are not compatible");
    }
    strategy = wanted;
    int at = i + 1;
    boolean hasNext = at + 1 < context.count();
    approximate = hasNext && context.is(at, "~");
    at += approximate || (hasNext && context.is(at, "=")) ? 1 : 0;
    if (wanted == Strategy.MINID) {
      minId = StreamArguments.id(context, at);
    } else {
      maxLength = context.integer(at);
      if (maxLength < 0) {
        context.fail("ERR The MAXLEN argument must be >= 0.");
      }
    }
    return at + 1;
  }

  /** What has to hold for the options together; of XADD, its ID comes before. */
  void check() {
    if (limit > 0 && strategy == Strategy.NONE) {
      context.fail("ERR syntax error, LIMIT cannot be used without specifying a trimming strategy");
    } else if (!ofXadd && strategy == Strategy.NONE) {
      context.fail("ERR syntax error, XTRIM must be called with a trimming strategy");
    } else if (limited && !approximate) {
      context.fail("ERR syntax error, LIMIT cannot be used without the special ~ option");
    }
    if (approximate && !limited) {
      limit = context.settings().streamNodes().trimmedMax();
    }
  }

  /** Whether the same request trims an equal copy in the same way, whatever its blocks. */
  boolean isExact() {
    return !approximate;
  }

  /** Trims; returns how many entries went. */
  int trim(StreamValue stream) {
    return switch (strategy) {
      case NONE -> 0;
      case MAXLEN -> stream.trimToLength(maxLength, approximate, limit);
      case MINID -> stream.trimToId(minId, approximate, limit);
    };
  }

  /** Adds what takes the same blocks from an equal copy: the ID of the first that has stayed. */
  static void addTo(Effect effect, StreamValue stream) {
    effect.bytes(MINID).bytes(EXACTLY).bytes(stream.firstBlockId().toBytes());
  }
}
