package dev.nullbox.protocol.api;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import dev.nullbox.protocol.Effect;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Service;
import dev.nullbox.protocol.importer.ImportProtocol;
import java.util.List;

/** Methods and events of cage on agents that operators add, change and remove while the appliance runs. */
public final class DeployContract {
    static final Contract CONTRACT = new Contract(Service.CAGE);

    /** Archives and manifests on their way to the appliance. */
    public static final TransferContract TRANSFER = TransferContract.of("agent.transfer.", CONTRACT);

    public static final Field<String> MANIFEST =
            Field.of("manifest", new FieldType.Text(1, 64), "the transfer of its AGENT.toml");
    public static final Field<String> MANIFEST_SHA256 =
            Field.of("manifest_sha256", FieldType.SHA256, "of its AGENT.toml");
    public static final Field<String> IMAGE = Field.of(
            "image", new FieldType.Text(1, 1_024), "the name of the one that is meant, where an archive has several");

    public static final Field<String> ACCEPT_GROWTH = Field.of(
            "accept_growth",
            new FieldType.Text(1, 64),
            "the hash of the growth of authority that is meant, or its first 16 digits; without it a version that may"
                    + " more than the current one is refused");

    public static final Field<String> IMPORT =
            Field.of("import", new FieldType.Text(1, 64), "the import, as agent.add named it");
    public static final Field<Long> IMPORT_WAIT =
            Field.of("wait_ms", whole(0, 20_000, "ms"), "for the import's end, or for progress");
    public static final Field<Long> READ = Field.of("read", COUNT, "bytes of the archive that were read");
    public static final Field<Long> TOTAL = Field.of("total", COUNT, "bytes to read in all");

    public static final Field<Long> VERSION = Field.of("version", whole(1, Long.MAX_VALUE, ""), "of the agent");
    public static final Field<String> DIGEST = Field.of("digest", FieldType.SHA256, "SHA-256 of the image of its root");
    public static final Field<Long> ADDED = Field.of("added_ms", COUNT, "when, in ms since 1970 UTC");
    public static final Field<Boolean> IS_CURRENT =
            Field.of("current", TRUTH, "whether it is the one that the next start takes");
    public static final Field<Boolean> RUNS =
            Field.of("runs", TRUTH, "whether a former version runs still: the new one takes effect at the next start");
    public static final Field<List<String>> LEFT_OUT_ENV = Field.of(
            "left_out_env", listOf(TEXT), "variables of the image that no agent gets, as they are named as secrets");
    public static final Field<Boolean> WAS_THERE =
            Field.of("was_there", TRUTH, "whether the appliance had the same image already");

    public static final Field<List<String>> IN_FORCE =
            Field.of("in_force", listOf(TEXT), "keys of AGENT.toml whose change its runs have taken over");
    public static final Field<List<String>> AT_NEXT_START =
            Field.of("at_next_start", listOf(TEXT), "keys whose change waits for its next start");
    public static final Method<Message> APPLY = CONTRACT.operators(
                    "agent.apply",
                    Effect.CHANGE,
                    struct(Fields.AGENT, VERSION, IN_FORCE, AT_NEXT_START),
                    "makes a version of an added agent with another AGENT.toml and the same image, and changes in its runs"
                            + " what can change there: network, processor time, health check, bounds of its log")
            .with(Fields.AGENT, MANIFEST, MANIFEST_SHA256.optional(), ACCEPT_GROWTH.optional());

    public static final Field<Message> DONE = Field.of(
            "done",
            struct(Fields.AGENT, VERSION, DIGEST, WAS_THERE, RUNS, LEFT_OUT_ENV, ImportProtocol.RESULT),
            "once it is over");

    public static final Method<Message> ADD = CONTRACT.operators(
                    "agent.add",
                    Effect.CHANGE,
                    struct(IMPORT),
                    "makes an agent, or a new version of one, of an archive and an AGENT.toml; with the SHA-256 of"
                            + " one that agent.has_archive knows its image is taken; without either the agent keeps its image, without an AGENT.toml its own, or leaves all to the image")
            .with(
                    Fields.AGENT,
                    TransferContract.TRANSFER.optional(),
                    TransferContract.SHA256.optional(),
                    IMAGE.optional(),
                    MANIFEST.optional(),
                    MANIFEST_SHA256.optional(),
                    ACCEPT_GROWTH.optional());
    public static final Field<Boolean> HAS_IMAGE =
            Field.of("has_image", TRUTH, "whether the image of it is stored, and it need not be sent");
    public static final Method<Message> HAS_ARCHIVE = CONTRACT.operators(
                    "agent.has_archive",
                    Effect.READ,
                    struct(HAS_IMAGE),
                    "whether an archive with this SHA-256 was imported by this version of the appliance")
            .with(TransferContract.SHA256, IMAGE.optional());
    public static final Method<Message> PROGRESS = CONTRACT.operators(
                    "agent.import",
                    Effect.READ,
                    struct(READ, TOTAL, DONE.optional()),
                    "how far an import is; fails as the import failed")
            .with(IMPORT, IMPORT_WAIT);

