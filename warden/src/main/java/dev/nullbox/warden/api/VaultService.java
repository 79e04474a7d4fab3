package dev.nullbox.warden.api;

import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Value;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.FileTransfers;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.lease.Leases;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.VaultManager;
import dev.nullbox.warden.vault.VaultOpenResult;
import dev.nullbox.warden.vault.crypto.Credential;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;

/**
 * Warden's methods for the vault itself, and the list of all; docs/api.md has their parameters, answers and errors,
 * docs/vault-methods.md what they do.
 *
 * <p>Values and passphrases cross the socket in base 64, and stand in strings that cannot be wiped until the garbage
 * collector takes them: warden dumps no core, and no other user reads its memory.
 */
public final class VaultService {
    /** Most calls at once at the vault, which serves one after the other. */
    public static final int MAX_AT_ONCE = 8;

    private final VaultManager manager;
    private final FileTransfers transfers;
    private final Leases leases;
    private final Audit audit;
    private final boolean memoryLocked;

    /** @param memoryLocked whether no page of this process can leave memory, for {@code vault.status} */
    public VaultService(
            VaultManager manager, FileTransfers transfers, Leases leases, Audit audit, boolean memoryLocked) {
        this.manager = manager;
        this.transfers = transfers;
        this.leases = leases;
        this.audit = audit;
        this.memoryLocked = memoryLocked;
    }

    /** All methods, with their callers. */
    public List<RpcMethod> methods() {
        Calls calls = new Calls();
        List<RpcMethod> methods = new ArrayList<>(List.of(
                calls.bounded(VaultContract.STATUS, (_, _) -> status()),
                calls.bounded(VaultContract.INIT, this::init),
                calls.bounded(VaultContract.UNSEAL, this::unseal),
                Calls.free(VaultContract.SEAL, (caller, _) -> seal(caller)),
                calls.bounded(VaultContract.REKEY, this::rekey),
                Calls.free(VaultContract.AUDIT, (_, request) -> audit(request))));
        methods.addAll(new SecretMethods(manager, audit).methods(calls));
        methods.addAll(new TransferMethods(manager, transfers, audit).methods(calls));
        methods.addAll(new LeaseMethods(manager, leases, audit).methods(calls));
        return methods;
    }

    private Message status() {
        Message status = switch (manager.state()) {
            case VaultManager.State.New() -> Message.of(Fields.STATE.is("new"));
            case VaultManager.State.Sealed _ -> Message.of(Fields.STATE.is("sealed"));
            case VaultManager.State.Unsealed(Vault vault) -> {
                Vault.Size size = vault.size();
                yield Message.of(
                        Fields.STATE.is("unsealed"),
                        VaultContract.SECRETS.is((long) size.secrets()),
                        VaultContract.VERSIONS.is((long) size.versions()),
                        Fields.BYTES.is(size.bytes()));
            }
            case VaultManager.State.Refused(VaultOpenResult.Refused why) ->
                Message.of(
                        Fields.STATE.is("refused"),
                        VaultContract.CODE.is(why.reason().name()),
                        Fields.REASON.is(why.message()));
        };
        return status.and(
                slots(manager.slots()),
                VaultContract.FAILED_ATTEMPTS.is(manager.failedAttempts()),
                VaultContract.RETRY_AFTER_S.is(manager.retryAfterSeconds()),
                VaultContract.LEASE_COUNT.is((long) leases.active()),
                VaultContract.MEMORY_LOCKED.is(memoryLocked));
    }

    private Message init(Caller caller, Message request) throws RpcException, IOException {
        List<Credential> credentials = new ArrayList<>();
        try {
            Calls.passphrase(request, VaultContract.PASSPHRASE).ifPresent(credentials::add);
            Calls.key(request, VaultContract.KEY).ifPresent(credentials::add);
            if (credentials.isEmpty()) {
                throw new RpcException(
                        VaultReason.CREDENTIAL_INVALID,
                        "give a passphrase, a key or both",
                        VaultContract.PASSPHRASE.name());
            }
            Message asked = Message.of(VaultContract.SLOT_COUNT.is((long) credentials.size()), caller(caller));
            Vault vault = audit.change(VaultEvents.CREATED, asked, () -> manager.init(credentials), _ -> asked);
            return Message.of(
                    VaultContract.VAULT.is(HexFormat.of().formatHex(vault.vaultId())), slots(manager.slots()));
        } finally {
            credentials.forEach(Credential::close);
        }
    }

