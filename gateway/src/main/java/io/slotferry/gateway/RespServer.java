package io.slotferry.gateway;

import io.netty.buffer.Unpooled;
import io.netty.channel.Channel;
import io.netty.channel.ChannelFutureListener;
import io.netty.channel.ChannelHandlerContext;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.internal.ContextInternal;
import io.vertx.core.internal.net.NetSocketInternal;
import io.vertx.core.net.NetServer;
import io.vertx.core.net.NetServerOptions;
import io.vertx.core.net.NetSocket;
import java.nio.charset.StandardCharsets;
import org.jspecify.annotations.Nullable;

/**
 * Serves RESP on one event loop: the one that it is deployed on. Several of one gateway share the
 * port, and the connections are spread over them.
 */
public final class RespServer extends VerticleBase {
  private static final byte[] TOO_MANY_CLIENTS =
      "-ERR max number of clients reached\r\n".getBytes(StandardCharsets.US_ASCII);
  private static final int ACCEPT_BACKLOG = 1024;

  private final Gateway gateway;
  private @Nullable GatewayLoop loop;
  private @Nullable NetServer server;

  public RespServer(Gateway gateway) {
    this.gateway = gateway;
  }

  @Override
  public Future<?> start() {
    GatewayOptions options = gateway.options();
    return gateway
        .open((ContextInternal) context)
        .compose(opened -> {
          loop = opened;
          server =
              vertx
                  .createNetServer(serverOptions())
                  .connectHandler(socket -> accept(opened, socket));
          return server.listen(gateway.respPort(), options.bind());
        })
        .onSuccess(listening -> gateway.servesRespAt(listening.actualPort()));
  }

  private static NetServerOptions serverOptions() {
    return new NetServerOptions()
        .setTcpNoDelay(true)
        .setTcpKeepAlive(true)
        .setAcceptBacklog(ACCEPT_BACKLOG)
        .setReuseAddress(true);
  }

  private void accept(GatewayLoop loop, NetSocket socket) {
    ChannelHandlerContext vertxContext = ((NetSocketInternal) socket).channelHandlerContext();
    Channel channel = vertxContext.channel();
    Clients clients = gateway.clients();
    if (clients.size() >= gateway.settings().clientsMax()) {
      gateway.counters().addRejected();
      channel
          .writeAndFlush(Unpooled.wrappedBuffer(TOO_MANY_CLIENTS))
          .addListener(ChannelFutureListener.CLOSE);
      return;
    }
    // Nothing goes through it, and its queues would be two thirds of what a connection takes.
    channel.pipeline().remove(vertxContext.name());
    clients.add(new RespHandler(loop, channel).open(clients.nextId()));
  }

  @Override
  public Future<?> stop() {
    Future<?> closed = server == null ? Future.succeededFuture() : server.close();
    GatewayLoop opened = loop;
    return opened == null ? closed : closed.eventually(() -> gateway.close(opened));
  }
}
