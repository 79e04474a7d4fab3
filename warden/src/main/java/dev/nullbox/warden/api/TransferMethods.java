package dev.nullbox.warden.api;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.TransferContract;
import dev.nullbox.protocol.api.VaultContract;
import dev.nullbox.protocol.api.VaultEvents;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.service.FileTransfers;
import dev.nullbox.warden.audit.Audit;
import dev.nullbox.warden.audit.AuditFile.Ring;
import dev.nullbox.warden.vault.Vault;
import dev.nullbox.warden.vault.VaultManager;
import dev.nullbox.warden.vault.VaultOpenResult;
import dev.nullbox.warden.vault.crypto.Credential;
import java.io.IOException;
import java.util.List;

/** Warden's methods to export and import a vault. */
final class TransferMethods {
    private final VaultManager manager;
    private final FileTransfers transfers;
    private final Audit audit;

    TransferMethods(VaultManager manager, FileTransfers transfers, Audit audit) {
        this.manager = manager;
        this.transfers = transfers;
        this.audit = audit;
    }

    List<RpcMethod> methods(Calls calls) {
        return List.of(
                calls.bounded(VaultContract.EXPORT, this::export),
                calls.bounded(VaultContract.IMPORT, this::importFile),
                chunk(calls, VaultContract.TRANSFER.read(), transfers::read),
                chunk(calls, VaultContract.TRANSFER.write(), transfers::write),
                chunk(calls, VaultContract.TRANSFER.drop(), transfers::drop));
    }

    /** Answers a call about a part of a file. */
    @FunctionalInterface
    private interface Chunk {
        Message answer(Message request) throws RpcException, IOException;
    }

    private RpcMethod chunk(Calls calls, Method<Message> method, Chunk chunk) {
        return calls.bounded(method, (_, request) -> {
            manager.vault();
            return chunk.answer(request);
        });
    }

    private Message export(Caller caller, Message request) throws RpcException, IOException {
        try (Credential credential = Calls.credential(request, VaultContract.PASSPHRASE, VaultContract.KEY)) {
            Vault vault = manager.vault();
            FileTransfers.Made<Long> made = transfers.make(name -> {
                long bytes = vault.export(name, credential);
                Message exported = Message.of(Fields.BYTES.is(bytes), VaultEvents.CALLER.is(caller.name()));
                audit.release(Ring.OPERATORS, VaultEvents.EXPORT, exported);
                return bytes;
            });
            return made.file();
        }
    }

    private Message importFile(Caller caller, Message request) throws RpcException, IOException {
        String id = request.get(TransferContract.TRANSFER);
        boolean overwrite = request.get(VaultContract.OVERWRITE);
        Message asked = Message.of(VaultContract.OVERWRITE.is(overwrite), VaultEvents.CALLER.is(caller.name()));
        try (Credential credential = Calls.credential(request, VaultContract.PASSPHRASE, VaultContract.KEY)) {
            manager.vault();
            return added(transfers.take(
                    id,
                    request.find(TransferContract.SHA256),
                    name -> manager.importFile(
                            name,
                            credential,
                            overwrite,
                            change -> audit.change(
                                    VaultEvents.IMPORT,
                                    asked,
                                    change,
                                    size -> added(size).and(VaultEvents.CALLER.is(caller.name()))))));
        } catch (RpcException e) {
            // The file is the caller's, and so are its faults; a wrong credential has its usual reason.
            throw VaultOpenResult.isRefused(e) && e.kind() == ErrorKind.UNAVAILABLE
                    ? new RpcException(ErrorKind.INVALID_PARAMS, VaultReason.valueOf(e.detail()), e.getMessage(), "")
                    : e;
        }
    }

    private static Message added(Vault.Size size) {
        return Message.of(
                VaultContract.SECRETS.is((long) size.secrets()), VaultContract.VERSIONS.is((long) size.versions()));
    }
}
