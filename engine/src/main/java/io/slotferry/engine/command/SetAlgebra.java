package io.slotferry.engine.command;

import io.slotferry.engine.value.SetValue;
import io.slotferry.engine.value.Slice;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/** Union, intersection and difference of sets; null is the empty set. Results are new sets. */
final class SetAlgebra {
  private SetAlgebra() {}

  private static boolean contains(SetValue set, Slice member) {
    return set.contains(member.buffer(), member.start(), member.length());
  }

  private static void add(SetValue set, Slice member) {
    set.add(member.buffer(), member.start(), member.length());
  }

  static SetValue union(@Nullable SetValue[] sets) {
    SetValue union = new SetValue();
    Slice member = new Slice();
    for (SetValue set : sets) {
      for (int at = set == null ? -1 : set.first(); set != null && at >= 0; at = set.next(at)) {
        set.elementAt(at, member);
        add(union, member);
      }
    }
    return union;
  }

  /** The members of the first set that no other has. */
  static SetValue difference(@Nullable SetValue[] sets) {
    SetValue difference = new SetValue();
    SetValue first = sets[0];
    if (first == null) {
      return difference;
    }
    Slice member = new Slice();
    for (int at = first.first(); at >= 0; at = first.next(at)) {
      first.elementAt(at, member);
      boolean found = false;
      for (int i = 1; i < sets.length && !found; i++) {
        SetValue set = sets[i];
        found = set != null && contains(set, member);
      }
      if (!found) {
        add(difference, member);
      }
    }
    return difference;
  }

  static SetValue intersection(@Nullable SetValue[] sets) {
    SetValue intersection = new SetValue();
    intersect(sets, Long.MAX_VALUE, intersection);
    return intersection;
  }

  /** The size of the intersection, counted up to {@code limit}. */
  static int intersectionSize(@Nullable SetValue[] sets, long limit) {
    return intersect(sets, limit, null);
  }

  private static int intersect(
      @Nullable SetValue[] sets, long limit, @Nullable SetValue intersection) {
    SetValue[] ordered = bySize(sets);
    if (ordered.length < sets.length) {
      return 0;
    }
    int size = 0;
    SetValue smallest = ordered[0];
    Slice member = new Slice();
    for (int at = smallest.first(); at >= 0 && size < limit; at = smallest.next(at)) {
      smallest.elementAt(at, member);
      int others = 1;
      while (others < ordered.length && contains(ordered[others], member)) {
        others++;
      }
      if (others == ordered.length) {
        size++;
        if (intersection != null) {
          add(intersection, member);
        }
      }
    }
    return size;
  }

  /** The sets that are there, the smallest first. */
  private static SetValue[] bySize(@Nullable SetValue[] sets) {
    SetValue[] ordered = new SetValue[sets.length];
    int count = 0;
    for (SetValue set : sets) {
      if (set != null) {
        ordered[count++] = set;
      }
    }
    ordered = Arrays.copyOf(ordered, count);
    Arrays.sort(ordered, Comparator.comparingInt(SetValue::size));
    return ordered;
  }
}
