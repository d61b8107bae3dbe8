package io.slotferry.system.containers;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/** The Docker engine that these tests use, and the image under test. */
final class Docker {
  /** The image that {@link #image()} builds. */
  static final String TEST_IMAGE = "slotferry:test";

  private static final Duration ANSWER_BOUND = Duration.ofSeconds(20);
  private static final Duration BUILD_BOUND = Duration.ofMinutes(5);

  private Docker() {}

  /** Why no engine can be used; empty when one answers. Asked once. */
  static Optional<String> missing() {
    return Engine.MISSING;
  }

  /** The repository's root, where the Dockerfile and the compose file are. */
  static Path root() {
    return Path.of(System.getProperty("slotferry.root"));
  }

  /**
   * The image of the distribution in {@code server/target/slotferry}, built once for all tests of
   * this run.
   *
   * @return its tag
   */
  static String image() {
    return Image.TAG;
  }

  private static final class Engine {
    static final Optional<String> MISSING = ask();

    private static Optional<String> ask() {
      try {
        Command.run(ANSWER_BOUND, Map.of(), "docker", "version", "--format", "{{.Server.Version}}");
        return Optional.empty();
      } catch (Command.Failed failed) {
        return Optional.of("no Docker engine answers: " + failed.getMessage());
      }
    }
  }

  private static final class Image {
    static final String TAG = build();

    private static String build() {
      Path distribution = root().resolve("server/target/slotferry/slotferry");
      if (!Files.isExecutable(distribution)) {
        throw new AssertionError(distribution + " is missing: package the server first");
      }
      Command.run(
          BUILD_BOUND, Map.of(), List.of("docker", "build", "-t", TEST_IMAGE, root().toString()));
      return TEST_IMAGE;
    }
  }
}
