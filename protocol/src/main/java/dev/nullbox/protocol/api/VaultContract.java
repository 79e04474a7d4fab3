package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.id.AgentName;
import dev.nullbox.protocol.id.SecretName;
import java.util.List;
import java.util.Map;
import java.util.regex.Pattern;

/** Methods and events of warden: the vault, its secrets, their leases, the audit log. */
public final class VaultContract {
    static final Contract CONTRACT = new Contract(Service.WARDEN);

    public static final int MAX_VALUE_BYTES = 64 * 1024;
    public static final int MIN_PASSPHRASE_BYTES = 8;
    public static final int MAX_PASSPHRASE_BYTES = 1024;
    public static final int KEY_BYTES = 32;
    /** Most secrets of one lease. */
    public static final int MAX_LEASE_NAMES = 64;
    /** Most bytes of the values of one lease. */
    public static final int MAX_LEASE_BYTES = 640 * 1024;
    /** Highest version of a secret that a lease may name. */
    public static final int MAX_VERSION = 1_000_000;

    public static final int MAX_READS = 1_000;
    /** Longest lease: a year. */
    public static final int MAX_TTL_SECONDS = 31_536_000;
    /** Most secrets in one answer: each takes at most 170 bytes. */
    private static final int MAX_LISTED = 5_000;

    private static final int MAX_AUDIT_PAGE = 1_500;
    private static final int MAX_WAIT_MS = 20_000;
    private static final int MAX_HOST_CHARS = 253;
    private static final String SECONDS = "s since 1970-01-01 UTC";

    // Credentials.
    public static final Field<byte[]> PASSPHRASE = Field.of(
                    "passphrase",
                    new FieldType.Bytes(
                            MIN_PASSPHRASE_BYTES,
                            MAX_PASSPHRASE_BYTES,
                            VaultReason.CREDENTIAL_INVALID,
                            VaultReason.CREDENTIAL_INVALID),
                    "one of passphrase and key is a credential")
            .optional();
    public static final Field<byte[]> KEY = Field.of(
                    "key",
                    new FieldType.Bytes(
                            KEY_BYTES, KEY_BYTES, VaultReason.CREDENTIAL_INVALID, VaultReason.CREDENTIAL_INVALID),
                    "")
            .optional();
    public static final Field<byte[]> NEW_PASSPHRASE = PASSPHRASE.named("new_passphrase");
    public static final Field<byte[]> NEW_KEY = KEY.named("new_key");

    // The vault.
    public static final Field<String> VAULT = Field.of("vault", TEXT, "its id in hexadecimal");
    public static final Field<Long> SLOT = Field.of("slot", whole(1, 255, ""), "the number of a key slot");
    public static final Field<String> KIND = Field.of("kind", FieldType.choice("passphrase", "key"), "");
    public static final Field<List<Message>> SLOTS = Field.of("slots", listOf(struct(SLOT, KIND)), "its key slots");
    public static final Field<Long> SLOT_COUNT = Field.of("slots", COUNT, "key slots");
    public static final Field<Long> SECRETS = Field.of("secrets", COUNT, "how many");
    public static final Field<Long> VERSIONS = Field.of("versions", COUNT, "how many");
    public static final Field<String> CODE = Field.of("code", TEXT, "the reason's name");
    public static final Field<Long> FAILED_ATTEMPTS = Field.of("failed_attempts", COUNT, "in a row");
    public static final Field<Long> RETRY_AFTER_S = Field.of("retry_after_s", whole(0, Long.MAX_VALUE, "s"), "");
    public static final Field<Long> LEASE_COUNT = Field.of("leases", COUNT, "in force");
    public static final Field<Boolean> MEMORY_LOCKED =
            Field.of("memory_locked", TRUTH, "whether no page of warden can leave memory");
    public static final Field<Long> REMOVE = SLOT.named("remove").optional();
    public static final Field<Boolean> KEEP = Field.of("keep", TRUTH, "the new credential stands beside the old one")
            .otherwise(false);
    public static final Field<Boolean> NEW_DATA_KEY =
            Field.of("new_data_key", TRUTH, "seals every record anew").otherwise(false);

