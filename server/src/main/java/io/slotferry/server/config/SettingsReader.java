package io.slotferry.server.config;

import java.io.IOException;
import java.io.Reader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

/**
 * Reads the settings: presets, overridden by the file, overridden by the environment, overridden by
 * the command line. Strict: what it does not know or understand is a problem, with its place.
 */
public final class SettingsReader {
  static final String VARIABLE_PREFIX = "SLOTFERRY_";

  /** Variables of the launcher and of the compose file, which are no settings. */
  private static final Set<String> OTHER_VARIABLES =
      Set.of("SLOTFERRY_IMAGE", "SLOTFERRY_JAVA_HOME");

  private static final Map<String, Setting<?>> BY_PATH = new HashMap<>();
  private static final Map<String, Setting<?>> BY_VARIABLE = new HashMap<>();
  private static final Set<String> SECTIONS = new HashSet<>();

  static {
    for (Setting<?> setting : Setting.ALL) {
      BY_PATH.put(setting.path(), setting);
      BY_VARIABLE.put(setting.variable(), setting);
      SECTIONS.add(setting.section());
    }
  }

  private final Map<Setting<?>, Object> values = new HashMap<>();
  private final List<String> problems = new ArrayList<>();

  private SettingsReader() {}

  /** The settings, or what is wrong with them. */
  public sealed interface Result {
    record Valid(Settings settings) implements Result {}

    /**
     * @param problems one line each, with the place: {@code node.yaml:12: resp.port must be …}
     */
    record Invalid(List<String> problems) implements Result {}
  }

  /**
   * An option of the command line that overrides a setting.
   *
   * @param name as the user wrote it, for messages
   * @param path of the setting
   */
  public record Option(String name, String path, String text) {}

  /**
   * @param file null: none
   * @param environment all variables; those that do not start with {@code SLOTFERRY_} are ignored
   */
  public static Result read(
      @Nullable Path file, Map<String, String> environment, List<Option> options) {
    SettingsReader reader = new SettingsReader();
    if (file != null) {
      reader.readFile(file);
    }
    reader.readEnvironment(environment);
    for (Option option : options) {
      Setting<?> setting = BY_PATH.get(option.path());
      if (setting == null) {
        throw new IllegalArgumentException(option.path());
      }
      reader.set(setting, new Raw.Text(option.text()), option.name());
    }
    return reader.problems.isEmpty()
        ? new Result.Valid(reader.settings())
        : new Result.Invalid(List.copyOf(reader.problems));
  }

  private void readFile(Path file) {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    try (Reader text = Files.newBufferedReader(file, StandardCharsets.UTF_8)) {
      Node root = new Yaml(options).compose(text);
      if (root != null) {
        readSections(file, root);
      }
    } catch (NoSuchFileException e) {
      problems.add(file + ": there is no such file");
    } catch (IOException e) {
      problems.add(file + ": cannot be read: " + e.getMessage());
    } catch (MarkedYAMLException e) {
      int line = e.getProblemMark() == null ? 1 : e.getProblemMark().getLine() + 1;
      problems.add(file + ":" + line + ": is no YAML: " + e.getProblem());
    } catch (YAMLException e) {
      problems.add(file + ": is no YAML: " + e.getMessage());
    }
  }

  private void readSections(Path file, Node root) {
    for (NodeTuple section : entries(file, root, "the file")) {
      String name = name(section);
      String place = place(file, section.getKeyNode());
      if (!SECTIONS.contains(name)) {
        problems.add(place + ": unknown section '" + name + "'");
        continue;
      }
      if (isNull(section.getValueNode())) {
        continue;
      }
      for (NodeTuple entry : entries(file, section.getValueNode(), "section " + name)) {
        readEntry(place(file, entry.getKeyNode()), name + "." + name(entry), entry.getValueNode());
      }
    }
  }

  private void readEntry(String place, String path, Node value) {
    Setting<?> setting = BY_PATH.get(path);
    if (setting == null) {
      problems.add(place + ": unknown setting " + path);
      return;
    }
    Raw raw = raw(value);
    if (raw == null) {
      problems.add(place + ": " + path + " has no value, or one too deep");
      return;
    }
    set(setting, raw, place + ": " + path);
  }

  private void readEnvironment(Map<String, String> environment) {
    // Sorted, so that the same environment gives the same messages.
    new TreeMap<>(environment)
        .forEach((variable, text) -> {
          if (!variable.startsWith(VARIABLE_PREFIX) || OTHER_VARIABLES.contains(variable)) {
            return;
          }
          Setting<?> setting = BY_VARIABLE.get(variable);
          if (setting == null) {
            problems.add("environment: there is no setting for " + variable);
          } else {
            set(setting, new Raw.Text(text), "environment: " + variable);
          }
        });
  }

