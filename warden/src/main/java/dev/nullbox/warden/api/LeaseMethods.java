package dev.nullbox.warden.api;

import dev.nullbox.protocol.Audience;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.lease.Lease;
import dev.nullbox.warden.lease.LeaseRef;
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.VaultManager;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/** Warden's methods for leases. */
final class LeaseMethods {
    /** Most characters of the list, so that it fits one message with its surroundings. */
    private static final int MAX_LIST_CHARS = 900_000;

    /** Names in the record of a refusal: they fit one record, so that a refused caller cannot fill several at once. */
    private static final int NAMES_OF_A_REFUSAL = 3;

    private final VaultManager manager;
    private final Leases leases;
    private final Audit audit;

    LeaseMethods(VaultManager manager, Leases leases, Audit audit) {
        this.manager = manager;
        this.leases = leases;
        this.audit = audit;
    }

    List<RpcMethod> methods(Calls calls) {
        return List.of(
                calls.bounded(VaultContract.LEASE_FOR, this::lease),
                calls.bounded(VaultContract.FETCH, (_, request) -> fetch(request)),
                calls.bounded(VaultContract.GATE_VALUE, (_, request) -> gateValue(request)),
                Calls.free(VaultContract.GATE_LEASES, (_, request) -> gateLeases(request)),
                Calls.free(VaultContract.LEASES, (_, request) -> list(request)),
                Calls.free(VaultContract.REVOKE, this::revoke));
    }

    /** The run that a call is for. */
    private record Run(String agent, String run) {
        static Run of(Message request) {
            return new Run(request.get(VaultContract.AGENT).value(), request.get(VaultContract.RUN));
        }

        Message and(Value<?>... more) {
            return Message.of(Fields.AGENT.is(agent), VaultContract.RUN.is(run)).and(more);
        }
    }

    private Message lease(Caller caller, Message request) throws RpcException {
        long asked = leases.moment();
        Run run = Run.of(request);
        List<Message> refs = request.get(VaultContract.REFS);
        requireDistinct(refs);
        Map<SecretName, Secret> values = new LinkedHashMap<>();
        try {
            List<LeaseRef> lent = Calls.run(() -> collect(run, refs, values));
            Lease lease = Calls.run(() -> grant(caller, run, request.get(VaultContract.LIVE_RUNS), lent, asked));
            // Copies, which are wiped once they are encoded.
            Map<String, byte[]> files = new LinkedHashMap<>();
            for (LeaseRef ref : lent) {
                Secret value = values.get(ref.name());
                if (value != null && ref.delivery() == LeaseRef.Delivery.FILE) {
                    files.put(ref.name().value(), value.bytes().clone());
                }
            }
            return Message.of(VaultContract.LEASE.is(lease.id()), VaultContract.VALUES.is(files));
        } catch (RpcException e) {
            denied(
                    VaultContract.LEASE_FOR.name(),
                    run,
                    e,
                    refs.stream().map(ref -> ref.get(VaultContract.NAME)).toList());
            throw e;
        } finally {
            values.values().forEach(Secret::close);
        }
    }

    private static void requireDistinct(List<Message> refs) throws RpcException {
        List<SecretName> names = new ArrayList<>();
        for (Message ref : refs) {
            SecretName name = ref.get(VaultContract.NAME);
            if (names.contains(name)) {
                throw ofRefs(VaultReason.NAME_INVALID, name + " is named twice");
            }
            names.add(name);
        }
        if (names.size() > VaultContract.MAX_LEASE_NAMES) {
            throw ofRefs(
                    VaultReason.LEASE_TOO_LARGE,
                    "a lease has at most " + VaultContract.MAX_LEASE_NAMES + " secrets, not " + names.size());
        }
    }

    private Lease grant(Caller caller, Run run, List<String> live, List<LeaseRef> refs, long asked)
            throws RpcException, IOException {
        Leases.Granted granted = leases.grant(run.agent(), run.run(), live, refs, asked);
        granted.ended().forEach(lease -> over(caller, lease));
        Lease lease = granted.lease();
        return VaultAction.orElse(
                () -> leases.end(lease.id(), Lease.State.ENDED).forEach(one -> over(caller, one)), () -> {
                    audit.release(
                            Ring.AGENTS,
                            VaultEvents.LEASE,
                            run.and(VaultContract.LEASE.is(lease.id()), VaultContract.NAMES.is(lease.names())));
                    return lease;
                });
    }

