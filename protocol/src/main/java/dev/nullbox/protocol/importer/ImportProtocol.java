package dev.nullbox.protocol.importer;

import static dev.nullbox.protocol.FieldType.COUNT;
import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import java.util.Arrays;
import java.util.List;

/** Messages between cage and the importer: the fields of an import's request, progress and outcome, and its bounds. */
public final class ImportProtocol {
    /** The longest request, in bytes, without its line feed. */
    public static final int MAX_REQUEST_BYTES = 1 << 16;

    /** The name of the image in the work directory. */
    public static final String IMAGE_FILE = "root.erofs";

    /** Most paths of left-out entries that a result names. */
    public static final int MAX_NAMED = 20;

    /** Most bytes of layers: a root of 10 GiB whose layers replace some of its files. */
    public static final long MAX_BYTES = 24L << 30;

    public static final long MAX_ENTRIES = 500_000;

    private static final int MAX_SECONDS = 86_400;

    /** Fields of the request: the identity that the importer takes, and the place of the archive. */
    public static final Field<Long> CAGE_PID = id("cage_pid", "cage's, whose death ends the importer");

    public static final Field<Long> UID = id("uid", "user and group that the importer becomes");
    public static final Field<String> NEW_ROOT = Field.of("new_root", TEXT, "a directory to mount its root on");
    public static final Field<List<String>> LAUNCHER = words("launcher", "how the importer is started anew, inside");
    public static final Field<List<String>> BINDS =
            words("binds", "of the host, seen read-only at the same place; those that are absent are left out");
    public static final Field<List<String>> MKFS = words("mkfs", "how mkfs.erofs is started");
    public static final Field<String> SOURCE = Field.of("source", TEXT, "the archive, a regular file");
    public static final Field<String> WORK =
            Field.of("work", TEXT, "an empty directory, in which the image and what is made on the way lie");
    public static final Field<String> IMAGE =
            Field.of("image", TEXT, "the name of one of the archive's images").optional();
    public static final Field<Long> LIMIT_BYTES = Field.of(
                    "max_bytes", whole(1, Long.MAX_VALUE, "bytes"), "of all layers together, decompressed")
            .otherwise(MAX_BYTES);
    public static final Field<Long> LIMIT_ENTRIES = Field.of(
                    "max_entries", whole(1, Integer.MAX_VALUE, ""), "of all layers together")
            .otherwise(MAX_ENTRIES);
    public static final Field<Long> LIMIT_SECONDS =
            Field.of("seconds", whole(1, MAX_SECONDS, "s"), "of processor time, of each process");

    public static final FieldType.Struct REQUEST = struct(
            CAGE_PID,
            UID,
            NEW_ROOT,
            LAUNCHER,
            BINDS,
            MKFS,
            SOURCE,
            WORK,
            IMAGE,
            LIMIT_BYTES,
            LIMIT_ENTRIES,
            LIMIT_SECONDS);

    /** Fields of progress: a line has both. */
    public static final Field<Long> READ =
            Field.of("read", COUNT, "bytes so far").optional();

    public static final Field<Long> TOTAL =
            Field.of("total", COUNT, "bytes that will have been read").optional();

    /** The image's configuration, each where it is not empty. */
    public static final Field<List<String>> ENTRYPOINT = words("entrypoint", "").optional();

    public static final Field<List<String>> COMMAND = words("command", "").optional();
    public static final Field<List<String>> ENV =
            words("env", "each NAME=VALUE").optional();
    public static final Field<String> USER =
            Field.of("user", TEXT, "names or numbers, as USER or USER:GROUP").optional();
    public static final Field<String> WORKDIR = Field.of("workdir", TEXT, "").optional();
    public static final Field<List<String>> PORTS =
            words("ports", "each NUMBER/tcp or NUMBER/udp").optional();
    public static final Field<String> STOP_SIGNAL =
            Field.of("stop_signal", TEXT, "a name or a number").optional();
    public static final Field<List<String>> VOLUMES = words("volumes", "paths").optional();
    public static final Field<Message> DEFAULTS =
            Field.of("defaults", struct(ENTRYPOINT, COMMAND, ENV, USER, WORKDIR, PORTS, STOP_SIGNAL, VOLUMES), "");

