package io.slotferry.gateway.access;

import io.slotferry.protocol.access.AclUser;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** All users, as a version of the cluster map has them. Immutable. */
public final class Users {
  /** What the default user may do while nobody has changed that. */
  private static final String EVERYTHING = "on nopass sanitize-payload ~* &* +@all";

  /** A default user that may do everything: who calls in this process was asked elsewhere. */
  public static final AclUser EVERYBODY = AclUser.of(AclUser.DEFAULT, EVERYTHING);

  private final TreeMap<String, AclUser> users = new TreeMap<>();
  private final AclUser defaultUser;

  /**
   * @param rules of the users, by name
   * @param requirePass the password of a default user that has no rules; empty for none
   */
  public Users(Map<String, String> rules, String requirePass) {
    rules.forEach((name, text) -> users.put(name, AclUser.of(name, text)));
    defaultUser = users.computeIfAbsent(AclUser.DEFAULT, name -> initialDefault(name, requirePass));
  }

  private static AclUser initialDefault(String name, String requirePass) {
    AclUser user = AclUser.of(name, EVERYTHING);
    return requirePass.isEmpty() ? user : withPassword(user, requirePass);
  }

  /** The user with this password only, or without one when it is empty. */
  public static AclUser withPassword(AclUser user, String password) {
    AclUser changed = user.copy();
    String error =
        changed.change(
            password.isEmpty() ? List.of("nopass") : List.of("resetpass", '>' + password), false);
    if (error != null) {
      throw new IllegalStateException(error);
    }
    return changed;
  }

  public AclUser defaultUser() {
    return defaultUser;
  }

  public @Nullable AclUser find(String name) {
    return users.get(name);
  }

  /** In the order of their names. */
  public Collection<AclUser> all() {
    return users.values();
  }
}
