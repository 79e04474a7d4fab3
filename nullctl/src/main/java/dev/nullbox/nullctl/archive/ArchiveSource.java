package dev.nullbox.nullctl.archive;

import dev.nullbox.archive.files.DirectoryTar;
import dev.nullbox.natives.Libc;
import dev.nullbox.nullctl.terminal.ByteSource;
import dev.nullbox.nullctl.terminal.LocalFile;
import dev.nullbox.nullctl.terminal.StreamSource;
import dev.nullbox.nullctl.terminal.Streams;
import dev.nullbox.nullctl.terminal.UsageException;
import dev.nullbox.service.TerminalText;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Archive by the argument of an operator: a directory, a file, a pipe, {@code -} for standard input. */
public final class ArchiveSource {
    private static final String STANDARD_INPUT = "-";
    private static final List<String> FILE_STARTS = List.of("/", "./", "../", "~");
    private static final List<String> FILE_ENDS = List.of(".tar", ".tgz", ".gz", ".zst", ".tzst");
    private static final String TRANSPORT = "docker://";

    private ArchiveSource() {}

    /**
     * Opens it.
     *
     * @param agent the agent's name, for remedies in messages
     * @throws UsageException also for an image of a registry, with the commands that export it
     */
    public static ByteSource open(String word, String agent, Libc libc, Streams io) throws UsageException {
        if (word.equals(STANDARD_INPUT)) {
            if (io.terminal().isPresent()) {
                throw new UsageException("standard input is a terminal; pipe an archive into it:\n"
                        + "  docker save IMAGE | nullctl agent add " + agent + " -");
            }
            return new StreamSource("standard input", io.in(), OptionalLong.empty());
        }
        Path place = Path.of(word);
        try {
            if (Files.isDirectory(place)) {
                refuseAgentDirectory(place, agent);
                return new StreamSource(
                        word,
                        DirectoryTar.of(
                                libc,
                                place,
                                socket -> io.err()
                                        .println(TerminalText.line("nullctl: left out: " + socket + " is a socket"))),
                        OptionalLong.of(DirectoryTar.estimate(place)));
            }
            if (!Files.exists(place)) {
                throw isReference(word) ? reference(word, agent) : new UsageException(word + " is not there");
            }
            return Files.isRegularFile(place)
                    ? LocalFile.open(place)
                    : new StreamSource(word, Files.newInputStream(place), OptionalLong.empty());
        } catch (IOException e) {
            throw new UsageException("cannot read " + word + ": " + e.getMessage());
        }
    }

    private static void refuseAgentDirectory(Path place, String agent) throws UsageException {
        Path manifest = place.resolve("AGENT.toml");
        for (String root : List.of("rootfs", "rootfs.tar")) {
            if (Files.exists(manifest) && Files.exists(place.resolve(root))) {
                throw new UsageException(place + " holds an agent's files, and is not its root; name both:\n"
                        + "  nullctl agent add " + agent + " --manifest " + manifest + " " + place.resolve(root));
            }
        }
    }

    private static boolean isReference(String word) {
        String plain = word.startsWith(TRANSPORT) ? word.substring(TRANSPORT.length()) : word;
        return (word.contains(":") || word.contains("/"))
                && plain.matches("[A-Za-z0-9][A-Za-z0-9._:/@-]*")
                && FILE_STARTS.stream().noneMatch(word::startsWith)
                && FILE_ENDS.stream().noneMatch(word::endsWith);
    }

    private static UsageException reference(String word, String agent) {
        String reference = word.startsWith(TRANSPORT) ? word.substring(TRANSPORT.length()) : word;
        String last = reference.substring(reference.lastIndexOf('/') + 1);
        String file = last.replaceFirst("@.*", "").replace(':', '-') + ".tar";
        return new UsageException(
                "there is no file " + word + ", and the appliance asks no registry; bring the image:\n"
                        + "  skopeo copy docker://" + reference + " oci-archive:" + file + "\n"
                        + "  nullctl agent add " + agent + " " + file);
    }
}
