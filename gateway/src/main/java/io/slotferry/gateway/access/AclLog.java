package io.slotferry.gateway.access;

import io.slotferry.protocol.access.Denial.Reason;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Iterator;
import java.util.List;

/** What was refused lately, the newest first; alike entries are counted, not repeated. */
public final class AclLog {
  /** So many of the newest entries are looked at for one that is alike. */
  private static final int ALIKE_ENTRIES_MAX = 10;

  private static final long ALIKE_MILLIS_MAX = 60_000;

  /**
   * An entry.
   *
   * @param context toplevel, multi or lua
   * @param object the command, key or channel
   * @param client as CLIENT LIST describes it
   */
  public record Entry(
      long id,
      long count,
      Reason reason,
      String context,
      String object,
      String user,
      String client,
      long createdMillis,
      long updatedMillis) {
    private boolean isLike(Entry other) {
      return reason == other.reason
          && context.equals(other.context)
          && object.equals(other.object)
          && user.equals(other.user)
          && Math.abs(updatedMillis - other.updatedMillis) <= ALIKE_MILLIS_MAX;
    }

    private Entry once(Entry more) {
      return new Entry(
          id,
          count + 1,
          reason,
          context,
          object,
          user,
          more.client,
          createdMillis,
          more.updatedMillis);
    }
  }

  private final ArrayDeque<Entry> entries = new ArrayDeque<>();
  private final long[] counts = new long[Reason.values().length];
  private long nextId;

  /** Adds a refusal; no more than {@code entriesMax} are kept. */
  public synchronized void add(
      Reason reason,
      String context,
      String object,
      String user,
      String client,
      long nowMillis,
      long entriesMax) {
    counts[reason.ordinal()]++;
    Entry added = new Entry(nextId, 1, reason, context, object, user, client, nowMillis, nowMillis);
    int looked = 0;
    for (Iterator<Entry> each = entries.iterator();
        each.hasNext() && looked < ALIKE_ENTRIES_MAX;
        looked++) {
      Entry known = each.next();
      if (known.isLike(added)) {
        each.remove();
        entries.addFirst(known.once(added));
        return;
      }
    }
    nextId++;
    entries.addFirst(added);
    while (entries.size() > entriesMax) {
      entries.removeLast();
    }
  }

  public synchronized List<Entry> newest(int count) {
    List<Entry> all = new ArrayList<>(entries);
    return all.subList(0, Math.clamp(count, 0, all.size()));
  }

  public synchronized void clear() {
    entries.clear();
  }

  /** How often something was refused for this reason. */
  public synchronized long count(Reason reason) {
    return counts[reason.ordinal()];
  }

  public synchronized void resetCounts() {
    Arrays.fill(counts, 0);
  }
}