    /** All values or none: the error names every secret that is missing. */
    private List<LeaseRef> collect(Run run, List<Message> requests, Map<SecretName, Secret> values)
            throws RpcException, IOException {
        List<LeaseRef> refs = new ArrayList<>();
        List<String> missing = new ArrayList<>();
        int bytes = 0;
        for (Message request : requests) {
            SecretName name = request.get(VaultContract.NAME);
            boolean isForGate = delivery(request) == LeaseRef.Delivery.GATE;
            if (isForGate) {
                refs.add(LeaseRef.forGate(name, request.find(VaultContract.HOST), request.find(VaultContract.TTL_S)));
                if (!manager.isOpen()) {
                    continue;
                }
            }
            Vault vault = manager.vault();
            try {
                if (isForGate) {
                    vault.lend(name, Optional.empty()).value().close();
                    continue;
                }
                Vault.Version found =
                        vault.lend(name, request.find(VaultContract.VERSION).map(Math::toIntExact));
                values.put(name, found.value());
                bytes += found.value().length();
                refs.add(ref(request, found));
            } catch (RpcException e) {
                alarmIfCanary(e, run, name);
                if (!e.is(VaultReason.SECRET_UNKNOWN)) {
                    throw e;
                }
                missing.add(name.value());
            }
        }
        if (!missing.isEmpty()) {
            throw ofRefs(
                    VaultReason.SECRET_UNKNOWN,
                    "the vault has no " + String.join(", ", missing) + "; nullctl vault set NAME adds one");
        }
        if (bytes > VaultContract.MAX_LEASE_BYTES) {
            throw ofRefs(
                    VaultReason.LEASE_TOO_LARGE,
                    "the values have " + bytes + " bytes, one lease at most " + VaultContract.MAX_LEASE_BYTES);
        }
        return refs;
    }

    private static LeaseRef ref(Message request, Vault.Version found) {
        return new LeaseRef(
                found.info().name(),
                found.info().version(),
                found.sequence(),
                request.find(VaultContract.HOST),
                request.getInt(VaultContract.READS),
                request.find(VaultContract.TTL_S),
                delivery(request));
    }

    private static LeaseRef.Delivery delivery(Message request) {
        return LeaseRef.Delivery.valueOf(request.get(VaultContract.DELIVER).toUpperCase(Locale.ROOT));
    }

    private static RpcException ofRefs(VaultReason reason, String message) {
        return new RpcException(reason, message, VaultContract.REFS.name());
    }

    /** Answers {@code vault.fetch}; the value is wiped once it is encoded. */
    private Message fetch(Message request) throws RpcException {
        return release(VaultContract.FETCH, request, (vault, run, name) -> {
            Secret value = leases.fetch(run.agent(), run.run(), name, lent -> open(vault, lent, run));
            return Message.of(VaultContract.VALUE.is(value.bytes()));
        });
    }

    /** Answers {@code vault.gate_value}; the value is wiped once it is encoded. */
    private Message gateValue(Message request) throws RpcException {
        return release(VaultContract.GATE_VALUE, request, (vault, run, name) -> {
            Leases.GateValue given =
                    leases.forGate(run.agent(), run.run(), name, lent -> newest(vault, lent.name(), run));
            return Message.of(
                    VaultContract.LEASE.is(given.lease()),
                    VaultContract.VALUE.is(given.value().bytes()),
                    Fields.SEQ.is(given.seq()));
        });
    }

    /** Answer with a leased value. */
    @FunctionalInterface
    private interface Release {
        Message of(Vault vault, Run run, SecretName name) throws RpcException, IOException;
    }

    /** Gives a leased value out; a canary is an alarm, and a refusal is recorded. */
    private Message release(Method<?> method, Message request, Release release) throws RpcException {
        Run run = Run.of(request);
        SecretName name = request.get(VaultContract.NAME);
        try {
            return Calls.run(() -> {
                Vault vault = manager.vault();
                // Before it is known whether it was ever leased.
                vault.refuseCanary(name);
                return release.of(vault, run, name);
            });
        } catch (RpcException e) {
            alarmIfCanary(e, run, name);
            denied(method.name(), run, e, List.of(name));
            throw e;
        }
    }

    private Secret newest(Vault vault, SecretName name, Run run) throws RpcException, IOException {
        Secret value = vault.lend(name, Optional.empty()).value();
        return VaultAction.orElse(value::close, () -> {
            audit.release(Ring.AGENTS, VaultEvents.GATE, run.and(VaultContract.NAME.is(name)));
            return value;
        });
    }

    private Message gateLeases(Message request) {
        Leases.Snapshot snapshot = leases.await(request.get(VaultContract.AFTER), request.get(VaultContract.WAIT_MS));
        List<String> ids = snapshot.leases().stream()
                .filter(lease -> lease.state() == Lease.State.ACTIVE)
                .filter(lease -> lease.items().stream()
                        .anyMatch(item ->
                                item.ref().delivery() == LeaseRef.Delivery.GATE && item.state() == Lease.State.ACTIVE))
                .map(Lease::id)
                .filter(_ -> manager.isOpen())
                .toList();
        return Message.of(VaultContract.GATE_LEASE_IDS.is(ids), Fields.SEQ.is(snapshot.seq()));
    }

