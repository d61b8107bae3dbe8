package io.slotferry.topology;

import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The values of the settings that hold in the whole cluster: those that somebody has set, the
 * others have their initial one. Immutable; a map whose settings are the same has the same object.
 */
public final class ClusterSettings {
  /** Nobody has set anything. */
  public static final ClusterSettings INITIAL = new ClusterSettings(Map.of());

  private final Map<String, String> set;

  ClusterSettings(Map<String, String> set) {
    this.set = Map.copyOf(set);
  }

  /** Whether somebody has set it. */
  public boolean isSet(String name) {
    return set.containsKey(name);
  }

  /**
   * @param name of a setting of the cluster, not an alias
   */
  public String text(String name) {
    String value = set.get(name);
    return value == null ? setting(name).initial() : value;
  }

  /** The value of a setting whose kind is a number. */
  public long number(String name) {
    return Long.parseLong(text(name));
  }

  /** The value of a setting that is yes or no. */
  public boolean isYes(String name) {
    return text(name).equals("yes");
  }

  private static Setting setting(String name) {
    Setting setting = SettingTable.find(name);
    if (setting == null || setting.scope() != Setting.Scope.CLUSTER) {
      throw new IllegalArgumentException(name + " is no setting of the cluster");
    }
    return setting;
  }

  /** Those that were set, in canonical form. */
  Map<String, String> set() {
    return set;
  }

  /** Why {@code values} cannot be set; null when {@link #with} takes them. */
  static @Nullable String refusal(Map<String, String> values) {
    for (Map.Entry<String, String> value : values.entrySet()) {
      Setting setting = SettingTable.find(value.getKey());
      if (setting == null || setting.scope() != Setting.Scope.CLUSTER) {
        return "there is no setting %s of the cluster".formatted(value.getKey());
      }
      String refusal = setting.refusal(value.getValue());
      if (refusal != null) {
        return "%s: %s".formatted(setting.name(), refusal);
      }
    }
    return null;
  }

  ClusterSettings with(Map<String, String> values) {
    Map<String, String> all = new HashMap<>(set);
    values.forEach((name, value) -> {
      Setting setting = SettingTable.find(name);
      if (setting != null) {
        all.put(setting.name(), setting.canonical(value, text(setting.name())));
      }
    });
    return new ClusterSettings(all);
  }
}
