package io.slotferry.gateway;

import io.slotferry.protocol.GlobPattern;
import io.slotferry.protocol.Reply;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.Libraries;
import io.slotferry.topology.Library;
import io.slotferry.topology.MapChange;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Comparator;
import java.util.List;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/**
 * FUNCTION: the libraries stand in the cluster's map. One that is loaded is checked by a shard, and
 * then the map is asked to have it; the answer comes when this gateway's map does.
 */
final class FunctionCommands {
  private static final String LATER = "TRYAGAIN the libraries cannot be changed now";

  static final GatewayCommand TABLE =
      new Subcommands(Command.FUNCTION)
          .add(
              "LOAD [REPLACE] <FUNCTION CODE>",
              "Create a new library with the given library name and code.",
              -3,
              FunctionCommands::load)
          .add("DELETE <LIBRARY NAME>", "Delete the given library.", 3, FunctionCommands::delete)
          .add(
              "LIST [LIBRARYNAME PATTERN] [WITHCODE]",
              "Return general information on all the libraries.",
              -2,
              FunctionCommands::list)
          .add(
              "STATS",
              "Return information about the current function running.",
              2,
              FunctionCommands::stats)
          .add("KILL", "Kill the current running function.", 2, FunctionCommands::kill)
          .add("FLUSH [ASYNC|SYNC]", "Delete all the libraries.", -2, FunctionCommands::flush)
          .add(
              "DUMP",
              "Return a serialized payload representing the current libraries, can be restored"
                  + " using FUNCTION RESTORE command",
              2,
              FunctionCommands::dump)
          .add(
              "RESTORE <PAYLOAD> [FLUSH|APPEND|REPLACE]",
              "Restore the libraries represented by the given payload.",
              -3,
              FunctionCommands::restore);

  private FunctionCommands() {}

  private static Libraries libraries(Session session) {
    return session.loop.router().map().libraries();
  }

  // ---- changes

  private static boolean load(Session session, Request request, ReplyWriter reply) {
    int code = request.count() - 1;
    boolean replace = false;
    for (int i = 2; i < code; i++) {
      if (!request.is(i, "REPLACE")) {
        reply.error("ERR Unknown option given: " + request.text(i));
        return true;
      }
      replace = true;
    }
    byte[] library = request.copy(code);
    return new Load(session, library, replace)
        .ask(Command.CHECK_LIBRARY, question("CHECK", library), reply);
  }

  private static Request question(String what, byte[]... arguments) {
    byte[][] all = new byte[arguments.length + 2][];
    all[0] = Command.CHECK_LIBRARY.lowerName().getBytes(StandardCharsets.US_ASCII);
    all[1] = what.getBytes(StandardCharsets.US_ASCII);
    System.arraycopy(arguments, 0, all, 2, arguments.length);
    return Request.of(all);
  }

  /** A library on its way: a shard has said what is in it. */
  private static final class Load extends ShardQuestion {
    private final Session session;
    private final byte[] code;
    private final boolean replace;

    Load(Session session, byte[] code, boolean replace) {
      super(session.loop.router(), session);
      this.session = session;
      this.code = code;
      this.replace = replace;
    }

    @Override
    boolean take(byte[] bytes, int offset, int length, ReplyWriter answer) {
      ReplyReader reader = new ReplyReader(bytes, offset, length);
      Reply checked = reader.isErrorNext() ? null : reader.read();
      if (!(checked instanceof Reply.Array(List<Reply> elements))) {
        answer.raw(bytes, offset, length);
        return true;
      }
      Library library = library(code, elements);
      Libraries before = libraries(session);
      String refusal = refusal(before, library);
      if (refusal != null) {
        answer.error(refusal);
        return true;
      }
      Library known = before.find(library.name());
      if (known != null && Arrays.equals(known.code(), code)) {
        answer.bulk(library.name());
        return true;
      }
      List<Library> after = new ArrayList<>(before.all());
      after.removeIf(other -> other.name().equals(library.name()));
      after.add(library);
      propose(session, before, after, target(), loaded -> loaded.bulk(library.name()));
      return false;
    }

    private @Nullable String refusal(Libraries before, Library library) {
      if (!replace && before.find(library.name()) != null) {
        return "ERR Library '" + library.name() + "' already exists";
      }
      for (Library other : before.all()) {
        for (Library.Function function : other.functions()) {
          boolean taken =
              library.functions().stream()
                  .anyMatch(own -> own.name().equalsIgnoreCase(function.name()));
          if (taken && !other.name().equals(library.name())) {
            return "ERR Function " + function.name() + " already exists";
          }
        }
      }
      return null;
    }
  }

