package io.slotferry.system.containers;

import static java.util.stream.Collectors.toMap;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.kubernetes.client.openapi.models.V1Container;
import io.kubernetes.client.openapi.models.V1ContainerPort;
import io.kubernetes.client.openapi.models.V1EnvVar;
import io.kubernetes.client.openapi.models.V1HTTPGetAction;
import io.kubernetes.client.openapi.models.V1LabelSelector;
import io.kubernetes.client.openapi.models.V1NetworkPolicy;
import io.kubernetes.client.openapi.models.V1PodDisruptionBudget;
import io.kubernetes.client.openapi.models.V1PodSpec;
import io.kubernetes.client.openapi.models.V1Probe;
import io.kubernetes.client.openapi.models.V1Service;
import io.kubernetes.client.openapi.models.V1ServicePort;
import io.kubernetes.client.openapi.models.V1StatefulSet;
import io.kubernetes.client.openapi.models.V1VolumeMount;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.IntStream;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The manifests in {@code k8s/}: valid for the API, and consistent with each other. */
class KubernetesManifestTest {
  private static final Manifests MANIFESTS = Manifests.read(Docker.root().resolve("k8s"));
  private static final List<V1StatefulSet> SETS = MANIFESTS.all(V1StatefulSet.class);
  private static final List<V1Service> SERVICES = MANIFESTS.all(V1Service.class);
  private static final List<V1PodDisruptionBudget> BUDGETS =
      MANIFESTS.all(V1PodDisruptionBudget.class);

  @Test
  void everyRoleHasItsStatefulSet() {
    Map<String, Integer> replicas = new TreeMap<>();
    SETS.forEach(set -> replicas.put(name(set), set.getSpec().getReplicas()));
    assertThat(replicas)
        .isEqualTo(
            Map.of(
                "slotferry-gateway", 2,
                "slotferry-rebalancer", 3,
                "slotferry-replica", 3,
                "slotferry-shard", 3));
  }

  @Test
  void theValidationSeesMistakes() {
    String shard = MANIFESTS.text("shard.yaml");
    for (String mistake :
        List.of(
            shard.replace("terminationGracePeriodSeconds", "terminationGraceSeconds"),
            shard.replace("failureThreshold: 60", "failureThreshold: often"),
            shard.replace("  serviceName:", "  service:"),
            shard.replace("  selector:\n", "  selectors:\n"))) {
      assertThat(mistake).isNotEqualTo(shard);
      assertThatThrownBy(() -> Manifests.parse(mistake)).isInstanceOf(RuntimeException.class);
    }
  }

  @Test
  void kustomizationNamesEveryFile() throws IOException {
    try (Stream<Path> files = Files.list(Docker.root().resolve("k8s"))) {
      Set<String> present = new TreeSet<>();
      files.map(file -> file.getFileName().toString()).forEach(present::add);
      Set<String> named = new TreeSet<>(MANIFESTS.resources());
      named.addAll(MANIFESTS.configFiles());
      named.add("kustomization.yaml");
      assertThat(named).isEqualTo(present);
    }
  }

  @Test
  void noManifestChoosesANamespace() {
    assertThat(MANIFESTS.all())
        .allSatisfy(m -> assertThat(m.getMetadata().getNamespace()).isNull());
    assertThat(MANIFESTS.text("kustomization.yaml")).doesNotContain("namespace");
  }

  @Test
  void statefulSetsSelectTheirOwnPodsAndNoOthers() {
    for (V1StatefulSet set : SETS) {
      assertThat(selectedBy(set.getSpec().getSelector())).containsExactly(set);
      assertThat(labels(set)).containsAllEntriesOf(set.getMetadata().getLabels());
    }
  }

  @Test
  void everyPodHasANameInAHeadlessService() {
    for (V1StatefulSet set : SETS) {
      V1Service service = service(set.getSpec().getServiceName());
      assertThat(service.getSpec().getClusterIP()).isEqualTo("None");
      assertThat(service.getSpec().getPublishNotReadyAddresses()).isTrue();
      assertThat(selectedBy(service)).contains(set);
    }
  }

  @Test
  void servicesLeadToPortsThatTheirPodsOpen() {
    for (V1Service service : SERVICES) {
      assertThat(selectedBy(service)).isNotEmpty();
      for (V1ServicePort port : service.getSpec().getPorts()) {
        assertThat(selectedBy(service))
            .anySatisfy(
                set -> assertThat(ports(set)).containsEntry(port.getName(), port.getPort()));
      }
    }
    Map<String, Integer> published =
        service("slotferry").getSpec().getPorts().stream()
            .collect(toMap(V1ServicePort::getName, V1ServicePort::getPort));
    assertThat(published).isEqualTo(Map.of("resp", 6379, "http", 8080));
    assertThat(selectedBy(service("slotferry"))).containsExactly(set("gateway"));
  }

