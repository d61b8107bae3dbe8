package io.slotferry.gateway;

import io.slotferry.protocol.Decimal;
import io.slotferry.protocol.ReplyReader;
import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;
import io.slotferry.protocol.command.Command;
import io.slotferry.topology.ClusterMap;
import io.slotferry.topology.Keyspace;
import io.slotferry.topology.Partitioning;
import io.slotferry.topology.Tablet;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * {@code KEYRANGE min max [REV] [LIMIT offset count] [WITHVALUES]}: tablet after tablet in key
 * order, or against it with REV, until the range is at its end or the limit reached. Each tablet is
 * asked for as many keys as are still wanted, those that the offset skips included.
 *
 * <p>The place is held as the boundary reached so far, not as a tablet: tablets may be cut, merged
 * and moved between two steps. Each step asks for what lies between that boundary and the next, and
 * a shard that knows of a newer map refuses it, so that no key is left out and none comes twice.
 */
final class KeyRangeWalk extends Walk {
  /** Positions of the bounds among the arguments. */
  private static final int MIN = 1;

  private static final int MAX = 2;
  private static final byte[] REV = ascii("REV");
  private static final byte[] LIMIT = ascii("LIMIT");
  private static final byte[] WITH_VALUES = ascii("WITHVALUES");
  private static final byte[] ZERO = ascii("0");

  private final List<byte[]> found = new ArrayList<>();
  private @Nullable String error;
  private boolean reverse;
  private boolean withValues;
  private long skip;
  private long wanted = Long.MAX_VALUE;
  private long elements;
  private byte @Nullable [] errorReply;

  /** The edge of the tablets that were read, null before the first. */
  private byte @Nullable [] reached;

  /** The far edge of the tablet that is asked now, null when nothing lies beyond. */
  private byte @Nullable [] boundary;

  KeyRangeWalk(Router router, Caller caller, Command command, Request request) {
    super(router, caller, command, request);
    parseOptions();
  }

  private static byte[] ascii(String text) {
    return text.getBytes(StandardCharsets.US_ASCII);
  }

  private void parseOptions() {
    for (int i = 3; i < request.count(); i++) {
      if (request.is(i, "REV")) {
        reverse = true;
      } else if (request.is(i, "WITHVALUES")) {
        withValues = true;
      } else if (request.is(i, "LIMIT") && i + 2 < request.count()) {
        skip = integer(i + 1);
        long count = integer(i + 2);
        wanted = count < 0 ? Long.MAX_VALUE : count;
        i += 2;
      } else {
        error = "ERR syntax error";
      }
    }
    if (skip < 0) {
      wanted = 0;
    }
  }

  private long integer(int argument) {
    byte[] buffer = request.buffer();
    int start = request.start(argument);
    int length = request.length(argument);
    if (!Decimal.isLong(buffer, start, length)) {
      error = "ERR value is not an integer or out of range";
      return 0;
    }
    return Decimal.toLong(buffer, start, length);
  }

  @Override
  Step step(ReplyWriter stepReply) {
    Keyspace keyspace = router.map().keyspace(keyspace());
    if (error == null && keyspace != null && keyspace.partitioning() != Partitioning.RANGE) {
      error = "ERR KEYRANGE needs a range keyspace";
    }
    if (error != null) {
      stepReply.error(error);
      return Step.REPLIED;
    }
    if (keyspace == null) {
      return stepOf(router.dispatch(this, command, request, ClusterMap.NO_SHARD, 0, stepReply));
    }
    Tablet tablet = nextTablet(keyspace);
    if (wanted == 0 || tablet == null) {
      return Step.NONE;
    }
    return stepOf(
        router.dispatch(
            this, command, stepRequest(keyspace), tablet.shard(), tablet.partition(), stepReply));
  }

  /** The tablet at the place reached, null when the range ends before it. */
  private @Nullable Tablet nextTablet(Keyspace keyspace) {
    if (isAtEnd(keyspace)) {
      return null;
    }
    List<Tablet> tablets = keyspace.tablets();
    Tablet tablet = reached == null ? startTablet(keyspace) : tabletOf(keyspace, reached);
    if (reverse && reached != null && Arrays.equals(tablet.from(), reached)) {
      tablet = tablets.get(tablets.indexOf(tablet) - 1);
    }
    boundary = reverse ? (tablet.from().length == 0 ? null : tablet.from()) : tablet.to();
    return tablet;
  }