    public static final Method<Message> STATUS = CONTRACT.operators(
                    "vault.status",
                    Effect.READ,
                    struct(
                            Fields.STATE,
                            CODE.optional(),
                            Fields.REASON.optional(),
                            SECRETS.optional(),
                            VERSIONS.optional(),
                            Fields.BYTES.optional(),
                            SLOTS,
                            FAILED_ATTEMPTS,
                            RETRY_AFTER_S,
                            LEASE_COUNT,
                            MEMORY_LOCKED),
                    "the vault's state: new, sealed, unsealed or refused")
            .with();
    public static final Method<Message> INIT = CONTRACT.operators(
                    "vault.init", Effect.SECRET, struct(VAULT, SLOTS), "makes the vault")
            .with(PASSPHRASE, KEY);
    public static final Method<Message> UNSEAL = CONTRACT.operators(
                    "vault.unseal", Effect.SECRET, struct(SLOT, SECRETS, VERSIONS), "opens the vault")
            .with(PASSPHRASE, KEY);
    public static final Method<Message> SEAL = CONTRACT.operators(
                    "vault.seal", Effect.CHANGE, struct(), "closes the vault and wipes its keys")
            .with();
    public static final Method<Message> REKEY = CONTRACT.operators(
                    "vault.rekey",
                    Effect.SECRET,
                    struct(SLOTS),
                    "changes what opens the vault: a new credential, or remove")
            .with(PASSPHRASE, KEY, NEW_PASSPHRASE, NEW_KEY, KEEP, NEW_DATA_KEY, REMOVE);

    // Secrets.
    public static final Field<SecretName> NAME =
            Field.of("name", SecretName.type(VaultReason.NAME_INVALID), "the secret's name");
    public static final Field<byte[]> VALUE = Field.of(
            "value",
            new FieldType.Bytes(1, MAX_VALUE_BYTES, VaultReason.VALUE_EMPTY, VaultReason.VALUE_TOO_LARGE),
            "the secret");
    public static final Field<Long> VERSION = Field.of("version", whole(1, Integer.MAX_VALUE, ""), "");
    public static final Field<Long> CREATED = Field.of("created", whole(0, Long.MAX_VALUE, SECONDS), "");
    public static final Field<Boolean> CANARY =
            Field.of("canary", TRUTH, "it is never leased").otherwise(false);
    public static final Field<SecretName> AFTER_NAME = NAME.named("after").optional();
    public static final Field<Long> MAX =
            Field.of("max", whole(1, MAX_LISTED, ""), "entries at most").otherwise(1_000L);
    public static final Field<Boolean> DELETED =
            Field.of("deleted", TRUTH, "deleted ones too").otherwise(false);
    public static final Field<Long> DESTROYED = Field.of("destroyed", COUNT, "versions");
    public static final FieldType.Struct SECRET = struct(NAME, VERSION, CREATED, CANARY, Fields.STATE);
    public static final FieldType.Struct SECRET_VERSION = struct(VERSION, CREATED, CANARY, Fields.STATE);
    public static final Field<List<Message>> HISTORY = Field.of("versions", listOf(SECRET_VERSION), "newest first");

