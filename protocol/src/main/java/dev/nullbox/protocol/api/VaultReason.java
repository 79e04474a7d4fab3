package dev.nullbox.protocol.api;

import dev.nullbox.protocol.ErrorKind;
import dev.nullbox.protocol.Reason;

/** Warden's reasons. Failures of a file are INVALID_PARAMS where the caller supplied the file. */
public enum VaultReason implements Reason {
    VAULT_NEW(ErrorKind.UNAVAILABLE, "there is no vault yet", "nullctl vault init makes the vault"),
    VAULT_SEALED(ErrorKind.UNAVAILABLE, "the vault is there and not open", "nullctl vault unseal opens it"),
    VAULT_EXISTS(ErrorKind.CONFLICT, "there is a vault already", "nullctl vault unseal opens the vault that is there"),
    ALREADY_UNSEALED(ErrorKind.CONFLICT, "the vault is open already", "go on: nothing else is needed"),
    WRONG_KEY(
            ErrorKind.DENIED,
            "no slot belongs to the credential; counted",
            "nullctl vault status lists what opens the vault; attempts are counted and slowed"),
    ATTEMPTS_DELAYED(
            ErrorKind.UNAVAILABLE,
            "so many wrong credentials that the next must wait; the message says for how long",
            "wait as long as the cause says; nullctl vault status counts down"),
    CREDENTIAL_INVALID(ErrorKind.INVALID_PARAMS, "no passphrase and no key, both, or one of a wrong length"),
    SLOT_UNKNOWN(ErrorKind.INVALID_PARAMS, "no key slot has the number", "nullctl vault status lists the slots"),
    SLOTS_FULL(ErrorKind.CONFLICT, "eight key slots are there", "nullctl vault status lists the slots"),
    LAST_SLOT(ErrorKind.CONFLICT, "the only key slot", "nullctl vault status lists the slots"),
    NAME_INVALID(ErrorKind.INVALID_PARAMS, "the name is no secret's name"),
    VALUE_EMPTY(ErrorKind.INVALID_PARAMS, "the value has no bytes"),
    VALUE_TOO_LARGE(ErrorKind.INVALID_PARAMS, "the value is longer than any may be"),
    TOO_MANY_SECRETS(ErrorKind.CONFLICT, "the vault has as many secrets as it may", "nullctl vault destroy makes room"),
    TOO_MANY_VERSIONS(
            ErrorKind.CONFLICT,
            "the secret or the vault has as many versions as it may",
            "nullctl vault destroy makes room"),
    VAULT_FULL(ErrorKind.CONFLICT, "the file would grow beyond its bound", "nullctl vault destroy makes room"),
    SECRET_UNKNOWN(ErrorKind.NOT_FOUND, "no secret has the name", "nullctl vault list --deleted names what is there"),
    VERSION_UNKNOWN(
            ErrorKind.NOT_FOUND, "the secret has no such version", "nullctl vault history NAME lists the versions"),
    SECRET_DELETED(ErrorKind.CONFLICT, "the secret is deleted", "nullctl vault undelete NAME brings it back"),
    SECRET_NOT_DELETED(ErrorKind.CONFLICT, "there is nothing to undelete", "go on: it is there"),
    VERSION_DESTROYED(
            ErrorKind.CONFLICT,
            "the version's value is gone for ever",
            "nullctl vault history NAME lists the versions"),
    SECRET_EXISTS(
            ErrorKind.CONFLICT,
            "an imported secret has the name of one that is there",
            "--overwrite makes the file's value the next version"),
    VAULT_NOT_WRITTEN(
            ErrorKind.UNAVAILABLE,
            "the change is not promised to be on the disk",
            "free space on the data partition, then look by nullctl vault list"),
    VAULT_BUSY(
            ErrorKind.UNAVAILABLE,
            "eight calls wait for the vault already",
            "ask again; nullctl logs --source warden says what takes so long"),
    AUDIT_NOT_WRITTEN(
            ErrorKind.UNAVAILABLE,
            "no audit record of it can be written, so that nothing is given out or changed",
            "free space on the data partition; nullctl logs --source warden says what failed"),
    CANARY(ErrorKind.DENIED, "nobody may have the secret; vault.set or an import would make it a plain one"),
    LEASE_TOO_LARGE(ErrorKind.INVALID_PARAMS, "a lease of more than 64 refs or 655,360 bytes"),
    TOO_MANY_LEASES(ErrorKind.CONFLICT, "as many agents hold a lease as may"),
    LEASE_UNKNOWN(ErrorKind.NOT_FOUND, "no such lease, or the name is not in it", "nullctl vault leases lists them"),
    LEASE_SPENT(ErrorKind.CONFLICT, "the lease's reads are used up"),
    LEASE_EXPIRED(ErrorKind.CONFLICT, "the lease's time is over"),
    LEASE_REVOKED(ErrorKind.CONFLICT, "the lease was revoked"),
    LEASE_ENDED(ErrorKind.CONFLICT, "the run that the lease was for is over"),
    LEASE_NOT_FETCH(ErrorKind.CONFLICT, "the secret was delivered as a file"),
    NOT_A_VAULT(ErrorKind.UNAVAILABLE, "the file is no vault"),
    WRONG_VERSION(ErrorKind.UNAVAILABLE, "the file is of another format version"),
    TRUNCATED(ErrorKind.UNAVAILABLE, "the file ends before what was acknowledged"),
    TRAILING_BYTES(ErrorKind.UNAVAILABLE, "something follows the vault's end that was never being written"),
    SWAPPED(ErrorKind.UNAVAILABLE, "records stand in each other's place"),
    ROLLED_BACK(ErrorKind.UNAVAILABLE, "an older record stands in a newer one's place"),
    TAMPERED(ErrorKind.UNAVAILABLE, "the file was changed by something that does not have the key"),
    TOO_LARGE(ErrorKind.UNAVAILABLE, "the file is longer than any vault");

    @SuppressWarnings("ImmutableEnumChecker") // strings and an enum
    private final Details details;

    VaultReason(ErrorKind kind, String meaning, String... remedy) {
        details = new Details(kind, meaning, String.join("", remedy));
    }

    @Override
    public Details details() {
        return details;
    }
}
