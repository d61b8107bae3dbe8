package io.slotferry.server.importer;

import io.slotferry.server.config.HostPort;
import java.util.List;
import java.util.Set;

/**
 * How an import treats what it finds.
 *
 * @param gateways where to write to; the next is tried when one does not answer
 * @param password what AUTH gets; empty for none
 * @param existing what becomes of keys and libraries that are there already
 * @param databases those that are imported; empty for all
 * @param skipModules leaves out keys that only a module can read, instead of ending there
 */
public record ImportOptions(
    List<HostPort> gateways,
    String password,
    Existing existing,
    Set<Integer> databases,
    boolean skipModules) {
  /** What becomes of a key that is there already. */
  public enum Existing {
    /** The import ends. */
    FAIL,
    /** It stays as it is. */
    SKIP,
    /** The imported one takes its place. */
    REPLACE
  }

  boolean wants(int database) {
    return databases.isEmpty() || databases.contains(database);
  }
}
