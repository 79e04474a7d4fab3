package dev.nullbox.smoketest;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;

/**
 * Images as users have them, made by umoci and skopeo: BusyBox with a command that says a word, and waits.
 *
 * @param layout an OCI image layout, with the one image {@code app}
 */
record ImageArchive(Path layout) {
    private static final long LIMIT_SECONDS = 120;
    private static final List<String> LINKS = List.of(
            "sh", "cat", "id", "ls", "sleep", "stty", "tty", "wc", "head", "sync", "env", "true", "chmod", "mkdir");

    /** An image that says the word. */
    static ImageArchive saying(String word, Path directory) throws IOException, InterruptedException {
        Path layout = directory.resolve("layout");
        Path bundle = directory.resolve("bundle");
        Files.createDirectories(directory);
        run("umoci", "init", "--layout", layout.toString());
        String image = layout + ":app";
        run("umoci", "new", "--image", image);
        run("umoci", "unpack", "--image", image, bundle.toString());
        Path root = bundle.resolve("rootfs");
        Files.createDirectories(root.resolve("bin"));
        Files.createDirectories(root.resolve("srv"));
        Path program = Files.copy(Inputs.busybox(), root.resolve("bin/busybox"));
        Files.setPosixFilePermissions(program, PosixFilePermissions.fromString("rwxr-xr-x"));
        for (String link : LINKS) {
            Files.createSymbolicLink(root.resolve("bin").resolve(link), Path.of("busybox"));
        }
        Files.writeString(root.resolve("word"), word);
        run("umoci", "repack", "--image", image, bundle.toString());
        run(
                "umoci",
                "config",
                "--image",
                image,
                "--config.entrypoint",
                "/bin/sh",
                "--config.entrypoint",
                "-c",
                "--config.cmd",
                "echo says $(cat /word) $GREETING $(id -u) $PWD; while :; do sleep 1; done",
                "--config.env",
                "GREETING=hello",
                "--config.env",
                "GPG_KEY=public",
                "--config.user",
                "1000:1000",
                "--config.workingdir",
                "/srv");
        return new ImageArchive(layout);
    }

    /** The same as docker save writes it. */
    Path docker(Path file) throws IOException, InterruptedException {
        run("skopeo", "--insecure-policy", "copy", "oci:" + layout + ":app", "docker-archive:" + file + ":app:latest");
        return file;
    }

    private static void run(String... words) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(new ArrayList<>(List.of(words)))
                .redirectErrorStream(true)
                .start();
        process.getOutputStream().close();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(LIMIT_SECONDS, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new IOException(String.join(" ", words) + " failed: " + said);
        }
    }
}
