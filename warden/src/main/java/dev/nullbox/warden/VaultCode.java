package dev.nullbox.warden;

/** Warden's stable error codes: the {@code detail} of its RPC errors. */
public enum VaultCode {
    /** The name is no secret's name. */
    NAME_INVALID,
    /** The value has no bytes. */
    VALUE_EMPTY,
    /** The value is longer than {@link VaultLimits#MAX_VALUE_BYTES}. */
    VALUE_TOO_LARGE,
    /** The vault has {@link VaultLimits#MAX_SECRETS} secrets. */
    TOO_MANY_SECRETS,
    /** The file would grow beyond {@link VaultLimits#MAX_FILE_BYTES}. */
    VAULT_FULL,
    /** No secret has the name. */
    SECRET_UNKNOWN,
    /** The lease asks for too many names or bytes. */
    LEASE_TOO_LARGE,
    /** {@link VaultLimits#MAX_LEASES} agents hold one. */
    TOO_MANY_LEASES,
    /** The change could not be written and is not promised to be there. */
    VAULT_NOT_WRITTEN,
    /** The vault is no longer open. */
    VAULT_CLOSED,
    /** There is a vault that no available key opens, or a key without what it needs. */
    KEY_MISSING,
    /** The key file is not 32 bytes. */
    KEY_MALFORMED,
    /** The key is another vault's. */
    WRONG_KEY,
    /** The file is no vault. */
    NOT_A_VAULT,
    /** The file is a later NullBox's. */
    WRONG_VERSION,
    /** The file ends early. */
    TRUNCATED,
    /** Something follows the vault's end. */
    TRAILING_BYTES,
    /** The file was changed by something that does not have the key. */
    TAMPERED,
    /** The file is longer than any vault. */
    TOO_LARGE
}
