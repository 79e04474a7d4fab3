package dev.nullbox.cage.agent;

import dev.nullbox.cage.jail.Secret;
import dev.nullbox.cage.secrets.LeaseList;
import dev.nullbox.manifest.CredentialRef;
import dev.nullbox.manifest.Delivery;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.SecretRule;
import dev.nullbox.manifest.network.NetworkTarget;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.AgentReason;
import dev.nullbox.protocol.api.EgressContract;
import dev.nullbox.protocol.api.MemoryContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.RpcClient;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/** Client of the services that an agent's start and end need: egress, warden, ctxgraph. */
public final class ServiceClients {
    private final Path sockets;
    private final Duration deadline;

    /** @param sockets the directory with NAME.sock of each service */
    public ServiceClients(Path sockets, Duration deadline) {
        this.sockets = sockets;
        this.deadline = deadline;
    }

    private <R> R call(Method<R> method, Value<?>... params) throws RpcException {
        return RpcClient.call(sockets, method, deadline, params);
    }

    /**
     * Puts the agent's rules in force.
     *
     * @param opening what the gate opens
     */
    void addEgress(Manifest manifest, AgentSlot slot, Optional<Message> opening) throws RpcException {
        Manifest.Capabilities may = manifest.capabilities();
        Message params = Message.of(
                        EgressContract.AGENT.is(manifest.agent().name()),
                        EgressContract.INTERFACE.is(slot.interfaceName()),
                        Fields.ADDRESS.is(slot.address()),
                        EgressContract.GATEWAY.is(slot.gateway()),
                        EgressContract.ALLOW.is(may.network().allow().stream()
                                .map(NetworkTarget::text)
                                .toList()),
                        EgressContract.MEMORY_PORT.is((long) AgentSlot.MEMORY_PORT))
                .and(
                        EgressContract.API_PORT,
                        Optional.of((long) AgentSlot.API_PORT).filter(_ -> GuestSetup.fetches(may)))
                .and(EgressContract.OPENING, opening);
        var _ = RpcClient.call(sockets, EgressContract.ADD, deadline, params);
    }

    /** Removes the rules of the run in a slot. */
    void removeEgress(AgentName agent, AgentSlot slot) throws RpcException {
        var _ = call(
                EgressContract.REMOVE,
                EgressContract.AGENT.is(agent),
                EgressContract.INTERFACE.is(slot.interfaceName()));
    }

    /** Removes the rules of all runs of the agent. */
    void removeAllEgress(AgentName agent) throws RpcException {
        var _ = call(EgressContract.REMOVE, EgressContract.AGENT.is(agent));
    }

    /**
     * Lease of one run.
     *
     * @param lease the warden's name of it; empty without one
     * @param secrets those that are delivered as files, in the manifest's order; the holder closes them
     */
    record GrantedLease(String lease, List<Secret> secrets) {
        static final GrantedLease NOTHING = new GrantedLease("", List.of());
    }

    /**
     * Leases all that the manifest refers to; what the gate puts in by its name alone.
     *
     * @param live runs of the agent whose leases stay
     * @throws RpcException the warden's refusal; LEASE when its answer lacks one
     */
    GrantedLease lease(Manifest manifest, long run, List<Long> live) throws RpcException {
        List<CredentialRef> refs = manifest.capabilities().credentialRefs();
        Message response = call(
                VaultContract.LEASE_FOR,
                VaultContract.AGENT.is(manifest.agent().name()),
                run(run),
                VaultContract.REFS.is(Stream.concat(refs.stream().map(ServiceClients::describe), forGate(manifest))
                        .toList()),
                VaultContract.LIVE_RUNS.is(live.stream().map(String::valueOf).toList()));
        return grantedLease(response, refs);
    }

    /** Each secret of the gate once, with its host if it has but one. */
    private static Stream<Message> forGate(Manifest manifest) {
        Map<SecretName, Set<String>> hosts = new LinkedHashMap<>();
        for (SecretRule rule : manifest.capabilities().network().secrets()) {
            hosts.computeIfAbsent(rule.secret(), _ -> new LinkedHashSet<>())
                    .add(rule.target().host());
        }
        return hosts.entrySet().stream()
                .map(entry -> Message.of(
                                VaultContract.NAME.is(entry.getKey()), VaultContract.DELIVER.is(VaultContract.TO_GATE))
                        .and(
                                VaultContract.HOST,
                                entry.getValue().stream()
                                        .findFirst()
                                        .filter(_ -> entry.getValue().size() == 1)));
    }