  private <T> void set(Setting<T> setting, Raw raw, String place) {
    T value = setting.form().parse(raw, reason -> problems.add(place + " " + reason));
    if (value != null) {
      values.put(setting, value);
    }
  }

  /** The entries of a mapping with scalar keys; a problem and nothing when it is none. */
  private List<NodeTuple> entries(Path file, Node node, String what) {
    if (!(node instanceof MappingNode mapping)) {
      problems.add(place(file, node) + ": " + what + " must be a mapping of names to values");
      return List.of();
    }
    Set<String> seen = new HashSet<>();
    List<NodeTuple> entries = new ArrayList<>();
    for (NodeTuple entry : mapping.getValue()) {
      if (!(entry.getKeyNode() instanceof ScalarNode)) {
        problems.add(place(file, entry.getKeyNode()) + ": " + what + " has a key that is no name");
      } else if (!seen.add(name(entry))) {
        problems.add(
            place(file, entry.getKeyNode()) + ": " + what + " has '" + name(entry) + "' twice");
      } else {
        entries.add(entry);
      }
    }
    return entries;
  }

  private static @Nullable Raw raw(Node node) {
    return switch (node) {
      case ScalarNode scalar -> isNull(scalar) ? null : new Raw.Text(scalar.getValue());
      case SequenceNode sequence -> {
        List<String> texts = new ArrayList<>();
        for (Node item : sequence.getValue()) {
          if (item instanceof ScalarNode scalar) {
            texts.add(scalar.getValue());
          }
        }
        yield texts.size() == sequence.getValue().size() ? new Raw.Many(texts) : null;
      }
      case MappingNode mapping -> {
        Map<String, String> texts = new LinkedHashMap<>();
        for (NodeTuple entry : mapping.getValue()) {
          if (entry.getKeyNode() instanceof ScalarNode key
              && entry.getValueNode() instanceof ScalarNode value) {
            texts.put(key.getValue(), value.getValue());
          }
        }
        yield texts.size() == mapping.getValue().size() ? new Raw.Named(texts) : null;
      }
      default -> null;
    };
  }

  private static boolean isNull(Node node) {
    return node.getTag().equals(Tag.NULL);
  }

  private static String name(NodeTuple entry) {
    return ((ScalarNode) entry.getKeyNode()).getValue();
  }

  private static String place(Path file, Node node) {
    return file + ":" + (node.getStartMark().getLine() + 1);
  }

  @SuppressWarnings("unchecked") // set() puts only what the setting's own form made
  private <T> T get(Setting<T> setting) {
    Object value = values.get(setting);
    return value == null ? setting.preset() : (T) value;
  }

  private Settings settings() {
    return new Settings(
        new Settings.NodeSettings(
            get(Setting.NODE_ID),
            get(Setting.NODE_ROLES),
            get(Setting.NODE_SHARD),
            get(Setting.NODE_ZONE)),
        new Settings.DataSettings(
            get(Setting.DATA_DIR), get(Setting.DATA_PERSISTENCE), get(Setting.DATA_EPHEMERAL)),
        new Settings.RespSettings(
            get(Setting.RESP_BIND), get(Setting.RESP_PORT), get(Setting.RESP_PASSWORD)),
        new Settings.HttpSettings(
            get(Setting.HTTP_BIND), get(Setting.HTTP_PORT), get(Setting.HTTP_TOKEN)),
        new Settings.ClusterSettings(
            get(Setting.CLUSTER_NAME),
            get(Setting.CLUSTER_SHARDS),
            get(Setting.CLUSTER_REPLICAS),
            get(Setting.CLUSTER_BIND),
            get(Setting.CLUSTER_ADVERTISE),
            get(Setting.CLUSTER_PORT),
            get(Setting.CLUSTER_EVENT_BUS_PORT),
            get(Setting.CLUSTER_MEMBERS),
            get(Setting.CLUSTER_DNS)),
        new Settings.RebalancerSettings(
            get(Setting.REBALANCER_PEERS),
            get(Setting.REBALANCER_AUTOMATIC),
            get(Setting.REBALANCER_SPLIT_MEGABYTES),
            get(Setting.REBALANCER_SPLIT_OPERATIONS)),
        new Settings.NetworkSettings(get(Setting.NETWORK_TRANSPORT)));
  }
}
