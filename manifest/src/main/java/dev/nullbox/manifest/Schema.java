package dev.nullbox.manifest;

import java.util.ArrayList;
import java.util.List;

/** Every key of AGENT.toml: its type, what stands in when it is absent, what it may hold, and who acts on it. */
public final class Schema {
    /** The types of TOML that AGENT.toml uses. */
    public enum Type {
        STRING("string"),
        INTEGER("integer"),
        BOOLEAN("boolean"),
        STRINGS("array of strings"),
        REFERENCES("array of strings or of tables"),
        TABLE("table");

        private final String words;

        Type(String words) {
            this.words = words;
        }

        /** The type as a person would say it. */
        public String words() {
            return words;
        }
    }

    /**
     * One key.
     *
     * @param path dotted; {@code *} stands for a name that the author chooses, {@code []} for each element of an array
     * @param type what it must be
     * @param required whether it must be there when its table is
     * @param absent what holds without it, for people
     * @param allowed what it may hold, for people
     * @param consumer who acts on it
     */
    public record Key(String path, Type type, boolean required, String absent, String allowed, String consumer) {
        boolean isIn(String table) {
            int dot = path.lastIndexOf('.');
            return (dot < 0 ? "" : path.substring(0, dot)).equals(table);
        }

        String name() {
            return path.substring(path.lastIndexOf('.') + 1);
        }

        boolean isElement() {
            return path.endsWith(ELEMENT);
        }
    }

    /** What follows an array's path in the path of its elements. */
    static final String ELEMENT = "[]";

    private static final String REFS = "capabilities.credential_refs";

