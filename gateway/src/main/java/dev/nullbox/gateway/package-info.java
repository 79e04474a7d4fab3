/**
 * The management port: the one listener of the appliance that is reachable from outside, TCP 7443.
 *
 * <p>{@link dev.nullbox.gateway.GatewayMain} is the process. {@link dev.nullbox.gateway.Gateway} accepts TLS 1.3
 * connections with a client certificate of the operators' authority; {@link dev.nullbox.gateway.Operators} takes the
 * operator's name from it; {@link dev.nullbox.gateway.GatewayConnection} reads one JSON-RPC request a line and calls
 * the service of the method on its Unix socket, with the operator's name beside it.
 *
 * <p>Threats: a client without a certificate, one that floods, stalls or never reads ({@link
 * dev.nullbox.gateway.GatewayLimits} bounds each wait), and an operator that calls a method meant for services (the
 * method's audience decides, and the service checks again). The process has no capability and no state, and wipes
 * requests and answers that carry secrets.
 */
@NullMarked
package dev.nullbox.gateway;

import org.jspecify.annotations.NullMarked;
