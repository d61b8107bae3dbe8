package io.slotferry.gateway;

import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;

/** The sections of INFO about commands and errors. */
final class CommandStatistics {
  private CommandStatistics() {}

  static void commands(Gateway gateway, StringBuilder text) {
    gateway
        .commandCounters()
        .forEach((name, counter) -> {
          long micros = counter.nanos / 1_000;
          double microsPerCall = counter.calls == 0 ? 0 : (double) micros / counter.calls;
          text.append("cmdstat_")
              .append(name)
              .append(":calls=")
              .append(counter.calls)
              .append(",usec=")
              .append(micros)
              .append(",usec_per_call=")
              .append(String.format(Locale.ROOT, "%.2f", microsPerCall))
              .append(",rejected_calls=")
              .append(counter.rejected)
              .append(",failed_calls=")
              .append(counter.failed)
              .append("\r\n");
        });
  }

  static void errors(Gateway gateway, StringBuilder text) {
    Map<String, Long> counts = new TreeMap<>();
    gateway.counters().forEachErrorKind(counts::put);
    counts.forEach((kind, count) ->
        text.append("errorstat_").append(kind).append(":count=").append(count).append("\r\n"));
  }

  static void latencies(Gateway gateway, StringBuilder text) {
    String percentiles = gateway.settings().cluster().text("latency-tracking-info-percentiles");
    gateway
        .commandCounters()
        .forEach((name, counter) -> {
          if (counter.durations.count() > 0 && !percentiles.isEmpty()) {
            text.append("latency_percentiles_usec_").append(name);
            char separator = ':';
            for (String percentile : percentiles.split(" ")) {
              double micros = counter.durations.percentile(Double.parseDouble(percentile)) / 1e3;
              text.append(separator)
                  .append('p')
                  .append(percentile)
                  .append('=')
                  .append(String.format(Locale.ROOT, "%.3f", micros));
              separator = ',';
            }
            text.append("\r\n");
          }
        });
  }
}
