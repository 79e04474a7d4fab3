package dev.nullbox.warden.vault;

/** Warden's stable error codes: the {@code detail} of its RPC errors; docs/vault-methods.md says when. */
public enum VaultCode {
    /** There is no vault yet. */
    VAULT_NEW,
    /** The vault is there and not open. */
    VAULT_SEALED,
    /** There is a vault already. */
    VAULT_EXISTS,
    /** The vault is open already. */
    ALREADY_UNSEALED,
    /** The passphrase or key is not this vault's. */
    WRONG_KEY,
    /** So many wrong ones that the next must wait. */
    ATTEMPTS_DELAYED,
    /** No passphrase and no key, both, or one of a wrong length. */
    CREDENTIAL_INVALID,
    /** No key slot has the number. */
    SLOT_UNKNOWN,
    /** {@link VaultLimits#MAX_SLOTS} key slots are there. */
    SLOTS_FULL,
    /** The only key slot. */
    LAST_SLOT,
    /** The name is no secret's name. */
    NAME_INVALID,
    /** The value has no bytes. */
    VALUE_EMPTY,
    /** The value is longer than {@link VaultLimits#MAX_VALUE_BYTES}. */
    VALUE_TOO_LARGE,
    /** The vault has {@link VaultLimits#MAX_SECRETS} secrets. */
    TOO_MANY_SECRETS,
    /** The secret or the vault has as many versions as it may. */
    TOO_MANY_VERSIONS,
    /** The file would grow beyond {@link VaultLimits#MAX_FILE_BYTES}. */
    VAULT_FULL,
    /** No secret has the name. */
    SECRET_UNKNOWN,
    /** The secret has no such version. */
    VERSION_UNKNOWN,
    /** The secret is deleted. */
    SECRET_DELETED,
    /** The secret is not deleted. */
    SECRET_NOT_DELETED,
    /** The version's value is gone for ever. */
    VERSION_DESTROYED,
    /** An imported secret has the name of one that is there. */
    SECRET_EXISTS,
    /** The change could not be written and is not promised to be there. */
    VAULT_NOT_WRITTEN,
    /** As many calls as may be are at the vault. */
    VAULT_BUSY,
    /** No record of it could be written to the audit log. */
    AUDIT_NOT_WRITTEN,
    /** The export or import is over. */
    TRANSFER_UNKNOWN,
    /** The piece is not the next one. */
    TRANSFER_OFFSET,
    /** Nobody may have the secret. */
    CANARY,
    /** The lease asks for too many names or bytes. */
    LEASE_TOO_LARGE,
    /** {@link VaultLimits#MAX_LEASES} agents hold one. */
    TOO_MANY_LEASES,
    /** No such lease, or the name is not in it. */
    LEASE_UNKNOWN,
    /** The lease's reads are used up. */
    LEASE_SPENT,
    /** The lease's time is over. */
    LEASE_EXPIRED,
    /** The lease was revoked. */
    LEASE_REVOKED,
    /** The run that the lease was for is over. */
    LEASE_ENDED,
    /** The secret was delivered as a file. */
    LEASE_NOT_FETCH,
    /** The file is no vault. */
    NOT_A_VAULT,
    /** The file is of another format version. */
    WRONG_VERSION,
    /** The file ends before what was acknowledged. */
    TRUNCATED,
    /** Something follows the vault's end that was never being written. */
    TRAILING_BYTES,
    /** Records stand in each other's place. */
    SWAPPED,
    /** An older record stands in a newer one's place. */
    ROLLED_BACK,
    /** The file was changed by something that does not have the key. */
    TAMPERED,
    /** The file is longer than any vault. */
    TOO_LARGE
}
