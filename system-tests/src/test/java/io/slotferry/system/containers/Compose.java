package io.slotferry.system.containers;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/** One running project of the shipped compose file, with Compose v2 or docker-compose 1.29. */
final class Compose {
  private static final Duration ANSWER_BOUND = Duration.ofMinutes(1);

  private final List<String> program;
  private final Map<String, String> environment;

  /**
   * Starts nothing yet.
   *
   * @param project names the containers, the network and the volumes
   * @param image tag of the image that the nodes run
   */
  Compose(String project, String image) {
    program = new ArrayList<>(installed());
    program.addAll(
        List.of("-p", project, "-f", Docker.root().resolve("docker-compose.yml").toString()));
    environment =
        Map.of("SLOTFERRY_IMAGE", image, "SLOTFERRY_RESP_PORT", "0", "SLOTFERRY_HTTP_PORT", "0");
  }

  private static List<String> installed() {
    try {
      Command.run(ANSWER_BOUND, Map.of(), "docker", "compose", "version");
      return List.of("docker", "compose");
    } catch (Command.Failed absent) {
      return List.of("docker-compose");
    }
  }

  /**
   * Runs a command of Compose on the project.
   *
   * @return what it wrote to stdout
   */
  String run(Duration bound, String... arguments) {
    List<String> command = new ArrayList<>(program);
    command.addAll(List.of(arguments));
    return Command.run(bound, environment, command);
  }

  /** As {@link #run(Duration, String...)}, for what is done at once. */
  String run(String... arguments) {
    return run(ANSWER_BOUND, arguments);
  }

  /** The port of this machine on which a service's port is published. */
  int port(String service, int containerPort) {
    String published = run("port", service, Integer.toString(containerPort));
    return Integer.parseInt(published.substring(published.lastIndexOf(':') + 1));
  }

  /** The engine's word for the state of a service's health check: starting, healthy, unhealthy. */
  String health(String service) {
    return Command.run(
        ANSWER_BOUND,
        Map.of(),
        "docker",
        "inspect",
        "--format",
        "{{.State.Health.Status}}",
        run("ps", "-q", service));
  }
}
