package io.slotferry.gateway.pubsub;

import io.slotferry.protocol.frame.FrameKind;
import io.slotferry.protocol.frame.FrameLink;
import io.slotferry.protocol.frame.MalformedFrameException;
import io.slotferry.protocol.frame.WireReader;
import io.slotferry.protocol.frame.WireWriter;
import io.vertx.core.Future;
import io.vertx.core.eventbus.EventBus;
import io.vertx.core.eventbus.Message;
import io.vertx.core.eventbus.MessageConsumer;
import io.vertx.core.internal.ContextInternal;
import java.nio.charset.StandardCharsets;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * All other gateway loops, of this and of other processes. They find each other by beacons; two
 * that have heard of each other have one link, opened by the one whose address sorts first. It
 * begins with all subscriptions of its sender and goes on with their changes and with messages, one
 * payload for each turn of the loop.
 *
 * <pre>
 *             a beacon of an unknown loop                    broken, silent for SILENT_MILLIS_MAX,
 *   UNKNOWN ──────── opens a link, or beacons back ──► LINKED ── or its beacons do not name the link ──► UNKNOWN
 * </pre>
 *
 * <p>A beacon names the links that its sender has, so that one which only one end believes in does
 * not stay: text address, varint count, (i64 link)*. Thread: the gateway loop.
 */
final class Peers {
  private static final Logger LOG = LoggerFactory.getLogger(Peers.class);

  /** Where all loops of all gateways hear the beacons. */
  private static final String BEACONS = "slotferry.peers";

  static final long BEACON_MILLIS = 1_000;
  static final long SILENT_MILLIS_MAX = 5_000;

  /** How long a link may be missing in the beacons of its other end, which may not know it yet. */
  private static final long UNNAMED_MILLIS_MAX = 3_000;

  /** How long a subscription waits for all peers to know it. */
  static final long KNOWN_MILLIS_MAX = 1_000;

  private static final long TICK_MILLIS = 20;

  /** Takes messages for the clients of this loop. */
  interface Delivery {
    int deliver(Space space, byte[] channel, byte[] message);
  }

  /** Actions that wait until these peers have seen what was sent to them. */
  private record Asked(long number, Set<Peer> missing, List<Runnable> actions) {}

  private final ContextInternal context;
  private final EventBus bus;
  private final String address;
  private final byte[] envelope;
  private final Topics topics;
  private final Delivery delivery;
  private final Runnable endTurnLater;
  private final SecureRandom ids = new SecureRandom();
  private final Map<String, Peer> peers = new TreeMap<>();
  private final Set<Topic> changed = new LinkedHashSet<>();
  private final Map<Long, Asked> asked = new HashMap<>();
  private List<Runnable> asking = new ArrayList<>();
  private @Nullable MessageConsumer<byte[]> frames;
  private @Nullable MessageConsumer<byte[]> beacons;
  private long timer;
  private long messages;
  private long lastAsked;
  private boolean tickScheduled;
  private boolean hasNews;

  Peers(
      ContextInternal context,
      String name,
      Topics topics,
      Delivery delivery,
      Runnable endTurnLater) {
    this.context = context;
    this.bus = context.owner().eventBus();
    this.address = "slotferry.peer." + name;
    this.topics = topics;
    this.delivery = delivery;
    this.endTurnLater = endTurnLater;
    WireWriter out = new WireWriter();
    out.u8(FrameKind.PEERS.code());
    out.text(address);
    this.envelope = out.toByteArray();
  }

  private static long nowMillis() {
    return System.nanoTime() / 1_000_000;
  }

  Future<Void> open() {
    frames = bus.consumer(address, this::frame);
    beacons = bus.consumer(BEACONS, this::beacon);
    timer = context.owner().setPeriodic(BEACON_MILLIS, tick -> look());
    return Future.all(frames.completion(), beacons.completion())
        .onSuccess(listening -> beacon())
        .mapEmpty();
  }

  Future<Void> close() {
    context.owner().cancelTimer(timer);
    for (Peer peer : List.copyOf(peers.values())) {
      forget(peer);
      peer.close();
    }
    return unregister(frames).eventually(() -> unregister(beacons));
  }

  private static Future<Void> unregister(@Nullable MessageConsumer<byte[]> consumer) {
    return consumer == null ? Future.succeededFuture() : consumer.unregister();
  }

  int count() {
    return peers.size();
  }

  // ---- finding each other

  private void beacon() {
    WireWriter out = new WireWriter();
    out.text(address);
    out.varint(peers.size());
    peers.values().forEach(peer -> out.i64(peer.linkId));
    bus.publish(BEACONS, out.toByteArray());
  }

  /** Once a beacon's time: who is silent is gone. */
  private void look() {
    long nowMillis = nowMillis();
    for (Peer peer : List.copyOf(peers.values())) {
      if (nowMillis - peer.heardMillis > SILENT_MILLIS_MAX) {
        end(peer, "silent");
      }
    }
    beacon();
  }

  private void beacon(Message<byte[]> message) {
    WireReader in = new WireReader(message.body());
    String sender = in.text();
    if (sender.equals(address)) {
      return;
    }
    long nowMillis = nowMillis();
    Peer peer = peers.get(sender);
    if (peer != null && nowMillis - peer.openedMillis > UNNAMED_MILLIS_MAX && !names(in, peer)) {
      end(peer, "it does not know the link");
      peer = null;
    }
    if (peer != null) {
      peer.heardMillis = nowMillis;
    } else if (address.compareTo(sender) < 0) {
      add(sender, ids.nextLong());
    } else {
      beacon();
    }
  }

