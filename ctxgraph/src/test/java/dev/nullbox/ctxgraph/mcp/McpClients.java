package dev.nullbox.ctxgraph.mcp;

import java.io.IOException;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;

/**
 * The official MCP clients and the reference server, run by Node. They come from npm, at the versions and hashes of
 * {@code src/test/mcp/package-lock.json}, once into the cache (NULLBOX_CACHE, or ~/.cache/nullbox).
 */
final class McpClients implements AutoCloseable {
    private static final Path SOURCES = Path.of("src/test/mcp").toAbsolutePath();
    private static final int INSTALL_MINUTES = 10;
    private static final int RUN_MINUTES = 3;

    private final Path modules;
    private final Path scripts;

    private McpClients(Path modules, Path scripts) {
        this.modules = modules;
        this.scripts = scripts;
    }

    /**
     * @param directory of the test's own, empty
     * @throws IOException when they cannot be installed; the message holds what npm said
     */
    static McpClients install(Path directory) throws IOException, InterruptedException {
        Path modules = cached(directory).resolve("node_modules");
        // Modules are looked for from where the importing script lies.
        Files.createSymbolicLink(directory.resolve("node_modules"), modules);
        try (var sources = Files.newDirectoryStream(SOURCES, "*.mjs")) {
            for (Path source : sources) {
                Files.copy(source, directory.resolve(source.getFileName().toString()));
            }
        }
        return new McpClients(modules, directory);
    }

    /** Removes the way to the cache before the directory is cleared. */
    @Override
    public void close() throws IOException {
        Files.delete(scripts.resolve("node_modules"));
    }

    private static Path cached(Path directory) throws IOException, InterruptedException {
        Map<String, String> environment = System.getenv();
        Path cache = environment.containsKey("NULLBOX_CACHE")
                ? Path.of(environment.get("NULLBOX_CACHE"))
                : Path.of(environment.get("HOME"), ".cache", "nullbox");
        Path installed = cache.resolve("mcp-clients-" + key(SOURCES.resolve("package-lock.json")));
        if (Files.isDirectory(installed)) {
            return installed;
        }
        Files.createDirectories(cache);
        Path fresh = Files.createTempDirectory(cache, "mcp-clients-new-");
        for (String name : List.of("package.json", "package-lock.json")) {
            Files.copy(SOURCES.resolve(name), fresh.resolve(name));
        }
        run(
                fresh,
                directory.resolve("npm.log"),
                INSTALL_MINUTES,
                List.of("npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"));
        try {
            Files.move(fresh, installed, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another test run was faster; what this one made is left to whoever clears the cache.
            return installed;
        }
        return installed;
    }

    /** Runs one of the scripts, which must succeed; gives what it wrote. */
    String node(String script, String... arguments) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of("node", scripts.resolve(script).toString()));
        command.addAll(List.of(arguments));
        return run(scripts, scripts.resolve(script + ".log"), RUN_MINUTES, command);
    }

    /** Runs the MCP inspector's command line, which must succeed; gives what it wrote. */
    String inspector(String... arguments) throws IOException, InterruptedException {
        Path launcher = modules.resolve("@modelcontextprotocol/inspector/clients/launcher/build/index.js");
        List<String> command = new ArrayList<>(List.of("node", launcher.toString(), "--cli"));
        command.addAll(List.of(arguments));
        return run(scripts, scripts.resolve("inspector.log"), RUN_MINUTES, command);
    }

    private static String run(Path directory, Path log, int minutes, List<String> command)
            throws IOException, InterruptedException {
        ProcessBuilder builder =
                new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true);
        // The inspector keeps its settings at home.
        builder.environment()
                .put("MCP_CATALOG_PATH", directory.resolve("catalog.json").toString());
        builder.redirectOutput(log.toFile());
        Process process;
        try {
            process = builder.start();
        } catch (IOException e) {
            throw new IOException("the MCP clients need Node 20 or later and npm: " + e.getMessage(), e);
        }
        boolean ended = process.waitFor(minutes, TimeUnit.MINUTES);
        process.destroyForcibly();
        String output = Files.readString(log);
        if (!ended || process.exitValue() != 0) {
            throw new IOException((ended ? "exit code " + process.exitValue() : "no end in " + minutes + " minutes")
                    + " of " + command + ":\n" + output);
        }
        return output;
    }

    private static String key(Path lock) throws IOException {
        try {
            byte[] hash = MessageDigest.getInstance("SHA-256").digest(Files.readAllBytes(lock));
            return HexFormat.of().formatHex(hash, 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
