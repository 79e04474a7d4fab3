/**
 * The connection to an appliance: {@link dev.nullbox.nullctl.client.ApplianceClient} calls methods over TLS 1.3 with
 * the operator's certificate, {@link dev.nullbox.nullctl.client.Transfers} and {@link
 * dev.nullbox.nullctl.client.Upload} move files chunk by chunk. Threats: an endpoint that is not the appliance (its
 * certificate must come from the operator's authority), and an answer of another form (decoded by the method's fields,
 * else refused). Parameters with secrets are wiped once they are sent.
 */
@NullMarked
package dev.nullbox.nullctl.client;

import org.jspecify.annotations.NullMarked;
