package io.slotferry.server.importer;

import io.slotferry.protocol.Reply;
import io.slotferry.server.client.RespClient;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/**
 * A running Redis, which takes us for a replica: it sends all of its data as an RDB file, and then
 * every write as a command.
 *
 * <pre>
 *   PING, AUTH, REPLCONF, PSYNC ? -1 → +FULLRESYNC id offset → $length, the file → commands
 *                     PSYNC id offset → +CONTINUE            →                     commands
 * </pre>
 *
 * <p>Thread: one.
 */
final class ReplicationSource implements AutoCloseable {
  /** It may take long until the file is written, but a sign of life comes every second. */
  private static final int SILENCE_MILLIS_MAX = 60_000;

  private static final String FULL = "FULLRESYNC ";
  private static final String CONTINUE = "CONTINUE";

  private final SourceAddress source;
  private RespClient connection;
  private String replicationId = "?";

  /** Of the stream's first byte that this connection carries. */
  private long startOffset;

  private long readBefore;

  private ReplicationSource(SourceAddress source, RespClient connection) {
    this.source = source;
    this.connection = connection;
  }

  static ReplicationSource connect(SourceAddress source) throws ImportException {
    try {
      return new ReplicationSource(source, open(source));
    } catch (IOException e) {
      throw new ImportException("cannot connect to " + source + ": " + e.getMessage());
    }
  }

  private static RespClient open(SourceAddress source) throws IOException, ImportException {
    RespClient connection = RespClient.connect(source.address(), SILENCE_MILLIS_MAX);
    if (!source.password().isEmpty()) {
      demand(
          connection,
          source,
          source.user().isEmpty()
              ? new String[] {"AUTH", source.password()}
              : new String[] {"AUTH", source.user(), source.password()});
    }
    demand(connection, source, "PING");
    demand(connection, source, "REPLCONF", "capa", "psync2");
    return connection;
  }

  private static void demand(RespClient connection, SourceAddress source, String... command)
      throws IOException, ImportException {
    if (connection.call(command) instanceof Reply.SimpleError(String error)) {
      connection.close();
      throw refused(source, command[0], error);
    }
  }

  private static ImportException refused(SourceAddress source, String command, String error) {
    String advice =
        error.startsWith("NOAUTH") || error.startsWith("WRONGPASS")
            ? " (give the password as redis://user:password@host:port)"
            : error.startsWith("NOPERM")
                ? " (the user needs `+psync +replconf +ping`)"
                : " (where replication is not allowed, make a file with `redis-cli --rdb FILE`)";
    return new ImportException(source + " answers " + command + " with: " + error + advice);
  }

  /** The length of the file that {@link #file} gives from then on. */
  long requestFile() throws ImportException {
    try {
      connection.add("PSYNC", "?", "-1");
      connection.flush();
      String answer = line();
      if (!answer.startsWith("+" + FULL)) {
        throw refused(source, "PSYNC", answer.substring(1));
      }
      String[] words = answer.substring(1 + FULL.length()).split(" ");
      replicationId = words[0];
      startOffset = Long.parseLong(words[1]);
      readBefore = connection.bytesRead();
      String length = line();
      if (!length.matches("\\$\\d+")) {
        throw refused(source, "PSYNC", length);
      }
      return Long.parseLong(length.substring(1));
    } catch (IOException e) {
      throw broken(e);
    }
  }

  /** The next line that is no sign of life. */
  private String line() throws IOException {
    String line = connection.readLine();
    while (line.isEmpty()) {
      line = connection.readLine();
    }
    return line;
  }

  /** The file; to be read to its end. */
  InputStream file(long length) {
    return connection.readRaw(length);
  }

  ImportException broken(IOException e) {
    return new ImportException(
        "the connection to "
            + source
            + " broke ("
            + e.getMessage()
            + "): if it closes replicas that read slowly, raise its client-output-buffer-limit for"
            + " replicas and repl-timeout; then import again with --existing replace");
  }

  // ---- the stream

  /** The next command. */
  byte[][] next() throws IOException {
    Reply reply = connection.read();
    if (!(reply instanceof Reply.Array(List<Reply> elements))) {
      throw new IOException("it sent " + reply + " where a command is");
    }
    byte[][] command = new byte[elements.size()][];
    for (int i = 0; i < command.length; i++) {
      if (!(elements.get(i) instanceof Reply.BulkString(byte[] bytes))) {
        throw new IOException("it sent a command with " + elements.get(i));
      }
      command[i] = bytes;
    }
    return command;
  }

  /** Of the end of what {@link #next} has given. */
  long offset() {
    return startOffset + connection.bytesRead() - readBefore;
  }

  /** Whether more of the stream has come already. */
  boolean hasMore() {
    return connection.hasInput();
  }

  /** Tells the source how far we are, so that it keeps the connection, and its WAIT counts us. */
  void acknowledge() throws IOException {
    connection.add("REPLCONF", "ACK", Long.toString(offset()));
    connection.flush();
  }

  /**
   * Goes on with the stream over a new connection.
   *
   * @throws IOException if there is none at the moment
   */
  void resume() throws IOException, ImportException {
    long offset = offset();
    connection.close();
    connection = open(source);
    connection.add("PSYNC", replicationId, Long.toString(offset + 1));
    connection.flush();
    String answer = line();
    if (!answer.startsWith("+" + CONTINUE)) {
      throw new ImportException(
          source
              + " no longer has its stream from byte "
              + offset
              + " on: import again with --existing replace");
    }
    String newId = answer.substring(1 + CONTINUE.length()).strip();
    replicationId = newId.isEmpty() ? replicationId : newId;
    startOffset = offset;
    readBefore = connection.bytesRead();
  }

  @Override
  public void close() {
    connection.close();
  }
}
