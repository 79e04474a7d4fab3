/**
 * The management port over HTTP/1.1, for {@code curl}, collectors of figures and programs: {@code POST /v1/METHOD} with a
 * JSON object calls a method, {@code GET /v1/openapi.json} describes all of them, {@code GET /v1/events} is a stream of
 * events, {@code GET /metrics} is OpenMetrics, and files pass through {@code /v1/SERVICE/files}.
 *
 * <p>{@link dev.nullbox.gateway.http.HttpSession} is one connection; Apache HttpCore reads and writes the messages
 * (RFC 9112). Errors are {@link dev.nullbox.gateway.http.Problem}s (RFC 9457). Threats: a request of a browser that holds
 * an operator's certificate, sent by another site's page (whatever has an Origin is refused); heads and bodies beyond
 * their bounds; a client that stalls (each wait has a deadline).
 */
@NullMarked
package dev.nullbox.gateway.http;

import org.jspecify.annotations.NullMarked;