    private Message unseal(Caller caller, Message request) throws RpcException, IOException {
        try (Credential credential = Calls.credential(request, VaultContract.PASSPHRASE, VaultContract.KEY)) {
            VaultManager.Opened opened = attempt(caller, () -> manager.unseal(credential));
            Message result = Message.of(VaultContract.SLOT.is((long) opened.slot()), VaultContract.SECRETS.is((long)
                    opened.size().secrets()));
            return VaultAction.orElse(manager::sealIfOpen, () -> {
                audit.release(Ring.OPERATORS, VaultEvents.UNSEALED, result.and(caller(caller)));
                leases.touch();
                return result.and(VaultContract.VERSIONS.is((long) opened.size().versions()));
            });
        }
    }

    private Message audit(Message request) throws RpcException {
        Audit.Page page = audit.page(request.get(VaultContract.AFTER), request.getInt(VaultContract.AUDIT_MAX));
        return Message.of(
                VaultContract.RECORDS.is(List.copyOf(page.records())), VaultContract.DAMAGED.is((long) page.damaged()));
    }

    private Message seal(Caller caller) throws RpcException, IOException {
        manager.seal();
        leases.touch();
        audit.note(Ring.OPERATORS, VaultEvents.SEALED, Message.of(caller(caller)));
        transfers.clear();
        return Message.of();
    }

    private Message rekey(Caller caller, Message request) throws RpcException, IOException {
        try (Credential proof = Calls.credential(request, VaultContract.PASSPHRASE, VaultContract.KEY)) {
            if (request.has(VaultContract.REMOVE)) {
                Calls.refuse(
                        request,
                        VaultContract.NEW_PASSPHRASE,
                        VaultContract.NEW_KEY,
                        VaultContract.KEEP,
                        VaultContract.NEW_DATA_KEY);
                int number = request.getInt(VaultContract.REMOVE);
                Message asked = Message.of(VaultContract.REMOVE.is((long) number), caller(caller));
                return Message.of(slots(
                        attempt(caller, () -> manager.removeSlot(proof, number, rekeyed(caller, asked)))));
            }
            try (Credential replacement =
                    Calls.credential(request, VaultContract.NEW_PASSPHRASE, VaultContract.NEW_KEY)) {
                boolean keep = request.get(VaultContract.KEEP);
                boolean newDataKey = request.get(VaultContract.NEW_DATA_KEY);
                Message asked = Message.of(
                        VaultContract.KEEP.is(keep), VaultContract.NEW_DATA_KEY.is(newDataKey), caller(caller));
                return Message.of(slots(attempt(
                        caller, () -> manager.rekey(proof, replacement, keep, newDataKey, rekeyed(caller, asked)))));
            }
        }
    }

    private VaultAction.Around<List<VaultManager.Slot>> rekeyed(Caller caller, Message asked) {
        return change ->
                audit.change(VaultEvents.REKEYED, asked, change, slots -> Message.of(slots(slots), caller(caller)));
    }

    /** Runs an action with a credential; a wrong one ends it and is an event of its own. */
    private <T> T attempt(Caller caller, VaultAction<T> action) throws RpcException, IOException {
        audit.ready();
        try {
            return action.run();
        } catch (RpcException e) {
            if (e.is(VaultReason.ATTEMPTS_DELAYED) || VaultOpenResult.isRefused(e)) {
                notOpened(caller, e);
            }
            throw e;
        }
    }

    private void notOpened(Caller caller, RpcException why) {
        Message fields = Message.of(
                VaultContract.CODE.is(why.detail()),
                VaultContract.FAILED_ATTEMPTS.is(manager.failedAttempts()),
                VaultContract.RETRY_AFTER_S.is(manager.retryAfterSeconds()),
                caller(caller));
        if (why.is(VaultReason.WRONG_KEY)) {
            // Throttled already, so that it cannot flush other records of its ring.
            audit.note(Ring.OPERATORS, VaultEvents.UNSEAL_FAILED, fields);
        } else {
            audit.refusal(caller.name(), VaultEvents.UNSEAL_FAILED, fields);
        }
    }

    private static Value<String> caller(Caller caller) {
        return VaultEvents.CALLER.is(caller.name());
    }

    private static Value<List<Message>> slots(List<VaultManager.Slot> slots) {
        return VaultContract.SLOTS.is(slots.stream()
                .map(slot ->
                        Message.of(VaultContract.SLOT.is((long) slot.number()), VaultContract.KIND.is(slot.kind())))
                .toList());
    }
}
