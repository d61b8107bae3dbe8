package io.slotferry.server;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/** The program as a process: its ready line, its complaints, its end. */
@Timeout(180)
class ProgramTest {
  private static final String READY =
      "slotferry ready: resp=127\\.0\\.0\\.1:[1-9]\\d* http=http://127\\.0\\.0\\.1:[1-9]\\d*";

  @TempDir private Path folder;

  /** Each with the file of its stderr. */
  private final Map<Process, Path> processes = new LinkedHashMap<>();

  @AfterEach
  void end() throws Exception {
    for (Map.Entry<Process, Path> entry : processes.entrySet()) {
      entry.getKey().destroyForcibly().waitFor();
      Files.delete(entry.getValue());
    }
  }

  @Test
  void saysWhenItIsReadyAndEndsCleanlyOnSigterm() throws Exception {
    Process process =
        run("up", "--shards", "1", "--port", "0", "--http-port", "0", "--data", folder.toString());
    List<String> lines = linesUntil(process, "slotferry ready: ");

    assertThat(lines.getLast()).matches(READY);
    assertThat(lines.subList(0, lines.size() - 1))
        .allMatch(line -> line.matches("\\d{4}-\\d\\d-\\d\\dT\\S+ \\[.+] [A-Z]+ .*"));

    Process second = run("up", "--port", "0", "--http-port", "0", "--data", folder.toString());
    assertThat(second.waitFor()).isEqualTo(1);
    assertThat(complaints(second))
        .isEqualTo("slotferry: the data folder " + folder + " is in use by another process\n");

    process.destroy();
    assertThat(process.waitFor()).isZero();
    assertThat(complaints(process)).isEmpty();
  }

  @Test
  void sigtermEndsItDuringTheStartToo() throws Exception {
    Process process = run("up", "--port", "0", "--http-port", "0", "--ephemeral");
    linesUntil(process, "");
    process.destroy();
    assertThat(process.waitFor()).isZero();
    assertThat(complaints(process)).isEmpty();
  }

  @Test
  void complainsInOneLineOfADataFolderThatItCannotWriteTo() throws Exception {
    Path file = Files.writeString(folder.resolve("file"), "");
    Process process = run("up", "--port", "0", "--http-port", "0", "--data", file.toString());
    assertThat(process.waitFor()).isEqualTo(1);
    assertThat(complaints(process))
        .isEqualTo("slotferry: cannot write to the data folder " + file + ": it is no folder\n");
    assertThat(process.getInputStream().readAllBytes()).isEmpty();
  }

  private Process run(String... arguments) throws IOException {
    List<String> command = new ArrayList<>();
    command.add(Path.of(System.getProperty("java.home"), "bin", "java").toString());
    command.add("@" + Path.of("src/main/dist/jvm.options").toAbsolutePath());
    command.add("-cp");
    command.add(System.getProperty("java.class.path"));
    command.add("io.slotferry.server.Main");
    command.addAll(List.of(arguments));
    Path err = folder.resolveSibling(folder.getFileName() + "." + processes.size() + ".err");
    Process process = new ProcessBuilder(command).redirectError(err.toFile()).start();
    processes.put(process, err);
    return process;
  }

  /** Reads stdout up to the line that starts so; it stays open. */
  private List<String> linesUntil(Process process, String start) throws IOException {
    BufferedReader out =
        new BufferedReader(new InputStreamReader(process.getInputStream(), StandardCharsets.UTF_8));
    List<String> lines = new ArrayList<>();
    for (String line = out.readLine(); line != null; line = out.readLine()) {
      lines.add(line);
      if (line.startsWith(start)) {
        return lines;
      }
    }
    throw new AssertionError("ended with " + lines + complaints(process));
  }

  private String complaints(Process process) throws IOException {
    return Files.readString(processes.get(process));
  }
}
