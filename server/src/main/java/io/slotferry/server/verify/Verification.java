package io.slotferry.server.verify;

import io.slotferry.protocol.Reply;
import io.slotferry.server.client.RespClient;
import io.slotferry.server.verify.Operation.Append;
import io.slotferry.server.verify.Operation.ListRead;
import io.slotferry.server.verify.Operation.Read;
import io.slotferry.server.verify.Operation.Write;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.concurrent.ThreadLocalRandom;
import java.util.concurrent.TimeUnit;
import org.HdrHistogram.Histogram;

/**
 * A load on a running cluster, from several clients, and the checks of its history: {@link #start},
 * whatever shall happen to the cluster meanwhile, {@link #finish}.
 *
 * <p>Thread: one; {@link #progress} on any.
 */
public final class Verification implements AutoCloseable {
  /** A client ends once its pipeline is answered, or its connection has timed out. */
  private static final Duration END_MAX = Duration.ofSeconds(60);

  /** The cluster may be in the midst of a failover when all is read at the end. */
  private static final long LAST_READ_NANOS_MAX = TimeUnit.SECONDS.toNanos(30);

  private static final long RETRY_MILLIS = 200;
  private static final int PIPELINE = 100;

  private final VerifyOptions options;
  private final Connector connector;
  private final Keys keys = new Keys(runName());
  private final Tally tally = new Tally();
  private final List<VerifyClient> clients = new ArrayList<>();
  private final List<Thread> threads = new ArrayList<>();
  private final long startNanos = System.nanoTime();

  private Verification(VerifyOptions options) {
    this.options = options;
    this.connector = new Connector(options);
  }

  private static String runName() {
    return HexFormat.of().toHexDigits(ThreadLocalRandom.current().nextLong(), 6);
  }

  /**
   * Starts the clients.
   *
   * @throws IOException if a first connection cannot be had; the message says why
   */
  public static Verification start(VerifyOptions options) throws IOException {
    Verification verification = new Verification(options);
    verification.connector.connect().close();
    for (int i = 0; i < options.clients(); i++) {
      VerifyClient client =
          new VerifyClient(
              verification.connector,
              verification.keys,
              verification.tally,
              options,
              options.seed() * VerifyOptions.CLIENTS_MAX + i);
      verification.clients.add(client);
      verification.threads.add(
          Thread.ofPlatform().daemon().name("verify-client-" + (i + 1)).start(client));
    }
    return verification;
  }

  public Progress progress() {
    return progress(tally.recentLatencies());
  }

  private Progress progress(Histogram micros) {
    return new Progress(
        tally.operations.sum(),
        tally.acknowledged.sum(),
        tally.confirmed.sum(),
        tally.unknown.sum(),
        tally.errors(),
        tally.connectionsLost.sum(),
        micros.getValueAtPercentile(99),
        micros.getMaxValue());
  }

  /**
   * Ends the load, reads everything back, and checks the history. What was written is still there
   * until {@link #close}.
   *
   * @throws IOException if the cluster does not give back what was written
   */
  public Verdict finish() throws IOException, InterruptedException {
    long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - startNanos);
    endClients();
    List<ListHistory> lists = new ArrayList<>();
    for (int i = 0; i < keys.lists(); i++) {
      lists.add(new ListHistory(keys.list(i)));
    }
    List<RegisterHistory> registers = new ArrayList<>();
    for (int i = 0; i < Keys.REGISTERS; i++) {
      registers.add(new RegisterHistory(keys.register(i)));
    }
    for (VerifyClient client : clients) {
      for (Operation operation : client.history()) {
        switch (operation) {
          case Append append -> lists.get(append.list()).add(append);
          case ListRead read -> lists.get(read.list()).add(read);
          case Write write -> registers.get(write.register()).add(write);
          case Read read -> registers.get(read.register()).add(read);
        }
      }
    }
    Findings findings = new Findings();
    List<long[]> last = readLists();
    for (int i = 0; i < last.size(); i++) {
      lists.get(i).check(last.get(i), findings);
    }
    registers.forEach(register -> register.check(findings));
    Histogram latencies = tally.latencies();
    return new Verdict(
        options.durability(),
        millis,
        progress(latencies),
        latencies.getValueAtPercentile(50),
        lists.size(),
        tally.errorTexts(),
        findings);
  }

  private void endClients() throws InterruptedException {
    clients.forEach(VerifyClient::end);
    for (Thread thread : threads) {
      if (!thread.join(END_MAX)) {
        throw new IllegalStateException(thread.getName() + " does not end");
      }
    }
  }

  private List<long[]> readLists() throws IOException, InterruptedException {
    List<long[]> lists = new ArrayList<>();
    long deadline = System.nanoTime() + LAST_READ_NANOS_MAX;
    while (true) {
      try (RespClient connection = connector.connect()) {
        while (lists.size() < keys.lists()) {
          readSome(connection, lists);
        }
        return lists;
      } catch (IOException e) {
        if (System.nanoTime() > deadline) {
          throw new IOException("cannot read back what was written: " + e.getMessage(), e);
        }
        Thread.sleep(RETRY_MILLIS);
      }
    }
  }

  /** Reads the next lists; those that were read remain when it fails. */
  private void readSome(RespClient connection, List<long[]> lists) throws IOException {
    int from = lists.size();
    int to = Math.min(keys.lists(), from + PIPELINE);
    for (int i = from; i < to; i++) {
      connection.add("LRANGE", keys.list(i), "0", "-1");
    }
    connection.flush();
    for (int i = from; i < to; i++) {
      Reply reply = connection.read();
      if (!(reply instanceof Reply.Array(List<Reply> elements))) {
        throw new IOException(keys.list(i) + " reads as " + reply);
      }
      lists.add(elements.stream().mapToLong(VerifyClient::number).toArray());
    }
  }

  /** Ends the load if it still runs, and removes what it wrote, as far as the cluster answers. */
  @Override
  public void close() {
    try {
      endClients();
      try (RespClient connection = connector.connect()) {
        for (int from = 0; from < keys.lists(); from += PIPELINE) {
          int to = Math.min(keys.lists(), from + PIPELINE);
          for (int i = from; i < to; i++) {
            connection.add("UNLINK", keys.list(i));
          }
          connection.flush();
          for (int i = from; i < to; i++) {
            connection.read();
          }
        }
        for (int i = 0; i < Keys.REGISTERS; i++) {
          connection.call("UNLINK", keys.register(i));
        }
      }
    } catch (IOException e) {
      // The cluster is gone, or about to be; what is left has names that say what it is.
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    }
  }
}