    public static final Method<Message> SET = CONTRACT.operators(
                    "vault.set", Effect.SECRET, SECRET, "adds a version of a secret")
            .with(NAME, VALUE, CANARY);
    public static final Method<Message> GET = CONTRACT.operators(
                    "vault.get", Effect.SECRET, struct(NAME, VERSION, VALUE), "a secret")
            .with(NAME, VERSION.optional());
    public static final Method<List<Message>> LIST = CONTRACT.operators(
                    "vault.list", Effect.READ, listOf(SECRET), "the secrets in the order of names")
            .with(AFTER_NAME, MAX, DELETED);
    public static final Method<Message> HISTORY_OF = CONTRACT.operators(
                    "vault.history", Effect.READ, struct(NAME, DELETED, HISTORY), "a secret's versions")
            .with(NAME);
    public static final Method<Message> DELETE = CONTRACT.operators(
                    "vault.delete", Effect.CHANGE, struct(), "hides a secret")
            .with(NAME);
    public static final Method<Message> UNDELETE = CONTRACT.operators(
                    "vault.undelete", Effect.CHANGE, SECRET, "shows it again")
            .with(NAME);
    public static final Method<Message> DESTROY = CONTRACT.operators(
                    "vault.destroy",
                    Effect.CHANGE,
                    struct(DESTROYED),
                    "rewrites the vault without a value, or without the secret")
            .with(NAME, VERSION.optional());

    // Files.
    public static final Field<Boolean> OVERWRITE = Field.of(
                    "overwrite", TRUTH, "the file's newest value becomes the next version")
            .otherwise(false);
    public static final TransferContract TRANSFER = TransferContract.of("vault.transfer.", CONTRACT);
    public static final Method<Message> EXPORT = CONTRACT.operators(
                    "vault.export",
                    Effect.SECRET,
                    struct(TransferContract.TRANSFER, Fields.BYTES, TransferContract.SHA256),
                    "makes a file of the whole vault, which the credential will open")
            .with(PASSPHRASE, KEY);
    public static final Method<Message> IMPORT = CONTRACT.operators(
                    "vault.import",
                    Effect.SECRET,
                    struct(SECRETS, VERSIONS),
                    "adds what a file holds, which the credential opens: all or nothing")
            .with(TransferContract.TRANSFER, TransferContract.SHA256.optional(), PASSPHRASE, KEY, OVERWRITE);

    // Leases.
    private static final FieldType<String> WORD = new FieldType.Matched(
            Pattern.compile("[A-Za-z0-9._-]{1,64}"), "1 to 64 ASCII letters, digits, dots, _ and -");
    public static final Field<AgentName> AGENT =
            Field.of("agent", AgentName.type(CallReason.OUT_OF_RANGE), "the agent\'s name");
    public static final Field<String> RUN = Field.of("run", WORD, "a number or a string");
    public static final Field<String> HOST = Field.of(
                    "host", new FieldType.Text(1, MAX_HOST_CHARS), "for which the secret is; recorded")
            .optional();
    public static final Field<Long> READS = Field.of("reads", whole(1, MAX_READS, ""), "how often it may be fetched")
            .otherwise(1L);
    public static final Field<Long> TTL_S = Field.of("ttl_s", whole(1, MAX_TTL_SECONDS, "s"), "how long it is leased")
            .optional();
    /** Delivery of secrets that the gate puts into requests. */
    public static final String TO_GATE = "gate";

    public static final Field<String> DELIVER =
            Field.of("deliver", FieldType.choice("file", "fetch", TO_GATE), "").otherwise("file");
    public static final Field<List<Message>> REFS =
            Field.of("refs", listOf(struct(NAME, VERSION.optional(), HOST, READS, TTL_S, DELIVER)), "each name once");
    public static final Field<String> LEASE = Field.of("lease", TEXT, "by which warden knows it");
    public static final Field<Map<String, byte[]>> VALUES =
            Field.of("secrets", new FieldType.MapOf<>(FieldType.BYTES), "those that are delivered as files");
    public static final Field<Long> SINCE = Field.of("since", whole(0, Long.MAX_VALUE, SECONDS), "");
    public static final Field<Long> UNTIL = Field.of(
                    "until", whole(0, Long.MAX_VALUE, SECONDS), "absent without an end")
            .optional();
    public static final Field<Long> READS_LEFT =
            Field.of("reads_left", COUNT, "").optional();
    public static final Field<List<SecretName>> NAMES =
            Field.of("names", listOf(SecretName.type(VaultReason.NAME_INVALID)), "");
    public static final Field<List<Message>> LEASED = Field.of(
            "refs", listOf(struct(NAME, VERSION.optional(), DELIVER, HOST, READS_LEFT, UNTIL, Fields.STATE)), "");
    public static final FieldType.Struct LEASE_STATE =
            struct(LEASE, Fields.AGENT, RUN, NAMES, SINCE, UNTIL, Fields.STATE, LEASED);
    public static final Field<List<Message>> LEASE_LIST = Field.of("leases", listOf(LEASE_STATE), "in force first");
    public static final Field<Long> AFTER =
            Field.of("after", COUNT, "the last that is known").otherwise(0L);
    public static final Field<Long> WAIT_MS =
            Field.of("wait_ms", whole(0, MAX_WAIT_MS, "ms"), "for a change").otherwise(0L);
    public static final Field<Long> LEFT_OUT = Field.of("left_out", COUNT, "leases that found no room");
    public static final Field<Long> REVOKED = Field.of("revoked", COUNT, "how many");

