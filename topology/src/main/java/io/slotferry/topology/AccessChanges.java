package io.slotferry.topology;

import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/** The changes of settings and users: what all gateways and shards have in common. */
final class AccessChanges {
  private final MapDraft draft;

  AccessChanges(MapDraft draft) {
    this.draft = draft;
  }

  @Nullable String changeSettings(Map<String, String> values) {
    String refusal = ClusterSettings.refusal(values);
    if (refusal == null) {
      draft.settings = draft.settings.with(values);
    }
    return refusal;
  }

  @Nullable String changeUsers(List<MapChange.UserChange> changes) {
    Map<String, String> users = new TreeMap<>(draft.users);
    for (MapChange.UserChange change : changes) {
      String name = change.name();
      if (!Objects.equals(users.get(name), change.expected())) {
        return "user %s was changed by somebody else".formatted(name);
      }
      String rules = change.rules();
      if (rules == null) {
        users.remove(name);
      } else if (name.indexOf(' ') >= 0 || rules.length() > ClusterMap.USER_RULES_CHARS_MAX) {
        return "user %s has a blank in its name, or more rules than %d characters"
            .formatted(name, ClusterMap.USER_RULES_CHARS_MAX);
      } else {
        users.put(name, rules);
      }
    }
    if (users.size() > ClusterMap.USERS_MAX) {
      return "there are at most %d users".formatted(ClusterMap.USERS_MAX);
    }
    draft.users = Collections.unmodifiableMap(users);
    return null;
  }
}
