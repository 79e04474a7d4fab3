package dev.nullbox.protocol;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;

import java.util.List;

/** Events of warden; all but {@link #MEMORY} and {@link #AUDIT_FAILED} are records of the audit log too. */
public final class VaultEvents {
    public static final Field<String> CALLER = Field.of("caller", TEXT, "the operator, or the host's user");
    public static final Field<Long> SUPPRESSED = Field.of("suppressed", COUNT, "how many like it were not recorded");
    public static final Field<String> OF = Field.of("of", TEXT, "the event that was asked for");
    public static final Field<Long> MORE = Field.of("more", COUNT, "names that found no room");
    public static final Field<Long> LOST = Field.of("lost", COUNT, "records that were not written");
    public static final Field<Boolean> LOCKED = Field.of("locked", TRUTH, "");

    public static final Event FOUND =
            Event.of("vault.found", "warden began; all leases have ended", Fields.STATE, VaultContract.CODE);
    public static final Event CREATED =
            Event.of("vault.created", "the vault was made", VaultContract.SLOT_COUNT, CALLER);
    public static final Event UNSEALED =
            Event.of("vault.unsealed", "it was opened", VaultContract.SLOT, VaultContract.SECRETS, CALLER);
    public static final Event UNSEAL_FAILED = Event.of(
            "vault.unseal_failed",
            "it was not opened, or not rekeyed",
            VaultContract.CODE,
            VaultContract.FAILED_ATTEMPTS,
            VaultContract.RETRY_AFTER_S,
            CALLER,
            SUPPRESSED);
    public static final Event SEALED = Event.of("vault.sealed", "it was closed", CALLER);
    public static final Event REKEYED =
            Event.of("vault.rekeyed", "other credentials open it", VaultContract.SLOTS, CALLER);
    public static final Event SET = Event.of(
            "vault.set", "a version was added", Fields.NAME, VaultContract.VERSION, VaultContract.CANARY, CALLER);
    public static final Event READ =
            Event.of("vault.read", "an operator has the value", Fields.NAME, VaultContract.VERSION, CALLER);
    public static final Event DELETED = Event.of("vault.deleted", "a secret was hidden", Fields.NAME, CALLER);
    public static final Event UNDELETED = Event.of("vault.undeleted", "it is there again", Fields.NAME, CALLER);
    public static final Event DESTROYED =
            Event.of("vault.destroyed", "values are gone", Fields.NAME, VaultContract.VERSIONS, CALLER);
    public static final Event EXPORT = Event.of("vault.export", "the vault left as a file", Fields.BYTES, CALLER);
    public static final Event IMPORT = Event.of(
            "vault.import", "a file's secrets were added", VaultContract.SECRETS, VaultContract.VERSIONS, CALLER);
    public static final Event LEASE = Event.of(
            "vault.lease",
            "secrets were lent",
            Fields.AGENT,
            VaultContract.RUN,
            VaultContract.LEASE,
            VaultContract.NAMES);
    public static final Event FETCH =
            Event.of("vault.fetch", "one was fetched", Fields.AGENT, VaultContract.RUN, Fields.NAME);
    public static final Event EXPIRED = Event.of(
            "vault.expired",
            "their time is over",
            Fields.AGENT,
            VaultContract.RUN,
            VaultContract.LEASE,
            VaultContract.NAMES);
    public static final Event REVOKE = Event.of(
            "vault.revoke",
            "a lease has ended",
            Fields.AGENT,
            VaultContract.RUN,
            VaultContract.LEASE,
            Fields.STATE,
            CALLER);
    public static final Event CANARY_ASKED =
            Event.of("vault.canary", "a run asked for a canary", Fields.AGENT, VaultContract.RUN, Fields.NAME);
    public static final Event DENIED = Event.of(
            "vault.denied",
            "a call was refused",
            Fields.METHOD,
            CALLER,
            Fields.AGENT,
            VaultContract.CODE,
            VaultContract.NAMES,
            MORE,
            SUPPRESSED);
    public static final Event ASKED = Event.of("vault.asked", "a change begins; a record only", OF, CALLER);
    public static final Event CHANGE_FAILED =
            Event.of("vault.failed", "a change that was asked for failed", OF, VaultContract.CODE, CALLER);
    public static final Event AUDIT_BEGUN = Event.of("vault.audit_begun", "the audit log was begun anew");
    public static final Event AUDIT_RESUMED = Event.of("vault.audit_resumed", "records are written again", LOST);
    public static final Event AUDIT_FAILED = Event.of("vault.audit_failed", "a record was not written", OF, Fields.WHY);
    public static final Event MEMORY =
            Event.of("vault.memory", "whether warden's memory is locked", LOCKED, Fields.WHY);
    public static final List<Event> ALL = List.of(
            FOUND,
            CREATED,
            UNSEALED,
            UNSEAL_FAILED,
            SEALED,
            REKEYED,
            SET,
            READ,
            DELETED,
            UNDELETED,
            DESTROYED,
            EXPORT,
            IMPORT,
            LEASE,
            FETCH,
            EXPIRED,
            REVOKE,
            CANARY_ASKED,
            DENIED,
            ASKED,
            CHANGE_FAILED,
            AUDIT_BEGUN,
            AUDIT_RESUMED,
            AUDIT_FAILED,
            MEMORY);

    private VaultEvents() {}
}