    public static final Field<List<String>> LIVE_RUNS = Field.of(
                    "live_runs",
                    new FieldType.ListOf<>(new FieldType.Text(1, 64), 256),
                    "runs of the agent whose leases stay; those of all its other runs end")
            .otherwise(List.of());
    public static final Method<Message> LEASE_FOR = CONTRACT.host(
                    "vault.lease", Effect.SECRET, struct(LEASE, VALUES), "lends secrets to a run: all or none")
            .with(AGENT, RUN, REFS, LIVE_RUNS);
    public static final Method<Message> FETCH = CONTRACT.host(
                    "vault.fetch", Effect.SECRET, struct(VALUE), "one that was leased to be fetched")
            .with(AGENT, RUN, NAME);
    public static final Method<Message> GATE_VALUE = CONTRACT.gate(
                    "vault.gate_value",
                    Effect.SECRET,
                    struct(LEASE, VALUE, Fields.SEQ),
                    "the newest version of a secret that was leased to a run to be put in at the gate")
            .with(AGENT, RUN, NAME);
    public static final Field<List<String>> GATE_LEASE_IDS = Field.of(
            "leases", listOf(TEXT), "those in force with a secret for the gate; none while the vault is not open");
    public static final Method<Message> GATE_LEASES = CONTRACT.gate(
                    "vault.gate_leases", Effect.READ, struct(GATE_LEASE_IDS, Fields.SEQ), "the leases of the gate")
            .with(AFTER, WAIT_MS);
    public static final Method<Message> LEASES = CONTRACT.operators(
                    "vault.leases", Effect.READ, struct(LEASE_LIST, Fields.SEQ, LEFT_OUT), "the leases")
            .with(AFTER, WAIT_MS);
    public static final Method<Message> REVOKE = CONTRACT.operators(
                    "vault.revoke",
                    Effect.CHANGE,
                    struct(REVOKED),
                    "ends leases: one, or those of an agent, or of its run")
            .with(LEASE.optional(), AGENT.optional(), RUN.optional());

    // The audit log.
    public static final Field<Long> AUDIT_MAX =
            Field.of("max", whole(1, MAX_AUDIT_PAGE, ""), "records at most").otherwise((long) MAX_AUDIT_PAGE);
    public static final Field<List<Object>> RECORDS =
            Field.of("records", listOf(FieldType.ANY), "each {seq, time, event, its fields}, oldest first");
    public static final Field<Long> DAMAGED = Field.of("damaged", COUNT, "places that hold something else");
    public static final Field<Long> TIME = Field.of("time", whole(0, Long.MAX_VALUE, SECONDS), "");
    public static final Field<String> EVENT = Field.of("event", TEXT, "the event's name");
    public static final Method<Message> AUDIT = CONTRACT.operators(
                    "vault.audit", Effect.READ, struct(RECORDS, DAMAGED), "who did what to secrets")
            .with(AFTER, AUDIT_MAX);

    private VaultContract() {}
}
