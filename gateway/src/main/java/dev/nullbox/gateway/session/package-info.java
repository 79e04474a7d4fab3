/**
 * One operator's calls, whatever their transport: {@link dev.nullbox.gateway.session.OperatorCalls} passes each to its
 * method's service, {@link dev.nullbox.gateway.session.CallSlot} holds one of them at a time, and {@link
 * dev.nullbox.gateway.session.LineSession} is the transport of {@code nullctl}, one JSON-RPC message a line.
 */
@NullMarked
package dev.nullbox.gateway.session;

import org.jspecify.annotations.NullMarked;