    private static Message describe(CredentialRef ref) {
        return Message.of(VaultContract.NAME.is(ref.name()))
                .and(VaultContract.VERSION, ref.version().map(Integer::longValue))
                .and(VaultContract.HOST, ref.host())
                .and(VaultContract.READS, ref.reads().map(Integer::longValue))
                .and(VaultContract.TTL_S, ref.ttl().map(Duration::toSeconds))
                .and(VaultContract.DELIVER.is(ref.delivery().key()));
    }

    private static Value<String> run(long run) {
        return VaultContract.RUN.is(Long.toString(run));
    }

    /** The secrets that are delivered as files; when one is missing, all are wiped. */
    static GrantedLease grantedLease(Message response, List<CredentialRef> refs) throws RpcException {
        Map<String, byte[]> values = response.get(VaultContract.VALUES);
        List<Secret> secrets = new ArrayList<>();
        for (CredentialRef ref : refs) {
            if (ref.delivery() == Delivery.FILE) {
                String name = ref.name().value();
                byte[] value = values.get(name);
                if (value == null) {
                    response.wipe();
                    throw new RpcException(AgentReason.LEASE, "the warden's lease lacks " + name);
                }
                secrets.add(new Secret(name, value));
            }
        }
        return new GrantedLease(response.get(VaultContract.LEASE), List.copyOf(secrets));
    }

    /**
     * A secret that the agent fetches itself; the caller closes it.
     *
     * @throws RpcException the warden's refusal, as LEASE_SPENT
     */
    Secret fetch(AgentName agent, long run, String name) throws RpcException {
        Message response = call(
                VaultContract.FETCH,
                VaultContract.AGENT.is(agent),
                run(run),
                VaultContract.NAME.is(new SecretName(name)));
        return new Secret(name, response.get(VaultContract.VALUE));
    }

    /**
     * All leases, when they change or the wait has passed.
     *
     * @param after the number of the known state
     * @throws RpcException the warden's refusal; UNEXPECTED when its answer is malformed
     */
    public LeaseList leases(long after, long waitMillis) throws RpcException {
        return LeaseList.of(RpcClient.call(
                sockets,
                VaultContract.LEASES,
                deadline.plusMillis(waitMillis),
                VaultContract.AFTER.is(after),
                VaultContract.WAIT_MS.is(waitMillis)));
    }

    public void revoke(AgentName agent, long run) throws RpcException {
        var _ = call(VaultContract.REVOKE, VaultContract.AGENT.is(agent), run(run));
    }

    /** Ends all leases of the agent, of whichever run. */
    void revokeAll(AgentName agent) throws RpcException {
        var _ = call(VaultContract.REVOKE, VaultContract.AGENT.is(agent));
    }

    /** Opens the agent's memory to it for one run. */
    void attachMemory(CatalogEntry.Accepted agent, AgentSlot slot, long run) throws RpcException {
        Manifest.Memory memory = agent.manifest().capabilities().memory();
        var _ = call(
                MemoryContract.ATTACH,
                MemoryContract.AGENT.is(agent.manifest().agent().name()),
                Fields.ADDRESS.is(slot.gateway()),
                Fields.PORT.is((long) AgentSlot.MEMORY_PORT),
                Fields.RUN.is(run),
                MemoryContract.MANIFEST.is(agent.digest()),
                MemoryContract.READ.is(memory.read()),
                MemoryContract.WRITE.is(memory.write()),
                MemoryContract.MAX_MB.is((long) memory.maxMb()),
                MemoryContract.MAX_WRITES_PER_MINUTE.is((long) memory.maxWritesPerMinute()));
    }

    /** Closes the memory's listener of the run in a slot. */
    void detachMemory(AgentName agent, AgentSlot slot) throws RpcException {
        var _ = call(MemoryContract.DETACH, MemoryContract.AGENT.is(agent), Fields.ADDRESS.is(slot.gateway()));
    }

    /** Closes the memory's listeners of all runs of the agent. */
    void detachAllMemory(AgentName agent) throws RpcException {
        var _ = call(MemoryContract.DETACH, MemoryContract.AGENT.is(agent));
    }
}