  /** A library out of what a shard has told of its code. */
  private static Library library(byte[] code, List<Reply> elements) {
    List<Library.Function> functions = new ArrayList<>();
    for (Reply element : elements.subList(1, elements.size())) {
      List<String> words = elements(element).stream().map(FunctionCommands::text).toList();
      functions.add(
          new Library.Function(words.get(0), words.get(1), words.subList(2, words.size())));
    }
    return new Library(text(elements.getFirst()), code, functions);
  }

  private static List<Reply> elements(Reply reply) {
    return ((Reply.Array) reply).elements();
  }

  private static String text(Reply reply) {
    return ((Reply.BulkString) reply).text();
  }

  // ---- DUMP and RESTORE

  private static boolean dump(Session session, Request request, ReplyWriter reply) {
    byte[][] codes = libraries(session).all().stream().map(Library::code).toArray(byte[][]::new);
    return session
        .loop
        .router()
        .execute(session, Command.CHECK_LIBRARY, question("DUMP", codes), reply);
  }

  private static boolean restore(Session session, Request request, ReplyWriter reply) {
    if (request.count() > 4) {
      reply.error(Subcommands.tooMany(request));
      return true;
    }
    boolean replace = request.count() == 4 && request.is(3, "REPLACE");
    boolean flush = request.count() == 4 && request.is(3, "FLUSH");
    if (request.count() == 4 && !replace && !flush && !request.is(3, "APPEND")) {
      reply.error(
          "ERR Wrong restore policy given, value should be either FLUSH, APPEND or REPLACE.");
      return true;
    }
    return new Restore(session, replace, flush)
        .ask(Command.CHECK_LIBRARY, question("READ", request.copy(2)), reply);
  }

  /** A dump on its way: a shard has read it. */
  private static final class Restore extends ShardQuestion {
    private final Session session;
    private final boolean replace;
    private final boolean flush;

    Restore(Session session, boolean replace, boolean flush) {
      super(session.loop.router(), session);
      this.session = session;
      this.replace = replace;
      this.flush = flush;
    }

    @Override
    boolean take(byte[] bytes, int offset, int length, ReplyWriter answer) {
      ReplyReader reader = new ReplyReader(bytes, offset, length);
      Reply read = reader.isErrorNext() ? null : reader.read();
      if (!(read instanceof Reply.Array(List<Reply> dumped))) {
        answer.raw(bytes, offset, length);
        return true;
      }
      Libraries before = libraries(session);
      List<Library> after = new ArrayList<>(flush ? List.of() : before.all());
      for (Reply each : dumped) {
        byte[] code = ((Reply.BulkString) elements(each).getFirst()).bytes();
        Library library = library(code, elements(elements(each).getLast()));
        boolean known = after.removeIf(other -> other.name().equals(library.name()));
        if (known && !replace) {
          answer.error("ERR Library " + library.name() + " already exists");
          return true;
        }
        after.add(library);
      }
      propose(session, before, after, target(), ReplyWriter::ok);
      return false;
    }
  }

  private static boolean delete(Session session, Request request, ReplyWriter reply) {
    Libraries before = libraries(session);
    List<Library> after = new ArrayList<>(before.all());
    if (!after.removeIf(library -> library.name().equals(request.text(2)))) {
      reply.error("ERR Library not found");
      return true;
    }
    propose(session, before, after, session.later(), ReplyWriter::ok);
    return false;
  }

  private static boolean flush(Session session, Request request, ReplyWriter reply) {
    if (request.count() > 3) {
      reply.error(Subcommands.tooMany(request));
      return true;
    }
    if (request.count() == 3 && !request.is(2, "ASYNC") && !request.is(2, "SYNC")) {
      reply.error("ERR FUNCTION FLUSH only supports SYNC|ASYNC option");
      return true;
    }
    Libraries before = libraries(session);
    if (before.all().isEmpty()) {
      reply.ok();
      return true;
    }
    propose(session, before, List.of(), session.later(), ReplyWriter::ok);
    return false;
  }