  private Tablet startTablet(Keyspace keyspace) {
    byte[] bound = request.copy(reverse ? MAX : MIN);
    if (isKey(bound)) {
      return keyspace.tabletOf(bound, 1, bound.length - 1);
    }
    // An open end, or a malformed bound, of which the tablet's shard says how.
    List<Tablet> tablets = keyspace.tablets();
    return reverse && bound.length == 1 && bound[0] == '+' ? tablets.getLast() : tablets.getFirst();
  }

  private static Tablet tabletOf(Keyspace keyspace, byte[] key) {
    return keyspace.tabletOf(key, 0, key.length);
  }

  /** Whether a bound is a key, inclusive or exclusive, and not an open end. */
  private static boolean isKey(byte[] bound) {
    return bound.length > 0 && (bound[0] == '[' || bound[0] == '(');
  }

  private boolean isAtEnd(Keyspace keyspace) {
    byte[] bound = request.copy(reverse ? MIN : MAX);
    if (reached == null || !isKey(bound)) {
      return false;
    }
    int order = compare(keyspace, reached, bound);
    return reverse ? order <= 0 : order > 0;
  }

  private static int compare(Keyspace keyspace, byte[] key, byte[] bound) {
    return keyspace.order().compare(key, 0, key.length, bound, 1, bound.length - 1);
  }

  /** Where the step begins: what was reached, and the client's own bound before that. */
  private byte[] near() {
    if (reached != null) {
      return bound(reverse ? '(' : '[', reached);
    }
    return request.copy(reverse ? MAX : MIN);
  }

  /**
   * Where the step ends: at the tablet's far edge, for its shard may not have cut it yet, unless
   * the client's bound is nearer, or makes no sense, of which the shard says how.
   */
  private byte[] far(Keyspace keyspace) {
    byte[] bound = request.copy(reverse ? MIN : MAX);
    byte[] edge = boundary;
    boolean open = bound.length == 1 && bound[0] == (reverse ? '-' : '+');
    if (edge == null || !(open || isKey(bound))) {
      return bound;
    }
    int order = open ? 0 : compare(keyspace, edge, bound);
    boolean edgeIsNearer = open || (reverse ? order > 0 : order <= 0);
    return edgeIsNearer ? bound(reverse ? '[' : '(', edge) : bound;
  }

  private static byte[] bound(char kind, byte[] key) {
    byte[] bound = new byte[key.length + 1];
    bound[0] = (byte) kind;
    System.arraycopy(key, 0, bound, 1, key.length);
    return bound;
  }

  /** The client's request for this tablet, with the limit that is left. */
  private Request stepRequest(Keyspace keyspace) {
    List<byte[]> arguments = new ArrayList<>();
    arguments.add(request.copy(0));
    arguments.add(reverse ? far(keyspace) : near());
    arguments.add(reverse ? near() : far(keyspace));
    if (reverse) {
      arguments.add(REV);
    }
    if (wanted < Long.MAX_VALUE - skip) {
      arguments.add(LIMIT);
      arguments.add(ZERO);
      arguments.add(Long.toString(skip + wanted).getBytes(StandardCharsets.US_ASCII));
    }
    if (withValues) {
      arguments.add(WITH_VALUES);
    }
    return Request.of(arguments.toArray(byte[][]::new));
  }

  @Override
  boolean accept(byte[] bytes, int offset, int length) {
    ReplyReader reader = new ReplyReader(bytes, offset, length);
    reader.next();
    if (reader.isError()) {
      errorReply = Arrays.copyOfRange(bytes, offset, offset + length);
      return true;
    }
    int perKey = withValues ? 2 : 1;
    long keys = reader.elements() / perKey;
    long skipped = Math.min(skip, keys);
    for (long i = skipped * perKey; i > 0; i--) {
      reader.skip();
    }
    int at = reader.position();
    skip -= skipped;
    wanted -= wanted == Long.MAX_VALUE ? 0 : keys - skipped;
    elements += (keys - skipped) * perKey;
    found.add(Arrays.copyOfRange(bytes, at, offset + length));
    reached = boundary;
    return reached == null || wanted == 0;
  }

  @Override
  void finish(ReplyWriter reply) {
    if (errorReply != null) {
      reply.raw(errorReply);
      return;
    }
    reply.array((int) elements);
    for (byte[] part : found) {
      reply.raw(part);
    }
  }
}
