package io.slotferry.gateway.http;

import io.micrometer.core.instrument.FunctionCounter;
import io.micrometer.core.instrument.Gauge;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.prometheus.metrics.model.registry.Collector;
import io.prometheus.metrics.model.snapshots.CounterSnapshot;
import io.prometheus.metrics.model.snapshots.CounterSnapshot.CounterDataPointSnapshot;
import io.prometheus.metrics.model.snapshots.Labels;
import io.slotferry.gateway.GatewayCounters;
import java.util.function.ToDoubleFunction;

/** What a gateway counts, as meters; once for each gateway and registry. */
public final class GatewayMeters {
  private static final String PREFIX = "slotferry.gateway.";

  private final GatewayCounters counters;
  private final PrometheusMeterRegistry registry;

  private GatewayMeters(GatewayCounters counters, PrometheusMeterRegistry registry) {
    this.counters = counters;
    this.registry = registry;
  }

  /** Thread: any. */
  public static void bind(GatewayCounters counters, PrometheusMeterRegistry registry) {
    new GatewayMeters(counters, registry).bind();
  }

  private void bind() {
    counter("commands", "Commands received", GatewayCounters::commands);
    counter("connections.accepted", "Connections accepted", GatewayCounters::connectionsAccepted);
    counter(
        "connections.rejected",
        "Connections refused because there were too many",
        GatewayCounters::connectionsRejected);
    counter("errors", "Error replies that the gateway itself made", GatewayCounters::errors);
    counter("input.bytes", "Bytes read from RESP clients", GatewayCounters::inputBytes);
    counter("output.bytes", "Bytes written to RESP clients", GatewayCounters::outputBytes);
    counter(
        "reroutes",
        "Commands routed again because a shard did not take them",
        GatewayCounters::reroutes);
    counter("replica.reads", "Reads that replicas were asked", GatewayCounters::replicaReads);
    counter(
        "replica.refusals",
        "Reads that replicas did not answer, and leaders did",
        GatewayCounters::replicaRefusals);
    counter("uncertain", "Writes of unknown fate", GatewayCounters::uncertain);
    Gauge.builder(PREFIX + "connections", counters, GatewayCounters::connections)
        .description("Connections that are open")
        .register(registry);
    // Shards come and go, which the registry's own counters, fixed at their start, cannot follow.
    registry.getPrometheusRegistry().register((Collector) this::shardErrors);
  }

  private void counter(String name, String description, ToDoubleFunction<GatewayCounters> count) {
    FunctionCounter.builder(PREFIX + name, counters, count)
        .description(description)
        .register(registry);
  }

  private CounterSnapshot shardErrors() {
    CounterSnapshot.Builder snapshot =
        CounterSnapshot.builder()
            .name("slotferry_gateway_shard_errors")
            .help("Commands that ended without the shard's answer");
    counters.forEachShardError((shard, count) ->
        snapshot.dataPoint(
            CounterDataPointSnapshot.builder()
                .labels(Labels.of("shard", shard.toString()))
                .value((double) count)
                .build()));
    return snapshot.build();
  }
}
