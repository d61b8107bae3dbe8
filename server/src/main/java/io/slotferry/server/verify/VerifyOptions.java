package io.slotferry.server.verify;

import io.slotferry.server.config.HostPort;
import io.slotferry.topology.Durability;
import java.util.List;

/**
 * What load a {@link Verification} puts on a cluster.
 *
 * @param gateways where clients connect to; each tries the next when one does not answer
 * @param password what AUTH gets; empty for none
 * @param keyspace the number of the keyspace to write to
 * @param clients connections at a time
 * @param operationsPerSecond of all clients together
 * @param durability what clients ask for, and what their history is held to
 * @param replicas how many replicas each pipeline asks WAIT for; 0 to not ask
 * @param seed of what is written and read
 */
public record VerifyOptions(
    List<HostPort> gateways,
    String password,
    int keyspace,
    int clients,
    int operationsPerSecond,
    Durability durability,
    int replicas,
    long seed) {
  public static final int CLIENTS_MAX = 256;
  public static final int OPERATIONS_PER_SECOND_MAX = 100_000;

  /** A moderate load. */
  public static VerifyOptions of(HostPort... gateways) {
    return new VerifyOptions(List.of(gateways), "", 0, 8, 10_000, Durability.ASYNC, 0, 1);
  }

  public VerifyOptions withClients(int number) {
    return new VerifyOptions(
        gateways, password, keyspace, number, operationsPerSecond, durability, replicas, seed);
  }

  public VerifyOptions withReplicas(int number) {
    return new VerifyOptions(
        gateways, password, keyspace, clients, operationsPerSecond, durability, number, seed);
  }
}