    /** Result. */
    public static final Field<SourceKind> KIND = Field.of(
            "kind",
            new FieldType.Parsed<>(
                    SourceKind::valueOf,
                    SourceKind::name,
                    String.join(
                            ", ",
                            Arrays.stream(SourceKind.values())
                                    .map(SourceKind::name)
                                    .toList()),
                    CallReason.WRONG_TYPE),
            "");

    public static final Field<String> NAME =
            Field.of("name", TEXT, "of the image that was taken").optional();
    public static final Field<String> DIGEST = Field.of(
            "digest",
            TEXT,
            "of the OCI manifest, the docker configuration, or the decompressed tar; with its algorithm: sha256:...");
    public static final Field<List<String>> LAYERS = words("layers", "digests of the layers as tar archives");
    public static final Field<String> IMAGE_DIGEST = Field.of("image_digest", TEXT, "of the image that was made");
    public static final Field<Long> IMAGE_BYTES = Field.of("image_bytes", COUNT, "");
    public static final Field<Long> FILES = Field.of("files", COUNT, "regular files, each once");
    public static final Field<Long> DIRECTORIES = Field.of("directories", COUNT, "");
    public static final Field<Long> SYMLINKS = Field.of("symlinks", COUNT, "");
    public static final Field<Long> HARD_LINKS = Field.of("hard_links", COUNT, "names beyond the first of a file");
    public static final Field<Long> FIFOS = Field.of("fifos", COUNT, "");
    public static final Field<Long> FILE_BYTES = Field.of("file_bytes", COUNT, "in all regular files");
    public static final Field<Long> LEFT_OUT = Field.of("left_out", COUNT, "device nodes");
    public static final Field<List<String>> LEFT_OUT_PATHS =
            Field.of("left_out_paths", new FieldType.ListOf<>(TEXT, MAX_NAMED), "the first of them");
    public static final Field<Long> LEFT_OUT_XATTRS = Field.of(
            "left_out_xattrs", COUNT, "extended attributes that no file of Linux has, or that are overlayfs' own");
    public static final Field<Message> RESULT = Field.of(
                    "result",
                    struct(
                            KIND,
                            NAME,
                            DIGEST,
                            LAYERS,
                            IMAGE_DIGEST,
                            IMAGE_BYTES,
                            DEFAULTS,
                            FILES,
                            DIRECTORIES,
                            SYMLINKS,
                            HARD_LINKS,
                            FIFOS,
                            FILE_BYTES,
                            LEFT_OUT,
                            LEFT_OUT_PATHS,
                            LEFT_OUT_XATTRS),
                    "the last line, exit code 0")
            .optional();

    /** Error. */
    public static final Field<ImportReason> REASON = Field.of(
            "reason",
            new FieldType.Parsed<>(
                    ImportReason::valueOf, ImportReason::name, "a reason of an import", CallReason.WRONG_TYPE),
            "");

    public static final Field<String> MESSAGE =
            Field.of("message", TEXT, "what is wrong, where, and what would be right");
    public static final Field<Message> ERROR = Field.of("error", struct(REASON, MESSAGE), "the last line, exit code 1")
            .optional();

    /** Any line of its standard output: progress, or the outcome. */
    public static final FieldType.Struct OUTPUT = struct(READ, TOTAL, RESULT, ERROR);

    private ImportProtocol() {}

    /** Kind of archive, found by its content. */
    public enum SourceKind {
        /** An OCI image layout. */
        OCI,
        /** An archive of docker save, without an OCI image layout in it. */
        DOCKER,
        /** The files of a root. */
        ROOT
    }

    private static Field<Long> id(String name, String meaning) {
        return Field.of(name, whole(1, Integer.MAX_VALUE, ""), meaning);
    }

    private static Field<List<String>> words(String name, String meaning) {
        return Field.of(name, listOf(TEXT), meaning);
    }
}
