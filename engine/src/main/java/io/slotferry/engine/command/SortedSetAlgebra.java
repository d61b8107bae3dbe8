package io.slotferry.engine.command;

import io.slotferry.engine.CommandContext;
import io.slotferry.engine.HandlerTable;
import io.slotferry.engine.value.Elements;
import io.slotferry.engine.value.SetValue;
import io.slotferry.engine.value.Slice;
import io.slotferry.engine.value.SortedSetValue;
import io.slotferry.engine.value.Value;
import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import java.util.Arrays;
import java.util.Comparator;
import org.jspecify.annotations.Nullable;

/**
 * ZUNION, ZINTER, ZDIFF, their STORE forms and ZINTERCARD. Sets take part as sorted sets whose
 * members all have the score 1.
 */
final class SortedSetAlgebra {
  private enum Operation {
    UNION,
    INTERSECTION,
    DIFFERENCE
  }

  /** What becomes of a member's scores. */
  private enum Aggregate {
    SUM,
    MIN,
    MAX
  }

  /** A key that takes part; one that does not exist does so as an empty set. */
  private static final class Input {
    private final Elements elements;
    private double weight = 1;

    Input(Elements elements) {
      this.elements = elements;
    }

    int size() {
      return elements.size();
    }

    double scoreAt(int position) {
      return weighted(elements instanceof SortedSetValue set ? set.scoreAt(position) : 1);
    }

    /** NaN when the member is not there. */
    double score(Slice member) {
      if (elements instanceof SortedSetValue set) {
        double score = set.score(member.buffer(), member.start(), member.length());
        return Double.isNaN(score) ? score : weighted(score);
      }
      SetValue set = (SetValue) elements;
      boolean there = set.contains(member.buffer(), member.start(), member.length());
      return there ? weighted(1) : Double.NaN;
    }

    private double weighted(double score) {
      double product = score * weight;
      // Infinity times 0: Redis says 0.
      return Double.isNaN(product) ? 0 : product;
    }
  }

  private final CommandContext context;
  private final Operation operation;
  private Input[] inputs = {};
  private Aggregate aggregate = Aggregate.SUM;
  private boolean withScores;
  private long limit;

  private SortedSetAlgebra(CommandContext context, Operation operation) {
    this.context = context;
    this.operation = operation;
  }

  private static void compute(CommandContext context, Operation operation) {
    SortedSetAlgebra query = new SortedSetAlgebra(context, operation);
    query.parse(1, true);
    if (!context.failed()) {
      SortedSetValue result = query.result();
      SortedSetRanges.write(
          context.reply(), result.walk(0, false), result.size(), query.withScores);
    }
  }

  private static void store(CommandContext context, Operation operation) {
    SortedSetAlgebra query = new SortedSetAlgebra(context, operation);
    query.parse(2, false);
    if (!context.failed()) {
      SortedSetRanges.store(context, 1, query.result());
    }
  }

  private static void zintercard(CommandContext context) {
    SortedSetAlgebra query = new SortedSetAlgebra(context, Operation.INTERSECTION);
    query.parseCardinality();
    if (!context.failed()) {
      long max = query.limit == 0 ? Long.MAX_VALUE : query.limit;
      context.reply().integer(query.intersect(max, null));
    }
  }

  // ---- arguments

  /** Reads the keys from their number at {@code argument} on; returns where the options begin. */
  private int parseKeys(int argument) {
    long numkeys = context.integer(argument);
    if (context.failed()) {
      return 0;
    }
    if (numkeys < 1) {
      String name = context.call().command.lowerName();
      context.fail("ERR at least 1 input key is needed for '" + name + "' command");
      return 0;
    }
    if (numkeys > context.count() - argument - 1) {
      context.syntaxError();
      return 0;
    }
    inputs = new Input[(int) numkeys];
    for (int i = 0; i < inputs.length && !context.failed(); i++) {
      Value value = context.find(argument + 1 + i);
      if (value instanceof SortedSetValue || value instanceof SetValue) {
        inputs[i] = new Input((Elements) value);
      } else if (value == null) {
        inputs[i] = new Input(new SetValue());
      } else {
        context.fail(CommandContext.WRONG_TYPE);
      }
    }
    return argument + 1 + inputs.length;
  }

  private void parse(int argument, boolean mayHaveScores) {
    boolean weighs = operation != Operation.DIFFERENCE;
    int i = parseKeys(argument);
    while (i < context.count() && !context.failed()) {
      int rest = context.count() - i;
      if (weighs && rest > inputs.length && context.is(i, "WEIGHTS")) {
        parseWeights(i + 1);
        i += 1 + inputs.length;
      } else if (weighs && rest > 1 && context.is(i, "AGGREGATE")) {
        parseAggregate(i + 1);
        i += 2;
      } else if (mayHaveScores && context.is(i, "WITHSCORES")) {
        withScores = true;
        i++;
      } else {
        context.syntaxError();
      }
    }
  }

