package dev.nullbox.cage.agent;

import dev.nullbox.manifest.Problem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/**
 * Check that an agent's root file system has its command. Symbolic links are followed as the guest will: {@code /} is the
 * root file system, and {@code ..} does not leave it. Source: path_resolution(7).
 */
final class RootfsCheck {
    private static final int MAX_LINKS = 40;
    private static final String FIELD = "agent.command[0]";

    private final Path rootfs;

    RootfsCheck(Path rootfs) {
        this.rootfs = rootfs;
    }

    /** The problem; empty when the command can be executed as far as its file tells. */
    Optional<Problem> command(String program) throws IOException {
        if (Files.isSymbolicLink(rootfs)) {
            return Optional.of(new Problem(
                    "rootfs", "this is a symbolic link", "put the directory itself in its place, beside AGENT.toml"));
        }
        if (!Files.isDirectory(rootfs, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(new Problem(
                    "rootfs",
                    "there is no directory rootfs beside AGENT.toml",
                    "put the agent's root file system there"));
        }
        Set<Path> passed = new LinkedHashSet<>();
        Optional<Path> found = resolve(program, passed);
        if (found.isEmpty()) {
            return Optional.of(new Problem(
                    FIELD, program + " is not in the root file system", "add the file, or name the one that is there"));
        }
        Path file = found.get();
        if (!Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS)) {
            return Optional.of(new Problem(FIELD, program + " is no regular file", "name a program"));
        }
        for (Path directory : passed) {
            if (!mode(directory).contains(PosixFilePermission.OTHERS_EXECUTE)) {
                return Optional.of(new Problem(
                        FIELD,
                        "the directory " + shown(directory) + ", on the way to " + program
                                + ", may not be entered by everyone",
                        "chmod o+x it: agents run as a user of their own"));
            }
        }
        return isExecutable(file)
                ? Optional.empty()
                : Optional.of(new Problem(
                        FIELD,
                        program + " is not executable by everyone",
                        "chmod 0755 it: agents run as a user of their own"));
    }

    private static boolean isExecutable(Path file) throws IOException {
        Set<PosixFilePermission> mode = mode(file);
        return mode.contains(PosixFilePermission.OTHERS_EXECUTE) && mode.contains(PosixFilePermission.OTHERS_READ);
    }

    private static Set<PosixFilePermission> mode(Path file) throws IOException {
        return Files.getPosixFilePermissions(file, LinkOption.NOFOLLOW_LINKS);
    }

    /** As the guest sees it. */
    private String shown(Path directory) {
        return "/" + rootfs.relativize(directory);
    }

    /** The program's file; adds each directory on the way, those before a link too, to passed. */
    private Optional<Path> resolve(String program, Set<Path> passed) throws IOException {
        Deque<String> todo = new ArrayDeque<>(parts(program));
        Path at = rootfs;
        int links = 0;
        while (!todo.isEmpty()) {
            String part = todo.removeFirst();
            passed.add(at);
            if (part.equals("..")) {
                at = at.equals(rootfs) ? rootfs : up(at);
                continue;
            }
            Path next = at.resolve(part);
            if (Files.isSymbolicLink(next)) {
                links++;
                if (links > MAX_LINKS) {
                    return Optional.empty();
                }
                String target = Files.readSymbolicLink(next).toString();
                List<String> more = parts(target);
                for (int i = more.size() - 1; i >= 0; i--) {
                    todo.addFirst(more.get(i));
                }
                at = target.startsWith("/") ? rootfs : at;
            } else if (Files.exists(next, LinkOption.NOFOLLOW_LINKS)) {
                at = next;
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(at);
    }

    private Path up(Path path) {
        Path parent = path.getParent();
        return parent == null ? rootfs : parent;
    }

    private static List<String> parts(String path) {
        return Arrays.stream(path.split("/"))
                .filter(part -> !part.isEmpty() && !part.equals("."))
                .toList();
    }
}
