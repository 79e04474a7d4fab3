package dev.nullbox.warden.api;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.Caller;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.rpc.RpcMethod;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.Secret;
import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.Semaphore;

/**
 * Adapter from handlers to RPC methods: bounds the calls at the vault, and gives a failing disk a reason of its own.
 */
final class Calls {
    private final Semaphore permits = new Semaphore(VaultService.MAX_AT_ONCE);

    /** Answers a call. */
    @FunctionalInterface
    interface Handler<R> {
        R handle(Caller caller, Message request) throws RpcException, IOException;
    }

    /** A method that runs while others wait for the vault. */
    static <R> RpcMethod free(Method<R> method, Handler<R> handler) {
        return RpcMethod.of(method, (caller, request) -> run(() -> handler.handle(caller, request)));
    }

    /**
     * A method that may wait for the vault, bounded in number: workers stay free to revoke and to seal while a long
     * change of the vault runs.
     */
    <R> RpcMethod bounded(Method<R> method, Handler<R> handler) {
        return free(method, (caller, request) -> {
            if (!permits.tryAcquire()) {
                throw new RpcException(
                        VaultReason.VAULT_BUSY,
                        VaultService.MAX_AT_ONCE + " calls wait for the vault already; ask again");
            }
            try {
                return handler.handle(caller, request);
            } finally {
                permits.release();
            }
        });
    }

    /** Runs the action; a failing disk becomes an RPC error. */
    static <T> T run(VaultAction<T> action) throws RpcException {
        try {
            return action.run();
        } catch (IOException e) {
            throw new RpcException(
                    VaultReason.VAULT_NOT_WRITTEN,
                    "the vault could not be read or written: " + e.getMessage()
                            + "; look at the data partition and its free space");
        }
    }

    /** The one passphrase or key; closed by the caller. */
    static Credential credential(Message request, Field<byte[]> passphrase, Field<byte[]> key) throws RpcException {
        if (request.has(passphrase) == request.has(key)) {
            throw new RpcException(
                    VaultReason.CREDENTIAL_INVALID, "give one of " + passphrase + " and " + key, passphrase.name());
        }
        return passphrase(request, passphrase).or(() -> key(request, key)).orElseThrow();
    }

    static Optional<Credential> passphrase(Message request, Field<byte[]> field) {
        return request.find(field).map(Secret::owning).map(Credential.Passphrase::new);
    }

    static Optional<Credential> key(Message request, Field<byte[]> field) {
        return request.find(field).map(Secret::owning).map(Credential.Key::new);
    }

    /** Refuses parameters that exclude those that are present. */
    static void refuse(Message request, Field<?>... others) throws RpcException {
        for (Field<?> field : others) {
            if (request.has(field)) {
                throw new RpcException(
                        CallReason.UNKNOWN, field + ": does not go with the other parameters", field.name());
            }
        }
    }
}
