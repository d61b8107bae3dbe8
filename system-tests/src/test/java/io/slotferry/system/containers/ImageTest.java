package io.slotferry.system.containers;

import static org.assertj.core.api.Assertions.assertThat;

import com.github.dockerjava.api.DockerClient;
import com.github.dockerjava.api.model.ExposedPort;
import io.slotferry.system.Await;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.testcontainers.containers.GenericContainer;
import org.testcontainers.containers.wait.strategy.Wait;
import org.testcontainers.containers.wait.strategy.WaitAllStrategy;
import org.testcontainers.utility.DockerImageName;
import redis.clients.jedis.Jedis;

/** The image alone: {@code docker run slotferry} is a whole, embedded cluster. */
@RequiresDocker
class ImageTest {
  private static final Duration START_BOUND = Duration.ofMinutes(2);
  private static final int STOP_BOUND_SECONDS = 30;

  // The image's own health check is under test too.
  private static final GenericContainer<?> CONTAINER =
      new GenericContainer<>(DockerImageName.parse(Docker.TEST_IMAGE))
          .waitingFor(
              new WaitAllStrategy()
                  .withStrategy(Wait.forLogMessage(".*slotferry ready: .*", 1))
                  .withStrategy(Wait.forHealthcheck())
                  .withStartupTimeout(START_BOUND));

  @BeforeAll
  static void start() {
    assertThat(Docker.image()).isEqualTo(Docker.TEST_IMAGE);
    CONTAINER.setPortBindings(List.of("127.0.0.1::6379", "127.0.0.1::8080"));
    CONTAINER.start();
  }

  @AfterAll
  static void stop() {
    CONTAINER.stop();
  }

  @Test
  void readsAndWrites() {
    try (Jedis client = client()) {
      assertThat(client.set("greeting", "hello")).isEqualTo("OK");
      assertThat(client.get("greeting")).isEqualTo("hello");
    }
  }

  @Test
  void runsWithoutRootRights() throws Exception {
    assertThat(CONTAINER.execInContainer("id", "-u").getStdout().strip()).isEqualTo("10001");
  }

  @Test
  void endsCleanlyOnSigtermAndKeepsItsData() {
    try (Jedis client = client()) {
      client.set("kept", "yes");
    }
    DockerClient docker = CONTAINER.getDockerClient();
    String id = CONTAINER.getContainerId();

    docker.stopContainerCmd(id).withTimeout(STOP_BOUND_SECONDS).exec();
    assertThat(docker.inspectContainerCmd(id).exec().getState().getExitCodeLong()).isZero();

    docker.startContainerCmd(id).exec();
    Await.until(
        "the restarted container is healthy",
        START_BOUND,
        () ->
            "healthy"
                .equals(docker.inspectContainerCmd(id).exec().getState().getHealth().getStatus()));
    try (Jedis client = client()) {
      assertThat(client.get("kept")).isEqualTo("yes");
    }
  }

  /** Asks the engine for the port each time: a restart publishes another one. */
  private static Jedis client() {
    var ports =
        CONTAINER
            .getDockerClient()
            .inspectContainerCmd(CONTAINER.getContainerId())
            .exec()
            .getNetworkSettings()
            .getPorts();
    String port = ports.getBindings().get(ExposedPort.tcp(6379))[0].getHostPortSpec();
    return RespClient.connect(Integer.parseInt(port));
  }
}
