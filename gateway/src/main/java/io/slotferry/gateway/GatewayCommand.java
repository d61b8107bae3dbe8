package io.slotferry.gateway;

import io.slotferry.protocol.ReplyWriter;
import io.slotferry.protocol.Request;

/** A command, or subcommand, that the gateway answers itself. Thread: the session's loop. */
@FunctionalInterface
interface GatewayCommand {
  /**
   * @return true when the reply was appended to {@code reply}; else nothing was, and the session's
   *     {@link Session#later} target gets it later
   */
  boolean execute(Session session, Request request, ReplyWriter reply);
}