  @Test
  void budgetsLeaveRoomForEvictionsAndCoverEveryPod() {
    List<V1StatefulSet> covered = new ArrayList<>();
    for (V1PodDisruptionBudget budget : BUDGETS) {
      List<V1StatefulSet> sets = selectedBy(budget.getSpec().getSelector());
      int pods = sets.stream().mapToInt(set -> set.getSpec().getReplicas()).sum();
      assertThat(budget.getSpec().getMaxUnavailable().getIntValue()).isBetween(1, pods - 1);
      covered.addAll(sets);
    }
    // A pod with two budgets cannot be evicted at all.
    assertThat(covered).containsExactlyInAnyOrderElementsOf(SETS);
    V1StatefulSet shard = set("shard");
    assertThat(BUDGETS)
        .as("both copies of a shard count together")
        .anySatisfy(budget ->
            assertThat(selectedBy(budget.getSpec().getSelector()))
                .containsExactlyInAnyOrder(shard, set("replica")));
  }

  @Test
  void probesAskTheHealthEndpoints() {
    for (V1StatefulSet set : SETS) {
      V1Container container = container(set);
      assertThat(path(set, container.getStartupProbe())).isEqualTo("/health/live");
      assertThat(path(set, container.getLivenessProbe())).isEqualTo("/health/live");
      assertThat(path(set, container.getReadinessProbe())).isEqualTo("/health/ready");
    }
  }

  @Test
  void podsRunWithoutRights() {
    for (V1StatefulSet set : SETS) {
      V1PodSpec pod = set.getSpec().getTemplate().getSpec();
      assertThat(pod.getSecurityContext().getRunAsNonRoot()).isTrue();
      assertThat(pod.getSecurityContext().getSeccompProfile().getType())
          .isEqualTo("RuntimeDefault");
      assertThat(pod.getAutomountServiceAccountToken()).isFalse();
      var security = container(set).getSecurityContext();
      assertThat(security.getAllowPrivilegeEscalation()).isFalse();
      assertThat(security.getReadOnlyRootFilesystem()).isTrue();
      assertThat(security.getCapabilities().getDrop()).containsExactly("ALL");
      assertThat(container(set).getResources().getRequests()).containsKeys("cpu", "memory");
      assertThat(container(set).getResources().getLimits()).containsKey("memory");
    }
  }

  @Test
  void everyMountHasItsVolume() {
    for (V1StatefulSet set : SETS) {
      V1PodSpec pod = set.getSpec().getTemplate().getSpec();
      List<String> volumes = new ArrayList<>();
      pod.getVolumes().forEach(volume -> volumes.add(volume.getName()));
      set.getSpec()
          .getVolumeClaimTemplates()
          .forEach(claim -> volumes.add(claim.getMetadata().getName()));
      assertThat(container(set).getVolumeMounts())
          .extracting(V1VolumeMount::getName)
          .containsExactlyInAnyOrderElementsOf(volumes);
      assertThat(pod.getVolumes())
          .filteredOn(volume -> volume.getConfigMap() != null)
          .singleElement()
          .satisfies(volume ->
              assertThat(MANIFESTS.configMaps()).contains(volume.getConfigMap().getName()));
      assertThat(container(set).getArgs())
          .containsExactly("node", "--config", "/etc/slotferry/node.yaml");
    }
  }

  @Test
  void whatHoldsStateHasAClaim() {
    for (String role : List.of("rebalancer", "shard", "replica")) {
      assertThat(set(role).getSpec().getVolumeClaimTemplates())
          .singleElement()
          .satisfies(claim -> assertThat(claim.getMetadata().getName()).isEqualTo("data"));
    }
  }

  @Test
  void nodesKnowWhoTheyAre() {
    for (V1StatefulSet set : SETS) {
      Map<String, V1EnvVar> env =
          container(set).getEnv().stream().collect(toMap(V1EnvVar::getName, e -> e));
      assertThat(field(env.get("SLOTFERRY_NODE_ID"))).isEqualTo("metadata.name");
      assertThat(env.get("SLOTFERRY_NODE_ROLES").getValue()).isEqualTo(role(set));
      assertThat(field(env.get("SLOTFERRY_CLUSTER_BIND"))).isEqualTo("status.podIP");
      // Kubernetes' own SLOTFERRY_… variables would be taken for settings.
      assertThat(set.getSpec().getTemplate().getSpec().getEnableServiceLinks()).isFalse();
    }
  }

  @Test
  void shardNumbersAreThePodsOrdinals() {
    for (String role : List.of("shard", "replica")) {
      V1StatefulSet set = set(role);
      assertThat(set.getSpec().getOrdinals().getStart()).isEqualTo(1);
      assertThat(container(set).getEnv())
          .filteredOn(variable -> variable.getName().equals("SLOTFERRY_NODE_SHARD"))
          .singleElement()
          .satisfies(variable ->
              assertThat(field(variable))
                  .isEqualTo("metadata.labels['apps.kubernetes.io/pod-index']"));
    }
  }