    private static final List<Key> KEYS = List.of(
            required("agent", Type.TABLE, "the keys below", "cage"),
            required(
                    "agent.name",
                    Type.STRING,
                    "1 to 32 of `A-Z a-z 0-9 _ -`, a letter or digit first",
                    "cage, egress, warden, ctxgraph"),
            optional("agent.version", Type.STRING, "`0.0.0`", "1 to 64 of `A-Z a-z 0-9 . + -`", "cage (shown)"),
            optional("agent.runtime", Type.STRING, "`binary`", "`binary`", "nobody: there is one runtime"),
            required(
                    "agent.command",
                    Type.STRINGS,
                    "1 to 64 words, the first an absolute guest path; printable ASCII without `\"`",
                    "cage"),
            optional("agent.restart", Type.STRING, "`on-failure`", "`never`, `on-failure`, `always`", "cage"),
            optional("agent.start", Type.STRING, "`auto`", "`auto`, `manual`", "cage"),
            optional("agent.env", Type.TABLE, "empty", "at most 64 variables that are no secrets", "cage"),
            optional(
                    "agent.env.*",
                    Type.STRING,
                    "-",
                    "printable ASCII without `\"`; the name not `NULLBOX_*`, not in `credential_refs`, not that of a secret",
                    "cage"),
            optional("capabilities", Type.TABLE, "nothing allowed", "the keys below", "cage"),
            optional("capabilities.max_cpu_percent", Type.INTEGER, "`25`", "1 to 6400; 100 is one whole CPU", "cage"),
            optional("capabilities.max_memory_mb", Type.INTEGER, "`256`", "64 to 65536, in MiB", "cage"),
            optional(
                    REFS,
                    Type.REFERENCES,
                    "none",
                    "at most 64, each name once; all names of secrets, or all tables with the keys below",
                    "warden, cage"),
            optional(REFS + ELEMENT, Type.TABLE, "-", "the keys below, on one line", "warden, cage"),
            required(
                    REFS + ELEMENT + ".name",
                    Type.STRING,
                    "the secret's name: 1 to 64 of `A-Z a-z 0-9 _`, no digit first",
                    "warden, cage"),
            optional(REFS + ELEMENT + ".version", Type.INTEGER, "the newest", "1 to 1000000", "warden"),
            optional(
                    REFS + ELEMENT + ".host",
                    Type.STRING,
                    "any",
                    "a host of `network.allow`, without port; the lease records it",
                    "warden"),
            optional(
                    REFS + ELEMENT + ".reads",
                    Type.INTEGER,
                    "`1`",
                    "1 to 1000; with `deliver = \"fetch\"` only",
                    "warden"),
            optional(REFS + ELEMENT + ".ttl_secs", Type.INTEGER, "the run", "1 to 31536000", "warden, cage"),
            optional(REFS + ELEMENT + ".deliver", Type.STRING, "`file`", "`file`, `fetch`", "cage, warden"),
            optional("capabilities.shell", Type.BOOLEAN, "`false`", "`false`: there is no shell", "nobody"),
            optional("capabilities.accelerator", Type.STRING, "`none`", "`none`", "nobody"),
            optional(
                    "capabilities.max_api_calls_per_hour",
                    Type.INTEGER,
                    "`0`",
                    "`0`, no limit: the gate that would count does not exist yet",
                    "nobody"),
            optional("capabilities.network", Type.TABLE, "no network", "the key below", "egress"),
            optional(
                    "capabilities.network.allow",
                    Type.STRINGS,
                    "nowhere",
                    "at most 256 of `host`, `host:port`, `[IPv6]`, `[IPv6]:port`; port 443 when none is given; TCP",
                    "egress"),
            optional("capabilities.filesystem", Type.TABLE, "no shares", "the keys below", "cage"),
            optional(
                    "capabilities.filesystem.read",
                    Type.STRINGS,
                    "none",
                    "at most 32 guest paths; canonical, outside `/proc /sys /dev /run`",
                    "cage"),
            optional(
                    "capabilities.filesystem.write",
                    Type.STRINGS,
                    "none",
                    "as `read`; a path stands in one of the two",
                    "cage"),
            optional("capabilities.memory", Type.TABLE, "its own memory", "the keys below", "ctxgraph"),
            optional(
                    "capabilities.memory.read",
                    Type.STRINGS,
                    "`[\"NAME/*\"]`, its own",
                    "at most 64 of `space/key`, `space/*`, `space/prefix/*`",
                    "ctxgraph"),
            optional("capabilities.memory.write", Type.STRINGS, "`[\"NAME/*\"]`, its own", "as `read`", "ctxgraph"),
            optional("capabilities.memory.max_mb", Type.INTEGER, "`64`", "1 to 65536, in MiB", "ctxgraph"),
            optional("capabilities.memory.max_writes_per_minute", Type.INTEGER, "`600`", "1 to 1000000", "ctxgraph"),
            optional("capabilities.health_check", Type.TABLE, "not asked", "the keys below", "cage, egress"),
            required("capabilities.health_check.port", Type.INTEGER, "1 to 65535", "cage, egress"),
            optional(
                    "capabilities.health_check.path",
                    Type.STRING,
                    "`/`",
                    "absolute URL path of at most 255 characters",
                    "cage, egress"),
            optional("capabilities.health_check.interval_secs", Type.INTEGER, "`30`", "1 to 3600", "cage, egress"),
            optional("capabilities.health_check.max_failures", Type.INTEGER, "`3`", "1 to 100", "cage, egress"),
            optional("tools", Type.TABLE, "none", "at most 256 tools", "cage (shown)"),
            optional(
                    "tools.*", Type.TABLE, "-", "the key below; the name 1 to 64 of `A-Z a-z 0-9 _ -`", "cage (shown)"),
            required("tools.*.risk", Type.STRING, "`low`, `medium`, `high`, `critical`", "cage (shown)"));

    private Schema() {}

    /** Every key, tables before what is in them, in the order in which they are documented and checked. */
    public static List<Key> keys() {
        return KEYS;
    }

    /** The schema as the table of docs/agent-toml.md. */
    public static String markdown() {
        StringBuilder table = new StringBuilder("| key | type | without it | it may hold | who acts on it |\n");
        table.append("| --- | --- | --- | --- | --- |\n");
        for (Key key : KEYS) {
            table.append("| `")
                    .append(key.path())
                    .append("` | ")
                    .append(key.type().words());
            table.append(" | ").append(key.required() ? "**refused**" : key.absent());
            table.append(" | ")
                    .append(key.allowed())
                    .append(" | ")
                    .append(key.consumer())
                    .append(" |\n");
        }
        return table.toString();
    }

    /** The keys directly in a table; the table's path with {@code *} for chosen names, empty for the document. */
    static List<Key> keysIn(String table) {
        List<Key> found = new ArrayList<>();
        for (Key key : KEYS) {
            if (key.isIn(table)) {
                found.add(key);
            }
        }
        return found;
    }

    private static Key required(String path, Type type, String allowed, String consumer) {
        return new Key(path, type, true, "", allowed, consumer);
    }

    private static Key optional(String path, Type type, String absent, String allowed, String consumer) {
        return new Key(path, type, false, absent, allowed, consumer);
    }
}
