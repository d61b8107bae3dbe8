package io.slotferry.gateway;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.vertx.core.Future;
import java.util.HashMap;
import java.util.Map;
import java.util.random.RandomGenerator;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * A loop's links to shard copies in other processes, by their ids. Both ends' envelope is the
 * frame's kind and the address where its sender listens:
 *
 * <pre>
 *   u8 kind (COMMANDS or REPLIES), text address, then the {@link FrameLink}'s header and payload
 * </pre>
 *
 * Thread: the gateway loop.
 */
final class RemoteLinks {
  private static final Logger LOG = LoggerFactory.getLogger(RemoteLinks.class);

  private final FrameBus bus;
  private final String address;
  private final byte[] envelope;
  private final Map<Long, RemoteShardLink> links = new HashMap<>();
  private final RandomGenerator ids;
  private final WireReader in = new WireReader(new byte[0]);

  /**
   * @param name unique among the loops of all gateways
   * @param ids draws the ids of links, which nobody else may ever draw
   */
  RemoteLinks(String name, FrameBus bus, RandomGenerator ids) {
    this.bus = bus;
    this.ids = ids;
    this.address = "slotferry.gateway." + name;
    WireWriter out = new WireWriter();
    out.u8(FrameKind.COMMANDS.code());
    out.text(address);
    this.envelope = out.toByteArray();
  }

  static String copyAddress(String node) {
    return "slotferry.copy." + node;
  }

  Future<Void> open() {
    return bus.open(address, this::receive);
  }

  Future<Void> close() {
    return bus.close();
  }

  byte[] envelope() {
    return envelope;
  }

  long newId() {
    return ids.nextLong();
  }

  void add(long id, RemoteShardLink link) {
    links.put(id, link);
  }

  void remove(long id) {
    links.remove(id);
  }

  void send(String copyAddress, byte[] frame) {
    bus.send(copyAddress, frame);
  }

  private void receive(byte[] frame) {
    try {
      in.reset(frame, 0, frame.length);
      FrameKind kind = FrameKind.of(in.u8());
      in.skip(in.varint());
      RemoteShardLink link = links.get(FrameLink.idIn(in));
      // A frame of a link that is closed here is dropped: its other end was told, or will give up.
      if (kind == FrameKind.REPLIES && link != null) {
        link.receive(in);
      }
    } catch (MalformedFrameException e) {
      LOG.error("A frame of {} bytes to {} is dropped", frame.length, address, e);
    }
  }
}
