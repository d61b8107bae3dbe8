package io.slotferry.gateway.http;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.ext.web.Route;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.function.Function;

/**
 * The routes of a server. Each is named by its path as {@code openapi.json} has it, by which a test
 * holds the two together.
 */
final class Routes {
  static final long BODY_BYTES_MAX = 64L << 20;

  private static final String OPENAPI = "openapi.json";

  private final Router router;
  private final Map<String, Set<String>> allowed = new HashMap<>();

  Routes(Vertx vertx) {
    router = Router.router(vertx);
    Failures.answerAllOf(router);
  }

  Router router() {
    return router;
  }

  /** What clients of {@code /v1} and {@code /redis} have to give. */
  void protect(BearerToken token) {
    router.route("/v1/*").handler(token::check);
    router.route("/redis*").handler(token::check);
  }

  /** Reads bodies, for the routes that are added from now on. */
  void acceptBodies() {
    router.route().handler(Routes::ignoreForms);
    router.route().handler(BodyHandler.create(false).setBodyLimit(BODY_BYTES_MAX));
  }

  /** No form is served here: curl calls every body one, and it would be parsed as such. */
  private static void ignoreForms(RoutingContext context) {
    String type = context.request().getHeader("Content-Type");
    if (type != null
        && (type.startsWith("application/x-www-form-urlencoded")
            || type.startsWith("multipart/form-data"))) {
      context.request().headers().remove("Content-Type");
    }
    context.next();
  }

  void addService(ServiceResource service) {
    get("/health/live", service::live);
    get("/health/ready", service::ready);
    get("/metrics", service::metrics);
  }

  void addOpenApi() {
    Buffer document = Buffer.buffer(resource(OPENAPI));
    get(
        "/openapi.json",
        context -> context.response().putHeader("Content-Type", Json.TYPE).end(document.copy()));
  }

  private static byte[] resource(String name) {
    try (InputStream in = Routes.class.getResourceAsStream(name)) {
      if (in == null) {
        throw new IllegalStateException(name + " is not in the class path");
      }
      return in.readAllBytes();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void addKeys(KeyListing listing, KeyResource key) {
    get("/v1/keyspaces/{ks}/keys", listing::get);
    get("/v1/keyspaces/{ks}/keys/{key}", key::get);
    add(HttpMethod.PUT, "/v1/keyspaces/{ks}/keys/{key}", key::put);
    add(HttpMethod.PATCH, "/v1/keyspaces/{ks}/keys/{key}", key::patch);
    add(HttpMethod.DELETE, "/v1/keyspaces/{ks}/keys/{key}", key::delete);
  }

  void addKeyspaces(KeyspaceResource keyspaces) {
    get("/v1/keyspaces", keyspaces::list);
    get("/v1/keyspaces/{ks}", keyspaces::get);
    add(HttpMethod.PUT, "/v1/keyspaces/{ks}", keyspaces::put);
    add(HttpMethod.DELETE, "/v1/keyspaces/{ks}", keyspaces::delete);
    add(HttpMethod.POST, "/v1/keyspaces/{ks}/splits", keyspaces::split);
    add(HttpMethod.POST, "/v1/keyspaces/{ks}/merges", keyspaces::merge);
  }

  void addRedis(RedisResource redis) {
    add(HttpMethod.POST, "/redis", redis::body);
    add(HttpMethod.POST, "/redis/pipeline", redis::pipeline);
    add(HttpMethod.POST, "/redis/multi-exec", redis::transaction);
    String byPath = "/redis/{command}/{arguments}";
    get("/redis/*", redis::path).setName(byPath);
    add(HttpMethod.POST, "/redis/*", redis::path).setName(byPath);
  }

  void addCluster(ClusterResource cluster, OperationResource operations, ClusterEvents events) {
    get("/v1/cluster", cluster::get);
    get("/v1/cluster/events", events::open);
    add(HttpMethod.POST, "/v1/cluster/shards", cluster::addShard);
    add(HttpMethod.DELETE, "/v1/cluster/shards/{id}", cluster::removeShard);
    add(HttpMethod.POST, "/v1/cluster/shards/{id}/failover", cluster::failover);
    add(HttpMethod.POST, "/v1/cluster/rebalance", cluster::rebalance);
    add(HttpMethod.POST, "/v1/cluster/moves", cluster::move);
    get("/v1/cluster/operations", operations::list);
    get("/v1/cluster/operations/{id}", operations::get);
    add(HttpMethod.PATCH, "/v1/cluster/operations/{id}", operations::patch);
    add(HttpMethod.DELETE, "/v1/cluster/operations/{id}", operations::cancel);
  }

  private Route get(String path, Function<RoutingContext, Future<Void>> resource) {
    return add(HttpMethod.GET, path, resource);
  }

  private Route add(
      HttpMethod method, String path, Function<RoutingContext, Future<Void>> resource) {
    String pattern = path.replace('{', ':').replace("}", "");
    allowed.computeIfAbsent(pattern, this::refuseOtherMethods).add(method.name());
    return router
        .route(method, pattern)
        .setName(path)
        .handler(context -> resource.apply(context).onFailure(context::fail));
  }

  private Set<String> refuseOtherMethods(String pattern) {
    Set<String> methods = new TreeSet<>();
    router
        .route(pattern)
        .last()
        .handler(context -> {
          context.response().putHeader("Allow", String.join(", ", methods));
          context.fail(405);
        });
    return methods;
  }
}