  /** Asks for the map to have these libraries; later commands of the connection wait for it. */
  private static void propose(
      Session session,
      Libraries before,
      List<Library> after,
      ReplyTarget target,
      Consumer<ReplyWriter> success) {
    session.hold();
    GatewayLoop loop = session.loop;
    List<Library> sorted = new ArrayList<>(after);
    sorted.sort(Comparator.comparing(Library::name));
    loop.gateway()
        .maps()
        .propose(new MapChange.SetLibraries(before.revision(), sorted))
        .onComplete((answer, failure) -> {
          long version = failure == null ? answer.version() : 0;
          String refusal =
              failure != null ? LATER : answer.refusal() == null ? null : "ERR " + answer.refusal();
          loop.execute(
              () -> loop.whenMapIsAt(version, () -> answer(session, target, refusal, success)));
        });
  }

  private static void answer(
      Session session,
      ReplyTarget target,
      @Nullable String refusal,
      Consumer<ReplyWriter> success) {
    ReplyWriter reply = new ReplyWriter(64);
    if (refusal == null) {
      success.accept(reply);
    } else {
      reply.error(refusal);
    }
    target.replied(reply.bytes(), 0, reply.size());
    session.release();
  }

  // ---- questions

  private static boolean list(Session session, Request request, ReplyWriter reply) {
    String pattern = null;
    boolean withCode = false;
    for (int i = 2; i < request.count(); i++) {
      if (!withCode && request.is(i, "WITHCODE")) {
        withCode = true;
      } else if (pattern == null && request.is(i, "LIBRARYNAME")) {
        if (++i == request.count()) {
          reply.error("ERR library name argument was not given");
          return true;
        }
        pattern = request.text(i);
      } else {
        reply.error("ERR Unknown argument " + request.text(i));
        return true;
      }
    }
    List<Library> found = new ArrayList<>();
    for (Library library : libraries(session).all()) {
      if (pattern == null || GlobPattern.matchesName(pattern, library.name())) {
        found.add(library);
      }
    }
    reply.array(found.size());
    for (Library library : found) {
      write(library, withCode, reply);
    }
    return true;
  }

  private static void write(Library library, boolean withCode, ReplyWriter reply) {
    reply.map(withCode ? 4 : 3);
    reply.bulk("library_name");
    reply.bulk(library.name());
    reply.bulk("engine");
    reply.bulk("LUA");
    reply.bulk("functions");
    reply.array(library.functions().size());
    for (Library.Function function : library.functions()) {
      reply.map(3);
      reply.bulk("name");
      reply.bulk(function.name());
      reply.bulk("description");
      if (function.description().isEmpty()) {
        reply.nullBulk();
      } else {
        reply.bulk(function.description());
      }
      reply.bulk("flags");
      reply.set(function.flags().size());
      function.flags().forEach(reply::simple);
    }
    if (withCode) {
      reply.bulk("library_code");
      reply.bulk(library.code());
    }
  }

  /** What runs, the shards know. */
  private static boolean stats(Session session, Request request, ReplyWriter reply) {
    List<Library> all = libraries(session).all();
    ShardQuestion question =
        new ShardQuestion(session.loop.router(), session) {
          @Override
          boolean take(byte[] bytes, int offset, int length, ReplyWriter answer) {
            writeStats(new ReplyReader(bytes, offset, length), all, answer);
            return true;
          }
        };
    Request running = Request.of(Command.FIND_SCRIPTS.lowerName(), "STATS");
    return question.ask(Command.FIND_SCRIPTS, running, reply);
  }

  /**
   * @param running an array, as {@code !script STATS} answers
   */
  private static void writeStats(ReplyReader running, List<Library> all, ReplyWriter reply) {
    boolean any = running.next() && running.elements() > 0;
    if (running.isErrorNext()) {
      reply.raw(running.buffer(), running.position(), running.remaining());
      return;
    }
    reply.map(2);
    reply.bulk("running_script");
    if (any) {
      int start = running.position();
      running.skip();
      reply.raw(running.buffer(), start, running.position() - start);
    } else {
      reply.nullBulk();
    }
    reply.bulk("engines");
    reply.map(1);
    reply.bulk("LUA");
    reply.map(2);
    reply.bulk("libraries_count");
    reply.integer(all.size());
    reply.bulk("functions_count");
    reply.integer(all.stream().mapToInt(library -> library.functions().size()).sum());
  }

  private static boolean kill(Session session, Request request, ReplyWriter reply) {
    return ScriptCommands.kill(session, "FUNCTION", reply);
  }
}
