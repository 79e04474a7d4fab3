package dev.nullbox.protocol.api;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Reason;
import dev.nullbox.protocol.importer.ImportReason;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/** All methods, events and reasons. */
public final class Methods {
    private static final List<Contract> CONTRACTS = List.of(
            NulldContract.CONTRACT,
            EgressContract.CONTRACT,
            VaultContract.CONTRACT,
            VaultEvents.CONTRACT,
            MemoryContract.CONTRACT,
            MemoryEvents.CONTRACT,
            AgentContract.CONTRACT,
            LogContract.CONTRACT,
            StatsContract.CONTRACT,
            DeployContract.CONTRACT,
            GatewayContract.CONTRACT);

    /** All methods, by service. */
    public static final List<Method<?>> ALL =
            CONTRACTS.stream().flatMap(contract -> contract.methods().stream()).toList();

    /** All events. */
    public static final List<Event> EVENTS =
            CONTRACTS.stream().flatMap(contract -> contract.events().stream()).toList();

    private static final Map<String, Method<?>> BY_NAME =
            ALL.stream().collect(Collectors.toUnmodifiableMap(Method::name, method -> method));

    private static final Map<String, Reason> REASONS = Stream.<Reason[]>of(
                    CallReason.values(),
                    NulldReason.values(),
                    EgressReason.values(),
                    VaultReason.values(),
                    MemoryReason.values(),
                    AgentReason.values(),
                    ImportReason.values())
            .flatMap(Stream::of)
            // A reason may belong to several services; its remedy is then the same.
            .collect(Collectors.toUnmodifiableMap(Reason::name, reason -> reason, (first, _) -> first));

    /** Transfers of files, by the first part of their methods' names. */
    private static final Map<String, TransferContract> TRANSFERS = Stream.of(
                    DeployContract.TRANSFER, MemoryContract.TRANSFER, VaultContract.TRANSFER)
            .collect(Collectors.toUnmodifiableMap(TransferContract::prefix, transfer -> transfer));

    private Methods() {}

    /** The method of a name. */
    public static Optional<Method<?>> find(String name) {
        return Optional.ofNullable(BY_NAME.get(name));
    }

    /** The reason of a name. */
    public static Optional<Reason> reason(String name) {
        return Optional.ofNullable(REASONS.get(name));
    }

    /** The operator's next step after an error. */
    public static String remedy(ErrorKind kind, String reason) {
        return reason(reason)
                .map(known -> known.details().remedy())
                .filter(own -> !own.isEmpty())
                .orElseGet(kind::remedy);
    }

    /** The transfer of files to and from the methods with that first part. */
    public static Optional<TransferContract> transfers(String prefix) {
        return Optional.ofNullable(TRANSFERS.get(prefix));
    }

    /** The first parts of methods that files pass to or from, in alphabetical order. */
    public static List<String> transferring() {
        return TRANSFERS.keySet().stream().sorted().toList();
    }
}
