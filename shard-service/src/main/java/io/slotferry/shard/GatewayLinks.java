package io.slotferry.shard;

import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.shard.ShardExecutor;
import java.util.HashMap;
import java.util.Iterator;
import java.util.Map;
import java.util.concurrent.Executor;
import java.util.function.BiConsumer;
import java.util.random.RandomGenerator;

/**
 * The links of gateways in other processes to one copy, by their ids. A living link stays, however
 * silent its gateway is. A closed one is kept for a while after its last frame: a late or repeated
 * frame of a link that was forgotten would look like the first frame of a new one, and be executed
 * again.
 *
 * <p>Sans-IO: time is an argument, frames go to the bus that it is given. Thread: the copy's loop.
 */
public final class GatewayLinks {
  /** Far longer than the bus holds a frame back. */
  static final long KEPT_MILLIS = 120_000;

  /** Beyond it, new links are refused until closed ones are forgotten. */
  static final int LINKS_MAX = 10_000;

  private final String copyAddress;
  private final byte[] envelope;
  private final ShardExecutor executor;
  private final Executor loop;
  private final BiConsumer<String, byte[]> bus;
  private final RandomGenerator ends;
  private final Map<Long, GatewayLink> links = new HashMap<>();

  /**
   * @param copyAddress this node's id, which gateways skip
   * @param loop runs what it is given at the end of the present turn of the copy's loop
   * @param bus sends a frame to an address
   * @param ends draws this side's ends of links, which nobody else may ever draw
   */
  public GatewayLinks(
      String copyAddress,
      ShardExecutor executor,
      Executor loop,
      BiConsumer<String, byte[]> bus,
      RandomGenerator ends) {
    this.copyAddress = copyAddress;
    this.envelope = GatewayLink.envelope(copyAddress);
    this.executor = executor;
    this.loop = loop;
    this.bus = bus;
    this.ends = ends;
  }

  /** A frame of a gateway; {@code in} stands behind the kind. */
  public void received(WireReader in, long nowMillis) {
    String gateway = in.text();
    long id = FrameLink.idIn(in);
    GatewayLink link = links.get(id);
    if (link == null) {
      if (links.size() >= LINKS_MAX) {
        bus.accept(gateway, FrameLink.refusal(id, envelope));
        return;
      }
      link = new GatewayLink(id, ends.nextLong(), gateway, copyAddress, executor, loop, bus);
      links.put(id, link);
    }
    link.receive(in, nowMillis);
  }

  /** To be called every few milliseconds. */
  public void tick(long nowMillis) {
    for (Iterator<GatewayLink> all = links.values().iterator(); all.hasNext(); ) {
      GatewayLink link = all.next();
      link.tick(nowMillis);
      if (link.isBroken() && nowMillis - link.heardMillis() > KEPT_MILLIS) {
        all.remove();
      }
    }
  }
}