  private static boolean names(WireReader in, Peer peer) {
    for (int left = in.varint(); left > 0; left--) {
      if (in.i64() == peer.linkId) {
        return true;
      }
    }
    return false;
  }

  private Peer add(String sender, long linkId) {
    Peer peer = new Peer(this, sender, linkId, ids.nextLong(), envelope, nowMillis());
    peers.put(sender, peer);
    for (Space space : Space.values()) {
      for (Topic topic : topics.all(space)) {
        if (!topic.subscribers.isEmpty()) {
          peer.subscribers(topic);
        }
      }
    }
    // The other end has to hear of the link even if there is nothing to tell.
    peer.seen(0);
    tellLater();
    return peer;
  }

  private void end(Peer peer, String reason) {
    LOG.info(
        "gateway peer gone peer={} reason={} dropped={}", peer.address, reason, peer.dropped());
    forget(peer);
    peer.close();
  }

  void broken(Peer peer, String reason) {
    LOG.info(
        "gateway peer lost peer={} reason={} dropped={}", peer.address, reason, peer.dropped());
    forget(peer);
  }

  private void forget(Peer peer) {
    if (peers.remove(peer.address, peer)) {
      topics.forget(peer);
      for (Asked waiting : List.copyOf(asked.values())) {
        hasSeen(peer, waiting.number());
      }
    }
  }

  // ---- frames

  private void frame(Message<byte[]> message) {
    byte[] bytes = message.body();
    try {
      WireReader in = new WireReader(bytes);
      if (FrameKind.of(in.u8()) == FrameKind.PEERS) {
        frame(in.text(), in);
      }
    } catch (MalformedFrameException e) {
      LOG.error("A frame of {} bytes to {} is dropped", bytes.length, address, e);
    }
  }

  private void frame(String sender, WireReader in) {
    long linkId = FrameLink.idIn(in);
    Peer peer = peers.get(sender);
    if (peer == null || peer.linkId != linkId) {
      if (address.compareTo(sender) < 0) {
        return; // Links to it are opened here: this one has ended.
      }
      if (peer != null) {
        forget(peer);
      }
      peer = add(sender, linkId);
    }
    peer.receive(in, nowMillis());
    tickLater();
  }

  void transmit(String peerAddress, byte[] frame) {
    bus.send(peerAddress, frame);
  }

  void received(Peer peer, WireReader in) {
    while (in.remaining() > 0) {
      int record = in.u8();
      switch (record) {
        case PeerRecord.SUBSCRIBERS -> subscribers(peer, in);
        case PeerRecord.MESSAGE -> delivery.deliver(Space.of(in.u8()), in.bytes(), in.bytes());
        case PeerRecord.ASK -> {
          peer.seen(in.i64());
          tellLater();
        }
        case PeerRecord.SEEN -> hasSeen(peer, in.i64());
        default -> throw new MalformedFrameException("no record of a peer: " + record);
      }
    }
  }

  private void subscribers(Peer peer, WireReader in) {
    Space space = Space.of(in.u8());
    Topic topic = topics.demand(space, new String(in.bytes(), StandardCharsets.ISO_8859_1));
    topic.peerHas(peer, in.varint());
    topics.dropIfUnused(topic);
  }

  private void tickLater() {
    boolean wanted = peers.values().stream().anyMatch(Peer::wantsTick);
    if (wanted && !tickScheduled) {
      tickScheduled = true;
      var _ = context.nettyEventLoop().schedule(this::tick, TICK_MILLIS, TimeUnit.MILLISECONDS);
    }
  }

  private void tick() {
    tickScheduled = false;
    long nowMillis = nowMillis();
    for (Peer peer : List.copyOf(peers.values())) {
      peer.tick(nowMillis);
    }
    tickLater();
  }

  // ---- what the peers are told

  /** The number of this loop's subscribers has changed. */
  void changed(Topic topic) {
    if (!peers.isEmpty()) {
      changed.add(topic);
      tellLater();
    }
  }

  /** A message begins: each peer gets it once, whatever it matches there. */
  void beginMessage() {
    messages++;
  }

  void send(Peer peer, Space space, byte[] channel, byte[] message) {
    if (peer.lastMessage != messages) {
      peer.lastMessage = messages;
      peer.message(space, channel, message);
      tellLater();
    }
  }

  void whenKnown(Runnable action) {
    asking.add(action);
    tellLater();
  }

  private void tellLater() {
    hasNews = true;
    endTurnLater.run();
  }

  void endTurn() {
    if (!hasNews) {
      return;
    }
    hasNews = false;
    for (Topic topic : changed) {
      peers.values().forEach(peer -> peer.subscribers(topic));
    }
    changed.clear();
    if (!asking.isEmpty()) {
      ask();
    }
    long nowMillis = nowMillis();
    peers.values().forEach(peer -> peer.flush(nowMillis));
    tickLater();
  }

  private void ask() {
    Asked question = new Asked(++lastAsked, new LinkedHashSet<>(peers.values()), asking);
    asking = new ArrayList<>();
    asked.put(question.number(), question);
    peers.values().forEach(peer -> peer.ask(question.number()));
    if (question.missing().isEmpty()) {
      answered(question);
      return;
    }
    var _ =
        context
            .nettyEventLoop()
            .schedule(() -> answered(question), KNOWN_MILLIS_MAX, TimeUnit.MILLISECONDS);
  }

  private void hasSeen(Peer peer, long number) {
    Asked question = asked.get(number);
    if (question != null && question.missing().remove(peer) && question.missing().isEmpty()) {
      answered(question);
    }
  }

  private void answered(Asked question) {
    if (asked.remove(question.number()) != null) {
      question.actions().forEach(Runnable::run);
    }
  }
}
