package dev.nullbox.egress;

import dev.nullbox.manifest.network.AddressBlock;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.manifest.network.PortRange;

/** Rule of an agent's chain, as data; {@link NftText} writes it, with its reason, for the kernel. */
public sealed interface EgressRule {
    /** Drops packets with another source address than the agent's. */
    record DropForeignSource(String own) implements EgressRule {}

    /** Allows packets of the agent to ports of addresses. */
    record AllowTo(AddressBlock block, Transport transport, PortRange ports) implements EgressRule {}

    /** Allows answers of those ports, within connections that the agent opened. */
    record AllowAnswer(AddressBlock block, Transport transport, PortRange ports) implements EgressRule {}

    /**
     * Allows packets of the agent to the addresses of its allowed names, as the resolver has learnt them; each packet
     * renews the element's time.
     */
    record AllowToNamed() implements EgressRule {}

    /** Allows answers of those addresses. */
    record AllowNamedAnswer() implements EgressRule {}

    /** Allows ICMP echo requests of the agent to those addresses. */
    record AllowPingNamed(int perSecond) implements EgressRule {}

    /** Allows the answers to these. */
    record AllowNamedPingAnswer() implements EgressRule {}

    /** Allows queries of the agent to the resolver, at its own gateway address. */
    record AllowToResolver(String gateway, Transport transport) implements EgressRule {}

    /** Allows answers of the resolver. */
    record AllowResolverAnswer(String gateway, Transport transport) implements EgressRule {}

    /** Allows requests of the agent to the time server, at its own gateway address, up to a rate. */
    record AllowToTime(String gateway, int perSecond) implements EgressRule {}

    /** Allows answers of the time server. */
    record AllowTimeAnswer(String gateway) implements EgressRule {}

    /** Allows the host's messages to the agent that a packet was refused. */
    record AllowRefusal() implements EgressRule {}

    /** Allows packets of the agent to targets that an operator granted for a time; the kernel ends the grant. */
    record AllowToGranted() implements EgressRule {}

    /** Allows answers of those targets. */
    record AllowGrantedAnswer() implements EgressRule {}

    /** Records refused connections, with a count, for the operator; a full set records no more. */
    record KeepRefused() implements EgressRule {}

    /** Marks the agent as one with recent refusals. */
    record MarkRefused() implements EgressRule {}

    /** Resets the agent's open connections that no rule before allows any longer. */
    record RefuseTcp() implements EgressRule {}

    /** Refuses everything that no rule before has allowed. */
    record RefuseRest() implements EgressRule {}

    /** Allows routers' messages that a packet of an agent's connection was not delivered. */
    record AllowUnreachable() implements EgressRule {}

    /** Limits the connections that the agent has open at once. */
    record LimitConnections(int most) implements EgressRule {}

    /** Limits the agent's queries for names in the table of connections, where each stays for half a minute. */
    record LimitQuestions(String gateway, int most) implements EgressRule {}

    /**
     * Allows packets of the agent to a service of the host, at its own gateway address; {@code name} is for the rule's
     * comment.
     */
    record AllowToService(String gateway, int port, String name) implements EgressRule {}

    /** Allows answers of that service. */
    record AllowServiceAnswer(String gateway, int port, String name) implements EgressRule {}

    /** Allows ICMP echo requests of the agent to addresses, up to a rate. */
    record AllowPing(AddressBlock block, int perSecond) implements EgressRule {}

    /** Allows the answers of those addresses. */
    record AllowPingAnswer(AddressBlock block) implements EgressRule {}

    /** Leaves connections to ports of addresses as they are: no name is asked of them. */
    record PassByGate(AddressBlock block, PortRange ports) implements EgressRule {}

    /** Leaves connections to what raw names stand for as they are, or to targets that are granted. */
    record PassByGateNamed(boolean isGranted) implements EgressRule {}

    /** Redirects connections to what gated names stand for, or granted ones, to the gate. */
    record RedirectToGate(boolean isGranted) implements EgressRule {}

    /** Limits the connections through the gate that the agent has open at once. */
    record LimitGated(int most) implements EgressRule {}

    /**
     * Allows packets of the agent to the gate while a gated name stands for where they were redirected from; each packet
     * renews the element's time, and the gate's right to connect there.
     */
    record AllowToGate(boolean isGranted) implements EgressRule {}

    /** Allows answers of the gate within these connections. */
    record AllowGateAnswer(String gateway, boolean isGranted) implements EgressRule {}

    /** Drops everything that no rule before has allowed. */
    record DropRest() implements EgressRule {}
}