  private void parseWeights(int argument) {
    for (int i = 0; i < inputs.length && !context.failed(); i++) {
      Request request = context.request();
      double weight =
          Decimal.toDouble(
              request.buffer(), request.start(argument + i), request.length(argument + i));
      if (Double.isNaN(weight)) {
        context.fail("ERR weight value is not a float");
      }
      inputs[i].weight = weight;
    }
  }

  private void parseAggregate(int argument) {
    for (Aggregate candidate : Aggregate.values()) {
      if (context.is(argument, candidate.name())) {
        aggregate = candidate;
        return;
      }
    }
    context.syntaxError();
  }

  private void parseCardinality() {
    for (int i = parseKeys(1); i < context.count() && !context.failed(); i += 2) {
      if (i + 1 < context.count() && context.is(i, "LIMIT")) {
        limit = context.integer(i + 1, 0, Long.MAX_VALUE, "ERR LIMIT can't be negative");
      } else {
        context.syntaxError();
      }
    }
  }

  // ---- results

  private SortedSetValue result() {
    SortedSetValue result = new SortedSetValue();
    switch (operation) {
      case UNION -> unite(result);
      case INTERSECTION -> intersect(Long.MAX_VALUE, result);
      case DIFFERENCE -> subtract(result);
    }
    return result;
  }

  /** Redis adds up scores from the smallest input to the largest. */
  private void smallestFirst() {
    Arrays.sort(inputs, Comparator.comparingInt(Input::size));
  }

  private static void put(SortedSetValue result, double score, Slice member) {
    result.put(score, member.buffer(), member.start(), member.length());
  }

  private void unite(SortedSetValue result) {
    smallestFirst();
    Slice member = new Slice();
    for (Input input : inputs) {
      Elements elements = input.elements;
      for (int at = elements.first(); at >= 0; at = elements.next(at)) {
        elements.elementAt(at, member);
        double before = result.score(member.buffer(), member.start(), member.length());
        double score = input.scoreAt(at);
        put(result, Double.isNaN(before) ? score : aggregate(before, score), member);
      }
    }
  }

  /** Returns the size of the intersection, counted up to {@code max}. */
  private int intersect(long max, @Nullable SortedSetValue result) {
    smallestFirst();
    Elements smallest = inputs[0].elements;
    Slice member = new Slice();
    int size = 0;
    for (int at = smallest.first(); at >= 0 && size < max; at = smallest.next(at)) {
      smallest.elementAt(at, member);
      double score = inputs[0].scoreAt(at);
      for (int i = 1; i < inputs.length && !Double.isNaN(score); i++) {
        double other = inputs[i].score(member);
        score = Double.isNaN(other) ? other : aggregate(score, other);
      }
      if (!Double.isNaN(score)) {
        size++;
        if (result != null) {
          put(result, score, member);
        }
      }
    }
    return size;
  }

  private void subtract(SortedSetValue result) {
    Elements first = inputs[0].elements;
    Slice member = new Slice();
    for (int at = first.first(); at >= 0; at = first.next(at)) {
      first.elementAt(at, member);
      int others = 1;
      while (others < inputs.length && Double.isNaN(inputs[others].score(member))) {
        others++;
      }
      if (others == inputs.length) {
        put(result, inputs[0].scoreAt(at), member);
      }
    }
  }

  private double aggregate(double left, double right) {
    return switch (aggregate) {
      case MIN -> Math.min(left, right);
      case MAX -> Math.max(left, right);
      case SUM -> {
        double sum = left + right;
        // Infinity and minus infinity: Redis says 0.
        yield Double.isNaN(sum) ? 0 : sum;
      }
    };
  }

  static void bind(HandlerTable table) {
    table.bind(Command.ZUNION, context -> compute(context, Operation.UNION));
    table.bind(Command.ZINTER, context -> compute(context, Operation.INTERSECTION));
    table.bind(Command.ZDIFF, context -> compute(context, Operation.DIFFERENCE));
    table.bind(Command.ZUNIONSTORE, context -> store(context, Operation.UNION));
    table.bind(Command.ZINTERSTORE, context -> store(context, Operation.INTERSECTION));
    table.bind(Command.ZDIFFSTORE, context -> store(context, Operation.DIFFERENCE));
    table.bind(Command.ZINTERCARD, SortedSetAlgebra::zintercard);
  }
}
