package io.slotferry.server.node;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.binder.jvm.JvmGcMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmMemoryMetrics;
import io.micrometer.core.instrument.binder.jvm.JvmThreadMetrics;
import io.micrometer.core.instrument.binder.system.ProcessorMetrics;
import io.micrometer.core.instrument.binder.system.UptimeMetrics;
import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.slotferry.topology.message.CopyReport;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.function.Supplier;
import java.util.function.ToLongFunction;
import org.jspecify.annotations.Nullable;

/**
 * What this process measures, for Prometheus.
 *
 * <p>Thread: any.
 */
final class Metrics implements AutoCloseable {
  private final PrometheusMeterRegistry registry =
      new PrometheusMeterRegistry(PrometheusConfig.DEFAULT);
  private final Map<String, List<Gauge>> copies = new ConcurrentHashMap<>();
  private final JvmGcMetrics garbageCollection = new JvmGcMetrics();

  Metrics(MapFollower map) {
    new JvmMemoryMetrics().bindTo(registry);
    new JvmThreadMetrics().bindTo(registry);
    new ProcessorMetrics().bindTo(registry);
    new UptimeMetrics().bindTo(registry);
    garbageCollection.bindTo(registry);
    Gauge.builder("slotferry.map.version", map, follower -> follower.current().version())
        .description("Version of the cluster map that this process has")
        .register(registry);
  }

  /**
   * Shows a copy of this process.
   *
   * @param report what it said of itself last, null for a spare one
   */
  void addCopy(String node, Supplier<@Nullable CopyReport> report) {
    copies.put(
        node,
        List.of(
            copyGauge(
                "shard", "Shard that it is a copy of, 0 for none", node, report, CopyReport::shard),
            copyGauge("epoch", "Epoch of its log", node, report, CopyReport::epoch),
            copyGauge(
                "offset.bytes",
                "Bytes of the log that it has applied, -1 while it syncs",
                node,
                report,
                CopyReport::offset),
            copyGauge("leading", "1 when it leads", node, report, copy -> copy.leading() ? 1 : 0)));
  }

  void removeCopy(String node) {
    List<Gauge> gauges = copies.remove(node);
    if (gauges != null) {
      gauges.forEach(registry::remove);
    }
  }

  private Gauge copyGauge(
      String name,
      String description,
      String node,
      Supplier<@Nullable CopyReport> report,
      ToLongFunction<CopyReport> value) {
    return Gauge.builder(
            "slotferry.copy." + name,
            () -> {
              CopyReport copy = report.get();
              return copy == null ? 0 : value.applyAsLong(copy);
            })
        .description(description)
        .tag("node", node)
        .register(registry);
  }

  PrometheusMeterRegistry registry() {
    return registry;
  }

  @Override
  public void close() {
    garbageCollection.close();
    registry.close();
  }
}
