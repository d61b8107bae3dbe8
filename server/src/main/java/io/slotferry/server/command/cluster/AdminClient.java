package io.slotferry.server.command.cluster;

import io.slotferry.server.command.ExitStatus;
import io.vertx.core.json.DecodeException;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/** Talks to the HTTP server of a gateway. */
public final class AdminClient {
  private static final Duration CONNECT_TIMEOUT = Duration.ofSeconds(5);
  private static final Duration ANSWER_TIMEOUT = Duration.ofSeconds(30);
  private static final int FIRST_ERROR_STATUS = 400;

  private final HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT_TIMEOUT).build();
  private final String url;
  private final String token;

  /**
   * @param url of the server, without the path
   * @param token empty for none
   */
  public AdminClient(String url, String token) {
    this.token = token;
    this.url = url.endsWith("/") ? url.substring(0, url.length() - 1) : url;
  }

  public JsonObject get(String path) throws AdminException, InterruptedException {
    return send("GET", path, null);
  }

  /**
   * Sends a request and gives the answer's JSON, which is empty where the answer is.
   *
   * @param body null for none
   */
  public JsonObject send(String method, String path, @Nullable JsonObject body)
      throws AdminException, InterruptedException {
    HttpResponse<String> response;
    try {
      BodyPublisher content =
          body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(body.encode());
      response =
          client.send(
              request(path).timeout(ANSWER_TIMEOUT).method(method, content).build(),
              BodyHandlers.ofString());
    } catch (IllegalArgumentException | IOException e) {
      throw unreachable(e);
    }
    return answer(response);
  }

  /** What is to be done at every change of the map. */
  interface Change {
    void happened() throws AdminException, InterruptedException;
  }

  /** Has something done now and after every change of the map; returns when the server ends. */
  void follow(Change change) throws AdminException, InterruptedException {
    HttpResponse<Stream<String>> events;
    try {
      events = client.send(request("/v1/cluster/events").build(), BodyHandlers.ofLines());
    } catch (IllegalArgumentException | IOException e) {
      throw unreachable(e);
    }
    try (Stream<String> lines = events.body()) {
      if (events.statusCode() >= FIRST_ERROR_STATUS) {
        throw refused(events.statusCode(), new JsonObject(lines.collect(Collectors.joining())));
      }
      for (String line : (Iterable<String>) lines::iterator) {
        if (line.startsWith("data:")) {
          change.happened();
        }
      }
    } catch (UncheckedIOException e) {
      throw new AdminException(ExitStatus.NO_SERVER, "the connection to " + url + " broke");
    }
  }

  private AdminException unreachable(Exception e) {
    return switch (e) {
      case IllegalArgumentException _ ->
          new AdminException(ExitStatus.USAGE, "'" + url + "' is no URL of a server");
      case HttpTimeoutException _ -> silent();
      case ConnectException _ -> silent();
      default ->
          new AdminException(
              ExitStatus.NO_SERVER, "the connection to " + url + " broke: " + e.getMessage());
    };
  }

  private AdminException silent() {
    return new AdminException(
        ExitStatus.NO_SERVER, "no server answers at " + url + " (--url says where it is)");
  }

  private HttpRequest.Builder request(String path) {
    HttpRequest.Builder request =
        HttpRequest.newBuilder(URI.create(url + path)).header("Content-Type", "application/json");
    return token.isEmpty() ? request : request.header("Authorization", "Bearer " + token);
  }

  private JsonObject answer(HttpResponse<String> response) throws AdminException {
    JsonObject json;
    try {
      json = response.body().isBlank() ? new JsonObject() : new JsonObject(response.body());
    } catch (DecodeException e) {
      throw new AdminException(
          ExitStatus.NO_SERVER,
          url + " answers " + response.statusCode() + " without JSON: is it a Slotferry gateway?");
    }
    if (response.statusCode() >= FIRST_ERROR_STATUS) {
      throw refused(response.statusCode(), json);
    }
    return json;
  }

  private static AdminException refused(int status, JsonObject problem) {
    String title = problem.getString("title", "status " + status);
    return new AdminException(ExitStatus.FAILED, problem.getString("detail", title));
  }
}
