package dev.nullbox.cage.agent;

import dev.nullbox.cage.agent.CatalogEntry.Source;
import dev.nullbox.manifest.ImageDefaults;
import dev.nullbox.manifest.Manifest;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.Problem;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.service.Sha256;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;

/**
 * The agents on this appliance: those of the image, then those of the data partition, each sorted by name.
 *
 * <p>Threat: the data partition comes from outside, and a symbolic link on it could lead anywhere on the host, as to a
 * device that blocks its reader or to another agent's files. A link in place of an agent's directory, its AGENT.toml or
 * its image is refused.
 */
public final class AgentCatalog {
    private static final String MANIFEST_FILE = "AGENT.toml";
    private static final String IMAGE_FILE = "root.erofs";
    private static final String DIGEST_FILE = "root.digest";
    private static final int MAX_DIGEST_BYTES = 256;
    private static final Pattern DIGEST = Pattern.compile("sha256:[0-9a-f]{64}\\n?");

    private final Path imageAgents;
    private final Path dataAgents;

    public AgentCatalog(Path imageAgents, Path dataAgents) {
        this.imageAgents = imageAgents;
        this.dataAgents = dataAgents;
    }

    /**
     * All agent directories and the store's agents, accepted or refused.
     *
     * @throws IOException when one of the two directories exists and cannot be listed
     */
    public List<CatalogEntry> load(List<CatalogEntry> stored) throws IOException {
        List<CatalogEntry> entries = new ArrayList<>();
        Set<String> taken = new HashSet<>();
        for (String name : names(imageAgents)) {
            entries.add(read(name, Source.IMAGE, imageAgents.resolve(name)));
            taken.add(name);
        }
        for (String name : names(dataAgents)) {
            entries.add(
                    taken.contains(name)
                            ? refused(
                                    name,
                                    Source.DATA,
                                    "agent.name",
                                    "the image has an agent of the name " + name + " already",
                                    "give this one another name")
                            : read(name, Source.DATA, dataAgents.resolve(name)));
            taken.add(name);
        }
        for (CatalogEntry entry : stored) {
            entries.add(
                    taken.contains(entry.name())
                            ? refused(
                                    entry.name(),
                                    Source.STORE,
                                    "agent.name",
                                    "the image or the data disk has an agent of the name " + entry.name(),
                                    "remove this one, and add it by another name")
                            : entry);
        }
        return List.copyOf(entries);
    }

    private static Set<String> names(Path directory) throws IOException {
        Set<String> names = new TreeSet<>();
        if (Files.isDirectory(directory)) {
            try (DirectoryStream<Path> children = Files.newDirectoryStream(directory)) {
                for (Path child : children) {
                    // A link too, so that it is refused rather than skipped.
                    if (Files.isDirectory(child, LinkOption.NOFOLLOW_LINKS) || Files.isSymbolicLink(child)) {
                        names.add(child.getFileName().toString());
                    }
                }
            }
        }
        return names;
    }

    private static CatalogEntry read(String name, Source from, Path directory) {
        if (Files.isSymbolicLink(directory)) {
            return refused(
                    name,
                    from,
                    "agent.name",
                    "the agent's directory is a symbolic link",
                    "put the directory itself in its place");
        }
        Path file = directory.resolve(MANIFEST_FILE);
        if (Files.isSymbolicLink(file)) {
            return refused(name, from, MANIFEST_FILE, "this is a symbolic link", "put the file itself in its place");
        }
        if (!Files.exists(file, LinkOption.NOFOLLOW_LINKS)) {
            return refused(name, from, MANIFEST_FILE, "the file is missing", "add it to " + directory);
        }
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            // A pipe would block its reader, and with it all agents.
            return refused(name, from, MANIFEST_FILE, "this is no regular file", "put a file in its place");
        }
        // A link that was put here meanwhile is not followed either.
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            byte[] text = in.readNBytes(ManifestReader.MAX_BYTES + 1);
            return entry(name, from, text, ImageDefaults.NONE, directory.resolve(IMAGE_FILE), fileProblems(directory));
        } catch (IOException e) {
            return refused(name, from, MANIFEST_FILE, "cannot be read: " + e.getMessage(), "check the file system");
        }
    }

    /**
     * An agent of the store.
     *
     * @param text its AGENT.toml
     * @param defaults of its image's configuration
     * @param image its root
     */
    public static CatalogEntry stored(String name, byte[] text, ImageDefaults defaults, Path image) {
        return entry(name, Source.STORE, text, defaults, image, List.of());
    }

    /** @param ofFiles problems in addition to those of the manifest */
    private static CatalogEntry entry(
            String name, Source from, byte[] text, ImageDefaults defaults, Path image, List<Problem> ofFiles) {
        return switch (ManifestReader.read(text, defaults)) {
            case ManifestResult.Invalid(List<Problem> problems) -> new CatalogEntry.Refused(name, from, problems);
            case ManifestResult.Valid(Manifest manifest) -> {
                List<Problem> problems = problems(name, manifest);
                problems.addAll(ofFiles);
                yield problems.isEmpty()
                        ? new CatalogEntry.Accepted(
                                name,
                                from,
                                manifest,
                                Sha256.hex(text),
                                image,
                                defaults.entryPointOf(manifest.agent().command()))
                        : new CatalogEntry.Refused(name, from, problems);
            }
        };
    }

    private static List<Problem> problems(String name, Manifest manifest) {
        List<Problem> problems = new ArrayList<>();
        String stated = manifest.agent().name().value();
        if (!stated.equals(name)) {
            problems.add(new Problem(
                    "agent.name",
                    "is " + stated + ", but the agent's directory is " + name,
                    "give both the same name"));
        }
        return problems;
    }

    private static List<Problem> fileProblems(Path directory) throws IOException {
        List<Problem> problems = new ArrayList<>();
        for (String file : List.of(IMAGE_FILE, DIGEST_FILE)) {
            if (!Files.isRegularFile(directory.resolve(file), LinkOption.NOFOLLOW_LINKS)) {
                problems.add(new Problem(
                        file,
                        "there is no regular file of this name beside AGENT.toml",
                        "make the agent's image with ./nullbox boot --agent DIR, which puts it there"));
            }
        }
        if (problems.isEmpty()) {
            digestProblem(directory.resolve(DIGEST_FILE)).ifPresent(problems::add);
        }
        return problems;
    }

    private static Optional<Problem> digestProblem(Path file) throws IOException {
        try (InputStream in = Files.newInputStream(file, LinkOption.NOFOLLOW_LINKS)) {
            String text = new String(in.readNBytes(MAX_DIGEST_BYTES), StandardCharsets.US_ASCII);
            return DIGEST.matcher(text).matches()
                    ? Optional.empty()
                    : Optional.of(new Problem(
                            DIGEST_FILE,
                            "this is no digest",
                            "write sha256: and the 64 hexadecimal digits of " + IMAGE_FILE));
        }
    }

    private static CatalogEntry refused(String name, Source from, String field, String problem, String remedy) {
        return new CatalogEntry.Refused(name, from, List.of(new Problem(field, problem, remedy)));
    }
}
