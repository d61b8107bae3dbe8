package io.slotferry.server.node;

import io.slotferry.server.StartRefusedException;
import io.slotferry.server.config.Settings.ClusterSettings;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.NetworkInterface;
import java.net.SocketException;
import java.net.UnknownHostException;
import java.util.Collections;

/** The address of this node that others can reach. */
final class OwnAddress {
  private OwnAddress() {}

  /** What the settings say, or the machine's own address where they bind to all of them. */
  static String advertised(ClusterSettings settings) throws StartRefusedException {
    if (!settings.advertise().isEmpty()) {
      return settings.advertise();
    }
    return isWildcard(settings.bind()) ? ofMachine() : settings.bind();
  }

  static boolean isWildcard(String address) {
    return address.equals("0.0.0.0") || address.equals("::");
  }

  /** Hazelcast wants the number of the interface that it binds to. */
  static String numeric(String host) {
    try {
      return InetAddress.getByName(host).getHostAddress();
    } catch (UnknownHostException e) {
      // It fails to bind, and says so.
      return host;
    }
  }

  /** The first IPv4 address that is not the loopback's: a container has just one. */
  private static String ofMachine() throws StartRefusedException {
    try {
      for (NetworkInterface network : Collections.list(NetworkInterface.getNetworkInterfaces())) {
        if (network.isUp() && !network.isLoopback()) {
          for (InetAddress address : Collections.list(network.getInetAddresses())) {
            if (address instanceof Inet4Address && !address.isLinkLocalAddress()) {
              return address.getHostAddress();
            }
          }
        }
      }
    } catch (SocketException e) {
      throw new StartRefusedException("cannot list the network interfaces: " + e.getMessage());
    }
    throw new StartRefusedException(
        "this machine has no network address but loopback: set cluster.bind or cluster.advertise");
  }
}
