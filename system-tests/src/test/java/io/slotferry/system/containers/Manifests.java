package io.slotferry.system.containers;

import com.google.gson.Gson;
import com.google.gson.JsonObject;
import io.kubernetes.client.common.KubernetesObject;
import io.kubernetes.client.openapi.JSON;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;

/** A folder of Kubernetes manifests, as its kustomization names them, read strictly. */
final class Manifests {
  /** What the folder may hold: the object's apiVersion and kind, and its schema. */
  private static final Map<String, Class<? extends KubernetesObject>> SCHEMAS =
      Map.of(
          "v1 Service", V1Service.class,
          "apps/v1 StatefulSet", V1StatefulSet.class,
          "policy/v1 PodDisruptionBudget", V1PodDisruptionBudget.class,
          "networking.k8s.io/v1 NetworkPolicy", V1NetworkPolicy.class);

  private final Path folder;
  private final List<KubernetesObject> objects = new ArrayList<>();

  private Manifests(Path folder) {
    this.folder = folder;
    resources().forEach(file -> objects.addAll(parse(text(file))));
  }

  /**
   * Reads all resources of the folder's kustomization.
   *
   * @throws RuntimeException if one breaks its schema
   */
  static Manifests read(Path folder) {
    return new Manifests(folder);
  }

  /**
   * Reads one file's objects.
   *
   * @throws RuntimeException on an unknown field, a wrong type or a missing required field
   */
  static List<KubernetesObject> parse(String text) {
    // The reader that the client makes for each class refuses what the API would refuse.
    Gson strict = JSON.getGson();
    List<KubernetesObject> objects = new ArrayList<>();
    for (Object document : reader().loadAll(text)) {
      JsonObject json = new Gson().toJsonTree(document).getAsJsonObject();
      String kind = json.get("apiVersion").getAsString() + " " + json.get("kind").getAsString();
      Class<? extends KubernetesObject> schema = SCHEMAS.get(kind);
      if (schema == null) {
        throw new IllegalArgumentException("no schema for " + kind);
      }
      objects.add(strict.fromJson(json, schema));
    }
    return objects;
  }

  List<KubernetesObject> all() {
    return objects;
  }

  <T extends KubernetesObject> List<T> all(Class<T> type) {
    return objects.stream().filter(type::isInstance).map(type::cast).toList();
  }

  /** The files that the kustomization applies. */
  @SuppressWarnings("unchecked") // the kustomization's schema
  List<String> resources() {
    return (List<String>) yaml("kustomization.yaml").get("resources");
  }

  /** The files that the kustomization puts into ConfigMaps. */
  @SuppressWarnings("unchecked") // the kustomization's schema
  List<String> configFiles() {
    return generators().stream()
        .flatMap(generator -> ((List<String>) generator.get("files")).stream())
        .toList();
  }

  /** The names of the ConfigMaps that the kustomization makes. */
  List<String> configMaps() {
    return generators().stream().map(generator -> (String) generator.get("name")).toList();
  }

  @SuppressWarnings("unchecked") // the kustomization's schema
  private List<Map<String, Object>> generators() {
    return (List<Map<String, Object>>) yaml("kustomization.yaml").get("configMapGenerator");
  }

  Map<String, Object> yaml(String file) {
    return reader().load(text(file));
  }

  String text(String file) {
    try {
      return Files.readString(folder.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private static Yaml reader() {
    LoaderOptions options = new LoaderOptions();
    options.setAllowDuplicateKeys(false);
    return new Yaml(new SafeConstructor(options));
  }
}