    public static final Field<List<Message>> VERSIONS = Field.of(
            "versions", listOf(struct(VERSION, DIGEST, ADDED, GatewayContract.CLIENT, IS_CURRENT)), "the newest first");
    public static final Method<Message> SHOW = CONTRACT.operators(
                    "agent.show",
                    Effect.READ,
                    struct(Fields.AGENT, VERSIONS, ImportProtocol.RESULT),
                    "an added agent: its versions, and the image of the current one")
            .with(Fields.AGENT);
    public static final Method<Message> ROLLBACK = CONTRACT.operators(
                    "agent.rollback",
                    Effect.CHANGE,
                    struct(Fields.AGENT, VERSION, RUNS),
                    "makes a former version the current one; without its number, the one before. It may more than the"
                            + " current one: an operator accepted that when it was added")
            .with(Fields.AGENT, VERSION.optional());

    public static final Field<Boolean> PURGE =
            Field.of("purge", TRUTH, "whether its disks are removed too").otherwise(false);
    public static final Field<Long> DISK_BYTES =
            Field.of("disk_bytes", COUNT, "what its disks take, which are kept or were removed");
    public static final Method<Message> REMOVE = CONTRACT.operators(
                    "agent.remove",
                    Effect.CHANGE,
                    struct(Fields.AGENT, DISK_BYTES),
                    "removes an added agent that does not run; its disks stay unless purge says otherwise")
            .with(Fields.AGENT, PURGE);

    public static final Field<Boolean> IS_KNOWN = Field.of("known", TRUTH, "whether there is such an agent");
    public static final Field<Long> PROMISED = Field.of("promised", COUNT, "bytes that it may grow to");
    public static final FieldType.Struct VOLUME =
            struct(Fields.AGENT, AgentContract.DISK, PROMISED, Fields.BYTES, IS_KNOWN);
    public static final Method<List<Message>> VOLUMES = CONTRACT.operators(
                    "agent.volumes", Effect.READ, listOf(VOLUME), "disks that outlive runs")
            .with();
    public static final Method<Message> VOLUME_REMOVE = CONTRACT.operators(
                    "agent.volume_remove",
                    Effect.CHANGE,
                    struct(Fields.BYTES),
                    "removes a disk of an agent that does not run")
            .with(Fields.AGENT, AgentContract.DISK);

    public static final Field<Long> IMAGES = Field.of("images", COUNT, "images in the store");
    public static final Field<Long> IMAGE_BYTES = Field.of("image_bytes", COUNT, "what they take");
    public static final Field<Long> ROOM =
            Field.of("room", COUNT, "bytes that disks and images may take in all, without the services' reserve");
    public static final Field<Long> FREE = Field.of("free", COUNT, "bytes of it that are promised to nobody");
    public static final Method<Message> DF = CONTRACT.operators(
                    "agent.df",
                    Effect.READ,
                    struct(ROOM, PROMISED, FREE, IMAGES, IMAGE_BYTES),
                    "the data partition's room for agents")
            .with();
    public static final Method<Message> PRUNE = CONTRACT.operators(
                    "agent.prune",
                    Effect.CHANGE,
                    struct(IMAGES, Fields.BYTES),
                    "removes images and versions that no agent's next start takes and no run uses")
            .with();

    public static final Event ADDED_EVENT = CONTRACT.event("agent.added", "an operator added an agent, or a version")
            .with(Fields.AGENT, VERSION, DIGEST, GatewayContract.CLIENT);
    public static final Event APPLIED = CONTRACT.event(
                    "agent.applied", "an operator changed its AGENT.toml, and its runs with it")
            .with(Fields.AGENT, VERSION, IN_FORCE, AT_NEXT_START, GatewayContract.CLIENT);
    public static final Event ROLLED_BACK = CONTRACT.event("agent.rolled_back", "a former version is the current one")
            .with(Fields.AGENT, VERSION, GatewayContract.CLIENT);
    public static final Event REMOVED = CONTRACT.event("agent.removed", "an operator removed an agent")
            .with(Fields.AGENT, PURGE, GatewayContract.CLIENT);

    private DeployContract() {}
}
