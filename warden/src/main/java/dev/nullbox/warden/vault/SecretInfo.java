package dev.nullbox.warden.vault;

import dev.nullbox.protocol.id.SecretName;

/**
 * Facts of a version of a secret that are not secret.
 *
 * @param version number of the value under this name, from 1
 * @param created time of the set, in seconds since 1970-01-01 UTC
 * @param canary whether it is a canary, which nobody may have: a request for it is an attack
 */
public record SecretInfo(SecretName name, int version, long created, boolean canary, State state) {
    /** State of a version. */
    public enum State {
        /** It can be read. */
        LIVE,
        /** Its secret is deleted, and can be undeleted. */
        DELETED,
        /** Its value is gone for ever. */
        DESTROYED
    }
}
