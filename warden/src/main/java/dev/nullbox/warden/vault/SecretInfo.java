package dev.nullbox.warden.vault;

import dev.nullbox.protocol.id.SecretName;

/**
 * Public facts of a version of a secret.
 *
 * @param version counts the values that the name has had, from 1
 * @param created when this value was set, in seconds since 1970-01-01 UTC
 * @param canary whether nobody may have it: whoever asks is not who he should be
 */
public record SecretInfo(SecretName name, int version, long created, boolean canary, State state) {
    /** State of a version. */
    public enum State {
        /** It can be had. */
        LIVE,
        /** Its secret is deleted, and can be undeleted. */
        DELETED,
        /** Its value is gone for ever. */
        DESTROYED
    }
}
