package dev.nullbox.importer;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** erofs-utils as the build has them: tools/erofs.sh unpacks them into its cache when they are not there. */
public final class ErofsTools {
    private static final Object LOCK = new Object();
    private static @Nullable Path entry;

    private ErofsTools() {}

    /**
     * End of a program.
     *
     * @param output what it printed, as ISO 8859-1
     */
    public record Outcome(int code, String output) {}

    public static List<String> mkfs() throws IOException, InterruptedException {
        return List.of(entry().resolve("mkfs.erofs").toString());
    }

    /** Checks every byte of the image, and puts its files into a directory that is not there yet. */
    public static Outcome extract(Path image, Path into, String... options) throws IOException, InterruptedException {
        List<String> command =
                new ArrayList<>(List.of(entry().resolve("fsck.erofs").toString(), "--extract=" + into, "--xattrs"));
        command.addAll(List.of(options));
        command.add(image.toString());
        return run(command);
    }

    /** Checks every byte of the image. */
    public static Outcome check(Path image) throws IOException, InterruptedException {
        return run(List.of(entry().resolve("fsck.erofs").toString(), "--extract", image.toString()));
    }

    /** Attributes of one file: mode, owner, times. */
    public static String dump(Path image, String path) throws IOException, InterruptedException {
        return run(List.of(entry().resolve("dump.erofs").toString(), "--path=" + path, image.toString()))
                .output();
    }

    static Outcome run(List<String> command) throws IOException, InterruptedException {
        return run(command, Optional.empty());
    }

    static Outcome run(List<String> command, Optional<Path> directory) throws IOException, InterruptedException {
        ProcessBuilder builder = new ProcessBuilder(new ArrayList<>(command)).redirectErrorStream(true);
        directory.ifPresent(path -> builder.directory(path.toFile()));
        Process process = builder.start();
        process.getOutputStream().close();
        byte[] output = process.getInputStream().readAllBytes();
        return new Outcome(process.waitFor(), new String(output, StandardCharsets.ISO_8859_1));
    }

    private static Path entry() throws IOException, InterruptedException {
        synchronized (LOCK) {
            if (entry == null) {
                Process script = new ProcessBuilder("../tools/erofs.sh")
                        .redirectError(ProcessBuilder.Redirect.INHERIT)
                        .start();
                String path = new String(script.getInputStream().readAllBytes(), StandardCharsets.UTF_8).strip();
                if (script.waitFor() != 0) {
                    throw new IOException("tools/erofs.sh failed");
                }
                entry = Path.of(path);
            }
            return entry;
        }
    }
}
