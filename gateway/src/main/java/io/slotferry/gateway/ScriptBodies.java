package io.slotferry.gateway;

import io.slotferry.protocol.Request;
import io.slotferry.protocol.ScriptName;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * The scripts that came through this gateway, by name: a shard that does not know one (it joined
 * later, or its leader is new) gets it from here. Those used last are kept, in a bounded room.
 *
 * <p>Thread: any; not on the data path but for EVAL.
 */
final class ScriptBodies {
  private static final int SCRIPTS_MAX = 10_000;
  private static final long BYTES_MAX = 32L << 20;
  private static final float LOAD_FACTOR = 0.75f;

  private final LinkedHashMap<String, byte[]> bodies = new LinkedHashMap<>(64, LOAD_FACTOR, true);
  private long bytes;

  /** Most clients send one script again and again. */
  private volatile byte[] lastEvaluated = new byte[0];

  synchronized byte @Nullable [] find(String name) {
    return bodies.get(name);
  }

  /** Keeps the body that an EVAL has brought, unless it was the last one that did. */
  void remember(Request eval) {
    byte[] last = lastEvaluated;
    if (!eval.equalBytes(1, last)) {
      last = eval.copy(1);
      lastEvaluated = last;
      put(last);
    }
  }

  /** Keeps a body, and returns its name. */
  String put(byte[] body) {
    String name = ScriptName.of(body, 0, body.length);
    put(name, body);
    return name;
  }

  private synchronized void put(String name, byte[] body) {
    if (bodies.put(name, body) == null) {
      bytes += body.length;
    }
    var oldest = bodies.entrySet().iterator();
    while (bodies.size() > 1 && (bodies.size() > SCRIPTS_MAX || bytes > BYTES_MAX)) {
      Map.Entry<String, byte[]> entry = oldest.next();
      bytes -= entry.getValue().length;
      oldest.remove();
    }
  }

  synchronized void clear() {
    bodies.clear();
    bytes = 0;
    lastEvaluated = new byte[0];
  }
}
