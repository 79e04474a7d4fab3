package dev.nullbox.warden.api;

import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import com.google.gson.JsonPrimitive;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import dev.nullbox.warden.vault.SecretInfo;
import dev.nullbox.warden.vault.SecretName;
import dev.nullbox.warden.vault.VaultAction;
import dev.nullbox.warden.vault.VaultCode;
import dev.nullbox.warden.vault.VaultException;
import dev.nullbox.warden.vault.VaultLimits;
import dev.nullbox.warden.vault.crypto.Credential;
import dev.nullbox.warden.vault.crypto.Secret;
import dev.nullbox.warden.vault.crypto.VaultCrypto;
import java.io.IOException;
import java.util.Base64;
import java.util.Locale;
import java.util.Optional;

/** What warden's methods have in common: parameters of its own kinds, answers, and errors as they cross the wire. */
final class Answers {
    private Answers() {}

    /** A change that the vault may refuse. */
    @FunctionalInterface
    interface Change {
        void make() throws VaultException, IOException;
    }

    /** Makes the change, or throws the refusal as an RPC error. */
    static void make(Change change) throws RpcException {
        ask(() -> {
            change.make();
            return change;
        });
    }

    /** The answer, or the refusal as an RPC error. */
    static <T> T ask(VaultAction<T> question) throws RpcException {
        return ask(question, RpcException.Code.UNAVAILABLE);
    }

    /** The same with a kind for failures of the vault's file, which may be one that the caller gave. */
    static <T> T ask(VaultAction<T> question, RpcException.Code fileFailure) throws RpcException {
        try {
            return question.run();
        } catch (VaultException e) {
            throw new RpcException(kind(e.code(), fileFailure), e.code().name(), e.getMessage());
        } catch (IOException e) {
            throw new RpcException(
                    RpcException.Code.UNAVAILABLE,
                    VaultCode.VAULT_NOT_WRITTEN.name(),
                    "the vault could not be read or written: " + e.getMessage()
                            + "; look at the data partition and its free space");
        }
    }

    private static RpcException.Code kind(VaultCode code, RpcException.Code fileFailure) {
        return switch (code) {
            case CREDENTIAL_INVALID,
                    NAME_INVALID,
                    VALUE_EMPTY,
                    VALUE_TOO_LARGE,
                    SLOT_UNKNOWN,
                    TRANSFER_OFFSET,
                    LEASE_TOO_LARGE -> RpcException.Code.INVALID_PARAMS;
            case SECRET_UNKNOWN, VERSION_UNKNOWN, TRANSFER_UNKNOWN, LEASE_UNKNOWN -> RpcException.Code.NOT_FOUND;
            case WRONG_KEY, CANARY -> RpcException.Code.DENIED;
            case VAULT_NEW, VAULT_SEALED, ATTEMPTS_DELAYED, VAULT_NOT_WRITTEN, VAULT_BUSY, AUDIT_NOT_WRITTEN ->
                RpcException.Code.UNAVAILABLE;
            case NOT_A_VAULT, WRONG_VERSION, TRUNCATED, TRAILING_BYTES, SWAPPED, ROLLED_BACK, TAMPERED, TOO_LARGE ->
                fileFailure;
            case VAULT_EXISTS,
                    ALREADY_UNSEALED,
                    SLOTS_FULL,
                    LAST_SLOT,
                    TOO_MANY_SECRETS,
                    TOO_MANY_VERSIONS,
                    VAULT_FULL,
                    SECRET_DELETED,
                    SECRET_NOT_DELETED,
                    VERSION_DESTROYED,
                    SECRET_EXISTS,
                    TOO_MANY_LEASES,
                    LEASE_SPENT,
                    LEASE_EXPIRED,
                    LEASE_REVOKED,
                    LEASE_ENDED,
                    LEASE_NOT_FETCH -> RpcException.Code.CONFLICT;
        };
    }

    /** An error that names the parameter at fault. */
    static RpcException invalid(VaultCode code, String message, String field) {
        return new RpcException(RpcException.Code.INVALID_PARAMS, code.name(), message, field);
    }

    static SecretName name(String text, String field) throws RpcException {
        if (SecretName.isValid(text)) {
            return new SecretName(text);
        }
        throw invalid(
                VaultCode.NAME_INVALID,
                field + ": a name has 1 to " + SecretName.MAX_LENGTH
                        + " ASCII letters, digits and _, and no digit first",
                field);
    }

    /** A version that may be absent. */
    static Optional<Integer> version(Params params) throws RpcException {
        return params.has("version")
                ? Optional.of((int) params.integer("version", 1, Integer.MAX_VALUE))
                : Optional.empty();
    }

    /** The one passphrase or key, the caller's to close. */
    static Credential credential(Params params) throws RpcException {
        return credential(params, "passphrase", "key");
    }

    static Credential credential(Params params, String passphrase, String key) throws RpcException {
        if (params.has(passphrase) == params.has(key)) {
            throw invalid(VaultCode.CREDENTIAL_INVALID, "give one of " + passphrase + " and " + key, passphrase);
        }
        return params.has(passphrase) ? passphrase(params, passphrase) : key(params, key);
    }

    static Credential passphrase(Params params, String field) throws RpcException {
        Secret secret = Secret.owning(params.base64(field));
        if (secret.length() >= VaultLimits.MIN_PASSPHRASE_BYTES
                && secret.length() <= VaultLimits.MAX_PASSPHRASE_BYTES) {
            return new Credential.Passphrase(secret);
        }
        secret.close();
        throw invalid(
                VaultCode.CREDENTIAL_INVALID,
                "a passphrase has " + VaultLimits.MIN_PASSPHRASE_BYTES + " to " + VaultLimits.MAX_PASSPHRASE_BYTES
                        + " bytes",
                field);
    }

    static Credential key(Params params, String field) throws RpcException {
        Secret secret = Secret.owning(params.base64(field));
        if (secret.length() == VaultCrypto.KEY_BYTES) {
            return new Credential.Key(secret);
        }
        int length = secret.length();
        secret.close();
        throw invalid(
                VaultCode.CREDENTIAL_INVALID,
                "the key has " + length + " bytes, a key " + VaultCrypto.KEY_BYTES + "; take them from /dev/random",
                field);
    }

    static JsonObject json(SecretInfo info) {
        JsonObject json = new JsonObject();
        json.addProperty("name", info.name().value());
        json.addProperty("version", info.version());
        json.addProperty("created", info.created());
        json.addProperty("canary", info.canary());
        json.addProperty("state", lower(info.state()));
        return json;
    }

    static String lower(Enum<?> constant) {
        return constant.name().toLowerCase(Locale.ROOT);
    }

    static JsonPrimitive base64(byte[] bytes) {
        return new JsonPrimitive(Base64.getEncoder().encodeToString(bytes));
    }

    static JsonElement nothing() {
        return new JsonObject();
    }
}
