package io.slotferry.gateway.http;

import org.jspecify.annotations.Nullable;

/**
 * How HTTP is served.
 *
 * @param bind address to listen on
 * @param port TCP port, 0 for any free one
 * @param token what clients give as {@code Authorization: Bearer …} under {@code /v1} and {@code
 *     /redis}, null for none
 */
public record HttpGatewayOptions(String bind, int port, @Nullable String token) {}
