package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;

import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Service;
import java.util.stream.Stream;

/** Events of warden; all but {@link #MEMORY} and {@link #AUDIT_FAILED} are records of the audit log too. */
public final class VaultEvents {
    static final Contract CONTRACT = new Contract(Service.WARDEN);

    public static final Field<String> CALLER = Field.of("caller", TEXT, "the operator, or the host's user");
    public static final Field<Long> SUPPRESSED = Field.of("suppressed", COUNT, "how many like it were not recorded");
    public static final Field<String> OF = Field.of("of", TEXT, "the event that was asked for");
    public static final Field<Long> MORE = Field.of("more", COUNT, "names that found no room");
    public static final Field<Long> LOST = Field.of("lost", COUNT, "records that were not written");
    public static final Field<Boolean> LOCKED = Field.of("locked", TRUTH, "");

    public static final Event FOUND =
            CONTRACT.event("vault.found", "warden began; all leases have ended").with(Fields.STATE, VaultContract.CODE);
    public static final Event CREATED =
            CONTRACT.event("vault.created", "the vault was made").with(VaultContract.SLOT_COUNT, CALLER);
    public static final Event UNSEALED =
            CONTRACT.event("vault.unsealed", "it was opened").with(VaultContract.SLOT, VaultContract.SECRETS, CALLER);
    public static final Event UNSEAL_FAILED = CONTRACT.event("vault.unseal_failed", "it was not opened, or not rekeyed")
            .with(VaultContract.CODE, VaultContract.FAILED_ATTEMPTS, VaultContract.RETRY_AFTER_S, CALLER, SUPPRESSED);
    public static final Event SEALED =
            CONTRACT.event("vault.sealed", "it was closed").with(CALLER);
    public static final Event REKEYED =
            CONTRACT.event("vault.rekeyed", "other credentials open it").with(VaultContract.SLOTS, CALLER);
    public static final Event SET = CONTRACT.event("vault.set", "a version was added")
            .with(Fields.NAME, VaultContract.VERSION, VaultContract.CANARY, CALLER);
    public static final Event READ =
            CONTRACT.event("vault.read", "an operator has the value").with(Fields.NAME, VaultContract.VERSION, CALLER);
    public static final Event DELETED =
            CONTRACT.event("vault.deleted", "a secret was hidden").with(Fields.NAME, CALLER);
    public static final Event UNDELETED =
            CONTRACT.event("vault.undeleted", "it is there again").with(Fields.NAME, CALLER);
    public static final Event DESTROYED =
            CONTRACT.event("vault.destroyed", "values are gone").with(Fields.NAME, VaultContract.VERSIONS, CALLER);
    public static final Event EXPORT =
            CONTRACT.event("vault.export", "the vault left as a file").with(Fields.BYTES, CALLER);
    public static final Event IMPORT = CONTRACT.event("vault.import", "a file's secrets were added")
            .with(VaultContract.SECRETS, VaultContract.VERSIONS, CALLER);
    public static final Event LEASE = CONTRACT.event("vault.lease", "secrets were leased")
            .with(Fields.AGENT, VaultContract.RUN, VaultContract.LEASE, VaultContract.NAMES);
    public static final Event FETCH =
            CONTRACT.event("vault.fetch", "one was fetched").with(Fields.AGENT, VaultContract.RUN, Fields.NAME);
    public static final Event GATE = CONTRACT.event("vault.gate", "the gate has one, to put it in")
            .with(Fields.AGENT, VaultContract.RUN, Fields.NAME);
    public static final Event EXPIRED = CONTRACT.event("vault.expired", "their time is over")
            .with(Fields.AGENT, VaultContract.RUN, VaultContract.LEASE, VaultContract.NAMES);
    public static final Event REVOKE = CONTRACT.event("vault.revoke", "a lease has ended")
            .with(Fields.AGENT, VaultContract.RUN, VaultContract.LEASE, Fields.STATE, CALLER);
    public static final Event CANARY_ASKED = CONTRACT.event("vault.canary", "a run asked for a canary")
            .with(Fields.AGENT, VaultContract.RUN, Fields.NAME);
    public static final Event DENIED = CONTRACT.event("vault.denied", "a call was refused")
            .with(Fields.METHOD, CALLER, Fields.AGENT, VaultContract.CODE, VaultContract.NAMES, MORE, SUPPRESSED);
    /** Fields of a change that are known before it begins. */
    private static final Field<?>[] KNOWN = {
        OF,
        CALLER,
        Fields.NAME,
        VaultContract.VERSION,
        VaultContract.CANARY,
        VaultContract.SLOT_COUNT,
        VaultContract.KEEP,
        VaultContract.NEW_DATA_KEY,
        VaultContract.REMOVE,
        VaultContract.OVERWRITE
    };

    public static final Event ASKED =
            CONTRACT.event("vault.asked", "a change begins; a record only").with(KNOWN);
    public static final Event CHANGE_FAILED = CONTRACT.event("vault.failed", "a change that was asked for failed")
            .with(Stream.concat(Stream.of(VaultContract.CODE), Stream.of(KNOWN)).toArray(Field<?>[]::new));
    public static final Event AUDIT_BEGUN =
            CONTRACT.event("vault.audit_begun", "the audit log was begun anew").with();
    public static final Event AUDIT_RESUMED =
            CONTRACT.event("vault.audit_resumed", "records are written again").with(LOST);
    public static final Event AUDIT_FAILED =
            CONTRACT.event("vault.audit_failed", "a record was not written").with(OF, Fields.WHY);
    public static final Event MEMORY =
            CONTRACT.event("vault.memory", "whether warden's memory is locked").with(LOCKED, Fields.WHY);

    private VaultEvents() {}
}