  @Test
  void theConfigurationFitsTheManifests() {
    Map<String, Object> node = MANIFESTS.yaml("node.yaml");
    Map<String, Integer> gateway = ports(set("gateway"));
    assertThat(gateway)
        .containsEntry("resp", (Integer) section(node, "resp").get("port"))
        .containsEntry("http", (Integer) section(node, "http").get("port"))
        .containsEntry("hazelcast", (Integer) section(node, "cluster").get("port"))
        .containsEntry("event-bus", (Integer) section(node, "cluster").get("eventBusPort"));
    assertThat(selectedBy(service((String) section(node, "cluster").get("dns"))))
        .containsExactlyInAnyOrderElementsOf(SETS);
    assertThat(section(node, "cluster"))
        .containsEntry("shards", set("shard").getSpec().getReplicas());

    V1StatefulSet rebalancer = set("rebalancer");
    int first = rebalancer.getSpec().getOrdinals().getStart();
    Map<String, String> peers = new TreeMap<>();
    IntStream.range(first, first + rebalancer.getSpec().getReplicas())
        .mapToObj(ordinal -> name(rebalancer) + "-" + ordinal)
        .forEach(pod ->
            peers.put(
                pod,
                pod
                    + "."
                    + rebalancer.getSpec().getServiceName()
                    + ":"
                    + ports(rebalancer).get("raft")));
    assertThat(section(node, "rebalancer").get("peers")).isEqualTo(peers);
  }

  @Test
  void onlyNodesReachTheInnerPorts() {
    V1NetworkPolicy policy = MANIFESTS.all(V1NetworkPolicy.class).getFirst();
    assertThat(selectedBy(policy.getSpec().getPodSelector()))
        .containsExactlyInAnyOrderElementsOf(SETS);
    assertThat(policy.getSpec().getIngress())
        .filteredOn(rule -> rule.getFrom().isEmpty())
        .singleElement()
        .satisfies(rule ->
            assertThat(rule.getPorts())
                .extracting(port -> port.getPort().getStrValue())
                .containsExactlyInAnyOrder("resp", "http"));
  }

  private static String path(V1StatefulSet set, V1Probe probe) {
    V1HTTPGetAction get = probe.getHttpGet();
    assertThat(get.getPort().getStrValue()).isEqualTo("http");
    assertThat(ports(set)).containsEntry("http", 8080);
    return get.getPath();
  }

  private static String field(V1EnvVar variable) {
    return variable.getValueFrom().getFieldRef().getFieldPath();
  }

  private static Map<String, Integer> ports(V1StatefulSet set) {
    return container(set).getPorts().stream()
        .collect(toMap(V1ContainerPort::getName, V1ContainerPort::getContainerPort));
  }

  private static V1Container container(V1StatefulSet set) {
    assertThat(set.getSpec().getTemplate().getSpec().getContainers()).hasSize(1);
    return set.getSpec().getTemplate().getSpec().getContainers().getFirst();
  }

  private static String name(V1StatefulSet set) {
    return set.getMetadata().getName();
  }

  private static String role(V1StatefulSet set) {
    return labels(set).get("app.kubernetes.io/component");
  }

  private static Map<String, String> labels(V1StatefulSet set) {
    return set.getSpec().getTemplate().getMetadata().getLabels();
  }

  private static V1StatefulSet set(String role) {
    return SETS.stream().filter(set -> role(set).equals(role)).findFirst().orElseThrow();
  }

  private static V1Service service(String name) {
    return SERVICES.stream()
        .filter(service -> service.getMetadata().getName().equals(name))
        .findFirst()
        .orElseThrow(() -> new AssertionError("no Service " + name));
  }

  private static List<V1StatefulSet> selectedBy(V1Service service) {
    return selectedBy(new V1LabelSelector().matchLabels(service.getSpec().getSelector()));
  }

  private static List<V1StatefulSet> selectedBy(V1LabelSelector selector) {
    return SETS.stream().filter(set -> selects(selector, labels(set))).toList();
  }

  private static boolean selects(V1LabelSelector selector, Map<String, String> labels) {
    assertThat(selector.getMatchLabels()).isNotEmpty();
    if (!labels.entrySet().containsAll(selector.getMatchLabels().entrySet())) {
      return false;
    }
    return selector.getMatchExpressions().stream()
        .allMatch(expression -> {
          assertThat(expression.getOperator()).isEqualTo("In");
          return expression.getValues().contains(labels.get(expression.getKey()));
        });
  }

  @SuppressWarnings("unchecked") // a YAML mapping's keys are strings here
  private static Map<String, Object> section(Map<String, Object> yaml, String name) {
    return (Map<String, Object>) yaml.get(name);
  }
}
