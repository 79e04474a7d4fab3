package dev.nullbox.egress;

import dev.nullbox.manifest.network.AddressBlock;
import dev.nullbox.manifest.network.NetworkTarget.Transport;
import dev.nullbox.manifest.network.PortRange;

/** Rule of an agent's chain, as data; {@link NftText} writes it, with its reason, for the kernel. */
public sealed interface EgressRule {
    /** Drops what claims another source than the agent's one address. */
    record DropForeignSource(String own) implements EgressRule {}

    /** Lets the agent speak to ports of addresses. */
    record AllowTo(AddressBlock block, Transport transport, PortRange ports) implements EgressRule {}

    /** Lets those ports answer the agent, within connections that the agent opened. */
    record AllowAnswer(AddressBlock block, Transport transport, PortRange ports) implements EgressRule {}

    /** Lets the agent speak to what its allowed names stand for, as the resolver has learnt; each packet renews that. */
    record AllowToNamed() implements EgressRule {}

    /** Lets those answer. */
    record AllowNamedAnswer() implements EgressRule {}

    /** Lets the agent send ICMP echo requests to them. */
    record AllowPingNamed(int perSecond) implements EgressRule {}

    /** Lets them answer these. */
    record AllowNamedPingAnswer() implements EgressRule {}

    /** Lets the agent ask the resolver, on its own gateway address. */
    record AllowToResolver(String gateway, Transport transport) implements EgressRule {}

    /** Lets the resolver answer. */
    record AllowResolverAnswer(String gateway, Transport transport) implements EgressRule {}

    /** Lets the host tell the agent at once that a packet was refused. */
    record AllowRefusal() implements EgressRule {}

    /** Lets the agent speak to what an operator allowed it for a time; the kernel ends that. */
    record AllowToGranted() implements EgressRule {}

    /** Lets that answer. */
    record AllowGrantedAnswer() implements EgressRule {}

    /** Keeps what is refused, with a count, for the operator to be told; a full set keeps no more. */
    record KeepRefused() implements EgressRule {}

    /** Marks the agent as one with refusals of late. */
    record MarkRefused() implements EgressRule {}

    /** Resets the agent's open connections that no rule before allows any longer. */
    record RefuseTcp() implements EgressRule {}

    /** Refuses all else that no rule before has allowed. */
    record RefuseRest() implements EgressRule {}

    /** Lets routers tell the agent that a packet of a connection of its own did not get through. */
    record AllowUnreachable() implements EgressRule {}

    /** Lets the agent open so many connections at once and no more. */
    record LimitConnections(int most) implements EgressRule {}

    /** Lets the agent have so many questions for names in the table of connections, where each stays for half a minute. */
    record LimitQuestions(String gateway, int most) implements EgressRule {}

    /** Lets the agent speak to a service of the host, on its own gateway address; {@code name} is for people. */
    record AllowToService(String gateway, int port, String name) implements EgressRule {}

    /** Lets that service answer. */
    record AllowServiceAnswer(String gateway, int port, String name) implements EgressRule {}

    /** Lets the agent send ICMP echo requests to addresses, so many a second and no more. */
    record AllowPing(AddressBlock block, int perSecond) implements EgressRule {}

    /** Lets those addresses answer them. */
    record AllowPingAnswer(AddressBlock block) implements EgressRule {}

    /** Drops what no rule before has allowed. */
    record DropRest() implements EgressRule {}
}
