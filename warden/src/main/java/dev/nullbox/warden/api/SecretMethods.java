package dev.nullbox.warden.api;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.protocol.id.SecretName;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.vault.SecretInfo;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.VaultManager;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/** Warden's methods for secrets. */
final class SecretMethods {
    private final VaultManager manager;
    private final Audit audit;

    SecretMethods(VaultManager manager, Audit audit) {
        this.manager = manager;
        this.audit = audit;
    }

    List<RpcMethod> methods(Calls calls) {
        return List.of(
                calls.bounded(VaultContract.SET, this::set),
                calls.bounded(VaultContract.GET, this::get),
                calls.bounded(VaultContract.LIST, (_, request) -> list(request)),
                calls.bounded(VaultContract.HISTORY_OF, (_, request) -> history(request)),
                calls.bounded(VaultContract.DELETE, this::delete),
                calls.bounded(VaultContract.UNDELETE, this::undelete),
                calls.bounded(VaultContract.DESTROY, this::destroy));
    }

    private Message set(Caller caller, Message request) throws RpcException, IOException {
        SecretName name = request.get(VaultContract.NAME);
        boolean canary = request.get(VaultContract.CANARY);
        Message asked = asked(caller, request).and(VaultContract.CANARY.is(canary));
        try (Secret value = Secret.owning(request.get(VaultContract.VALUE))) {
            Vault vault = manager.vault();
            return secret(audit.change(
                    VaultEvents.SET, asked, () -> vault.set(name, value, canary), info -> asked.and(version(info))));
        }
    }

    /** Answers {@code vault.get}; the value is wiped once it is encoded. */
    private Message get(Caller caller, Message request) throws RpcException, IOException {
        Vault.Version found = manager.vault().get(request.get(VaultContract.NAME), version(request));
        Message read = asked(caller, request).and(version(found.info()));
        return VaultAction.orElse(found.value()::close, () -> {
            audit.release(Ring.OPERATORS, VaultEvents.READ, read);
            return Message.of(
                    VaultContract.NAME.is(found.info().name()),
                    version(found.info()),
                    VaultContract.VALUE.is(found.value().bytes()));
        });
    }

    private List<Message> list(Message request) throws RpcException {
        return manager
                .vault()
                .list(
                        request.find(VaultContract.AFTER_NAME),
                        request.getInt(VaultContract.MAX),
                        request.get(VaultContract.DELETED))
                .stream()
                .map(SecretMethods::secret)
                .toList();
    }

    private Message history(Message request) throws RpcException {
        SecretName name = request.get(VaultContract.NAME);
        List<SecretInfo> history = manager.vault().history(name);
        return Message.of(
                VaultContract.NAME.is(name),
                VaultContract.DELETED.is(history.stream().anyMatch(info -> info.state() == SecretInfo.State.DELETED)),
                VaultContract.HISTORY.is(history.stream()
                        .map(info -> Message.of(
                                secret(info).values().stream().skip(1).toList()))
                        .toList()));
    }

    private Message delete(Caller caller, Message request) throws RpcException, IOException {
        Vault vault = manager.vault();
        Message asked = asked(caller, request);
        return audit.change(
                VaultEvents.DELETED,
                asked,
                () -> {
                    vault.delete(request.get(VaultContract.NAME));
                    return Message.of();
                },
                _ -> asked);
    }

    private Message undelete(Caller caller, Message request) throws RpcException, IOException {
        Vault vault = manager.vault();
        Message asked = asked(caller, request);
        return secret(audit.change(
                VaultEvents.UNDELETED, asked, () -> vault.undelete(request.get(VaultContract.NAME)), _ -> asked));
    }

    private Message destroy(Caller caller, Message request) throws RpcException, IOException {
        Vault vault = manager.vault();
        Message asked = asked(caller, request);
        long destroyed = audit.change(
                VaultEvents.DESTROYED,
                asked.and(VaultContract.VERSION, request.find(VaultContract.VERSION)),
                () -> (long) vault.destroy(request.get(VaultContract.NAME), version(request)),
                count -> asked.and(VaultContract.VERSIONS.is(count)));
        return Message.of(VaultContract.DESTROYED.is(destroyed));
    }

    private static Message asked(Caller caller, Message request) {
        return Message.of(VaultContract.NAME.is(request.get(VaultContract.NAME)), VaultEvents.CALLER.is(caller.name()));
    }

    private static Optional<Integer> version(Message request) {
        return request.find(VaultContract.VERSION).map(Math::toIntExact);
    }

    private static Value<Long> version(SecretInfo info) {
        return VaultContract.VERSION.is((long) info.version());
    }

    private static Message secret(SecretInfo info) {
        return Message.of(
                VaultContract.NAME.is(info.name()),
                version(info),
                VaultContract.CREATED.is(info.created()),
                VaultContract.CANARY.is(info.canary()),
                Fields.STATE.is(info.state().name().toLowerCase(Locale.ROOT)));
    }
}