    /** The value, after the record of its recipient. */
    private Secret open(Vault vault, LeaseRef lent, Run run) throws RpcException, IOException {
        Secret value = vault.lend(lent.name(), lent.version(), lent.sequence()).value();
        return VaultAction.orElse(value::close, () -> {
            audit.release(Ring.AGENTS, VaultEvents.FETCH, run.and(VaultContract.NAME.is(lent.name())));
            return value;
        });
    }

    private void denied(String method, Run run, RpcException refusal, List<SecretName> names) {
        Message fields = Message.of(
                Fields.METHOD.is(method),
                Fields.AGENT.is(run.agent()),
                VaultContract.CODE.is(refusal.detail()),
                VaultContract.NAMES.is(names.stream().limit(NAMES_OF_A_REFUSAL).toList()));
        long more = (long) names.size() - NAMES_OF_A_REFUSAL;
        audit.refusal(run.agent(), VaultEvents.DENIED, more > 0 ? fields.and(VaultEvents.MORE.is(more)) : fields);
    }

    private void alarmIfCanary(RpcException refusal, Run run, SecretName name) {
        if (refusal.is(VaultReason.CANARY)) {
            audit.note(Ring.OPERATORS, VaultEvents.CANARY_ASKED, run.and(VaultContract.NAME.is(name)));
        }
    }

    private Message list(Message request) {
        Leases.Snapshot snapshot = leases.await(request.get(VaultContract.AFTER), request.get(VaultContract.WAIT_MS));
        List<Message> list = new ArrayList<>();
        int chars = 0;
        // Those in force first: ended ones may be left out.
        List<Lease> ordered = snapshot.leases().reversed().stream()
                .sorted(Comparator.comparing(lease -> lease.state() != Lease.State.ACTIVE))
                .toList();
        for (Lease lease : ordered) {
            Message message = message(lease);
            chars += Codec.encode(message).toString().length();
            if (chars > MAX_LIST_CHARS) {
                break;
            }
            list.add(message);
        }
        return Message.of(
                VaultContract.LEASE_LIST.is(list),
                Fields.SEQ.is(snapshot.seq()),
                VaultContract.LEFT_OUT.is((long) snapshot.leases().size() - list.size()));
    }

    private static Message message(Lease lease) {
        return Message.of(
                        VaultContract.LEASE.is(lease.id()),
                        Fields.AGENT.is(lease.agent()),
                        VaultContract.RUN.is(lease.run()),
                        VaultContract.NAMES.is(lease.names()),
                        VaultContract.SINCE.is(lease.since()))
                .and(VaultContract.UNTIL, lease.until())
                .and(
                        state(lease.state()),
                        VaultContract.LEASED.is(lease.items().stream()
                                .map(LeaseMethods::message)
                                .toList()));
    }

    private static Message message(Lease.Item item) {
        boolean counted = item.ref().delivery() == LeaseRef.Delivery.FETCH;
        Optional<Long> version = Optional.of((long) item.ref().version()).filter(number -> number > 0);
        return Message.of(VaultContract.NAME.is(item.ref().name()))
                .and(VaultContract.VERSION, version)
                .and(word(VaultContract.DELIVER, item.ref().delivery()))
                .and(VaultContract.HOST, item.ref().host())
                .and(VaultContract.READS_LEFT, counted ? Optional.of((long) item.readsLeft()) : Optional.empty())
                .and(VaultContract.UNTIL, item.until())
                .and(state(item.state()));
    }

    private static Value<String> state(Lease.State state) {
        return word(Fields.STATE, state);
    }

    private static Value<String> word(Field<String> field, Enum<?> constant) {
        return field.is(constant.name().toLowerCase(Locale.ROOT));
    }

    private Message revoke(Caller caller, Message request) throws RpcException {
        List<Lease> ended;
        Optional<String> id = request.find(VaultContract.LEASE);
        if (id.isPresent()) {
            Calls.refuse(request, VaultContract.AGENT, VaultContract.RUN);
            ended = leases.end(id.get(), Lease.State.REVOKED);
        } else {
            String agent = request.find(VaultContract.AGENT)
                    .orElseThrow(() -> new RpcException(
                            CallReason.MISSING, "give a lease or an agent", VaultContract.AGENT.name()))
                    .value();
            Optional<String> run = request.find(VaultContract.RUN);
            boolean itsRunIsOver = run.isPresent() && caller.user().equals(Audience.ROOT);
            ended = leases.end(agent, run, itsRunIsOver ? Lease.State.ENDED : Lease.State.REVOKED);
        }
        ended.forEach(lease -> over(caller, lease));
        return Message.of(VaultContract.REVOKED.is((long) ended.size()));
    }

    private void over(Caller caller, Lease lease) {
        audit.note(
                lease.state() == Lease.State.REVOKED ? Ring.OPERATORS : Ring.AGENTS,
                VaultEvents.REVOKE,
                Message.of(
                        Fields.AGENT.is(lease.agent()),
                        VaultContract.RUN.is(lease.run()),
                        VaultContract.LEASE.is(lease.id()),
                        state(lease.state()),
                        VaultEvents.CALLER.is(caller.name())));
    }
}
