package dev.nullbox.protocol.api;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Event;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Method;
import dev.nullbox.protocol.Reason;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** Scan of all main code: what the contract names stands as a string there alone. */
class LiteralsTest {
    private static final Path PROJECT = Path.of("..");
    private static final Pattern LITERAL = Pattern.compile("\"((?:[^\"\\\\]|\\\\.)*)\"");
    private static final Pattern COMMENT = Pattern.compile("\\s*(?:\\*|/\\*|//).*");

    /** Places whose words are another vocabulary's, each with the one that it is. */
    private static final Map<String, String> OTHER_VOCABULARIES = Map.of(
            "protocol/", "the contract itself",
            "manifest/", "the keys of AGENT.toml, which Schema names once",
            "native/", "the kernel's and the C libraries'",
            "rpc/src/main/java/dev/nullbox/rpc/JsonRpcCodec.java", "members of JSON-RPC 2.0's own objects",
            "ctxgraph/src/main/java/dev/nullbox/ctxgraph/mcp/", "MCP's and its tools'",
            "gateway/src/main/java/dev/nullbox/gateway/http/", "OpenAPI's, RFC 9457's and paths'",
            "importer/src/main/java/dev/nullbox/importer/image/", "OCI's and docker's",
            "archive/src/main/java/dev/nullbox/archive/tar/", "pax headers'",
            "smoke-test/", "the far side of the wire: tests of what users see");

    /** Words that happen to be a field's too, by file: names of files, directories and tables, a file's own format. */
    private static final Map<String, Set<String>> OTHER_WORDS = Map.ofEntries(
            Map.entry("AgentAddCommand.java", Set.of("import")),
            Map.entry("AgentCommand.java", Set.of("agent", "VERSION")),
            Map.entry("AgentStore.java", Set.of("images")),
            Map.entry("CageDaemon.java", Set.of("slots")),
            Map.entry("Codec.java", Set.of("result")),
            Map.entry("DirectoryTar.java", Set.of("size")),
            Map.entry("Disk.java", Set.of("read", "write")),
            Map.entry("DiskCommand.java", Set.of("disk")),
            Map.entry("DiskStore.java", Set.of("disks")),
            Map.entry("VmConfig.java", Set.of("disks")),
            Map.entry("GuestSetup.java", Set.of("read")),
            Map.entry("SandboxCheck.java", Set.of("pid")),
            Map.entry("AgentRun.java", Set.of("canary")),
            Map.entry("AgentState.java", Set.of("running")),
            Map.entry("Hardware.java", Set.of("device", "driver")),
            Map.entry("HttpWatch.java", Set.of("write")),
            Map.entry("Entrance.java", Set.of("user", "workdir")),
            Map.entry("ExecCommand.java", Set.of("exec")),
            Map.entry("RunCommand.java", Set.of("run")),
            Map.entry("RunsCommand.java", Set.of("runs")),
            Map.entry("Exports.java", Set.of("version", "chunk", "held", "read", "end")),
            Map.entry("ImporterSettings.java", Set.of("import")),
            Map.entry("IntegrityCheck.java", Set.of("ok", "nodes", "chunks")),
            Map.entry("Init.java", Set.of("services")),
            Map.entry("MemoryFileCommands.java", Set.of("import")),
            Map.entry("Multicall.java", Set.of("gateway")),
            Map.entry("StoredAgent.java", Set.of("current", "versions")),
            Map.entry("RequestHead.java", Set.of("host")),
            Map.entry("RequestFilter.java", Set.of("HEAD")),
            Map.entry("TarHeader.java", Set.of("size")),
            Map.entry("TextIndex.java", Set.of("ok")),
            Map.entry("VaultCommand.java", Set.of("vault", "LEASE")),
            Map.entry("Credential.java", Set.of("more")),
            Map.entry("Nulld.java", Set.of("services")),
            Map.entry("OpenMetrics.java", Set.of("restarts", "disk_bytes", "bytes", "memory_bytes")),
            Map.entry("PowerSignals.java", Set.of("exit")),
            Map.entry("ResolverFiles.java", Set.of("reason")),
            Map.entry("EgressMain.java", Set.of("names")),
            Map.entry("Boot.java", Set.of("data", "devices")),
            Map.entry("VerityTree.java", Set.of("version", "sha256")),
            Map.entry("VerityDevice.java", Set.of("sha256")),
            Map.entry("DataPartition.java", Set.of("data")),
            Map.entry("BlockDevice.java", Set.of("size")),
            Map.entry("Cgroups.java", Set.of("services")),
            Map.entry("VaultFileCommands.java", Set.of("import")),
            Map.entry("VaultFile.java", Set.of("vault")));

    @Test
    void mainCodeNamesNothingOfTheContractByAString() throws IOException {
        Set<String> names = names();
        assertThat(names).contains("vault.lease", "agent", "VAULT_SEALED", "agent.started");
        List<String> found = new ArrayList<>();
        for (Path file : mainFiles()) {
            List<String> lines = Files.readAllLines(file);
            for (int i = 0; i < lines.size(); i++) {
                Matcher literal = LITERAL.matcher(COMMENT.matcher(lines.get(i)).matches() ? "" : lines.get(i));
                while (literal.find()) {
                    if (names.contains(literal.group(1)) && !isAnother(file, literal.group(1))) {
                        found.add(PROJECT.relativize(file) + ":" + (i + 1) + ": " + literal.group());
                    }
                }
            }
        }
        assertThat(found).isEmpty();
    }

    private static boolean isAnother(Path file, String word) {
        return OTHER_WORDS
                .getOrDefault(String.valueOf(file.getFileName()), Set.of())
                .contains(word);
    }

    private static List<Path> mainFiles() throws IOException {
        try (Stream<Path> files = Files.walk(PROJECT)) {
            return files.filter(file -> file.toString().endsWith(".java"))
                    .filter(file -> file.toString().contains("/src/main/java/"))
                    .filter(file -> OTHER_VOCABULARIES.keySet().stream()
                            .noneMatch(
                                    place -> PROJECT.relativize(file).toString().startsWith(place)))
                    .toList();
        }
    }

    private static Set<String> names() {
        Set<String> names = new HashSet<>();
        for (Method<?> method : Methods.ALL) {
            names.add(method.name());
            addAll(method.request(), names);
            add(method.result(), names);
        }
        for (Event event : Methods.EVENTS) {
            names.add(event.name());
            addAll(event.fields(), names);
        }
        Stream.<Reason[]>of(
                        CallReason.values(),
                        NulldReason.values(),
                        EgressReason.values(),
                        VaultReason.values(),
                        MemoryReason.values(),
                        AgentReason.values(),
                        ImportReason.values())
                .flatMap(Stream::of)
                .forEach(reason -> names.add(reason.name()));
        return names;
    }

    private static void addAll(List<Field<?>> fields, Set<String> names) {
        for (Field<?> field : fields) {
            names.add(field.name());
            add(field.type(), names);
        }
    }

    private static void add(FieldType<?> type, Set<String> names) {
        switch (type) {
            case FieldType.Struct struct -> addAll(struct.fields(), names);
            case FieldType.ListOf<?> list -> add(list.element(), names);
            case FieldType.MapOf<?> map -> add(map.element(), names);
            default -> {}
        }
    }
}
