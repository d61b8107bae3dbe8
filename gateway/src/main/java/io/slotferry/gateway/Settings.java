package io.slotferry.gateway;

import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.ClusterSettings;
import io.slotferry.topology.Setting;
import io.slotferry.topology.Setting.Scope;
import io.slotferry.topology.SettingTable;
import java.util.Map;
import java.util.concurrent.ConcurrentSkipListMap;
import java.util.function.BiConsumer;

/**
 * The settings as this gateway's clients see them: those of the cluster stand in the cluster map,
 * with this gateway's options where nobody has set them; the others are its own. Thread: any.
 */
final class Settings {
  private final Map<String, String> own = new ConcurrentSkipListMap<>();
  private final GatewayOptions options;
  private volatile ClusterSettings cluster = ClusterSettings.INITIAL;
  private volatile String requirePass = "";
  private volatile int clientsMax;

  Settings(GatewayOptions options) {
    this.options = options;
    for (Setting setting : SettingTable.all()) {
      if (setting.scope() != Scope.CLUSTER) {
        own.put(setting.name(), setting.initial());
      }
    }
    own.put("port", Integer.toString(options.respPort()));
    own.put("bind", options.bind());
    use(ClusterSettings.INITIAL);
  }

  /** Another image of the cluster map. */
  void mapChanged(ClusterMap map) {
    if (map.settings() != cluster) {
      use(map.settings());
    }
  }

  private void use(ClusterSettings settings) {
    cluster = settings;
    requirePass = text("requirepass");
    clientsMax = (int) Math.min(Long.parseLong(text("maxclients")), Integer.MAX_VALUE);
  }

  /** The value of a setting by its name. */
  private String text(String name) {
    String optional =
        switch (name) {
          case "requirepass" -> options.requirePass();
          case "maxclients" -> Integer.toString(options.clientsMax());
          default -> own.get(name);
        };
    return optional == null || cluster.isSet(name) ? cluster.text(name) : optional;
  }

  String text(Setting setting) {
    return text(setting.name());
  }

  /** The values of the cluster's settings. */
  ClusterSettings cluster() {
    return cluster;
  }

  /** The password that AUTH wants; empty for none. */
  String requirePass() {
    return requirePass;
  }

  int clientsMax() {
    return clientsMax;
  }

  /** All, under their names and their older names. */
  void forEach(BiConsumer<String, String> consumer) {
    for (Setting setting : SettingTable.all()) {
      String value = text(setting);
      consumer.accept(setting.name(), value);
      if (!setting.alias().isEmpty()) {
        consumer.accept(setting.alias(), value);
      }
    }
  }

  /** Sets what is the gateway's own and was found valid. */
  void set(Setting setting, String value) {
    own.put(setting.name(), setting.canonical(value, text(setting)));
  }
}
