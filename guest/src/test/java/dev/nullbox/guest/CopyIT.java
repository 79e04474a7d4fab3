package dev.nullbox.guest;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.guest.GuestCopy;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Copies into and out of the mount namespace of another process, as the agent's world is one. */
class CopyIT {
    @TempDir
    Path base;

    private final Libc libc = Natives.libc();

    /** On a thread of its own, which is in the other world from then on. */
    private byte[] copy(Object world, String path, byte[] in, String word) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        CompletableFuture<byte[]> done = new CompletableFuture<>();
        Thread.ofPlatform().start(() -> {
            try {
                new Copy(libc, world.toString(), path, List.of(word)).run(new ByteArrayInputStream(in), out);
                done.complete(out.toByteArray());
            } catch (Exception e) {
                done.completeExceptionally(e);
            }
        });
        return done.orTimeout(20, TimeUnit.SECONDS).join();
    }

    /** Links that lead out of it lead into it. */
    @Test
    void filesOfARootAreItsOwn() throws Exception {
        assertThat(libc.getuid()).as("needs root: chroot").isZero();
        Files.createDirectories(base.resolve("root/etc"));
        Files.writeString(base.resolve("root/etc/hostname"), "inside");
        Files.createSymbolicLink(base.resolve("root/link"), Path.of("/etc"));
        byte[] out = copy(base + "/root", "/link/hostname", new byte[0], GuestCopy.OUT);
        assertThat(new String(out, StandardCharsets.ISO_8859_1)).contains("inside");
        copy(base + "/root", "/link/new", out, GuestCopy.IN);
        assertThat(base.resolve("root/etc/new")).hasContent("inside");
    }

    @Test
    void filesOfAnotherWorldAreItsOwn() throws Exception {
        assertThat(libc.getuid()).as("needs root: namespaces and mounts").isZero();
        Path mount = Files.createDirectory(base.resolve("mount"));
        Files.writeString(Files.createDirectory(base.resolve("tree")).resolve("a"), "text");
        byte[] tree = copy(ProcessHandle.current().pid(), base + "/tree", new byte[0], GuestCopy.OUT);
        Process world = new ProcessBuilder(
                        "unshare", "-m", "sh", "-c", "mount -t tmpfs none " + mount + " && echo up && exec sleep 1000")
                .start();
        try {
            byte[] up = new byte[3];
            assertThat(world.getInputStream().readNBytes(up, 0, 3)).isEqualTo(3);
            copy(world.pid(), mount + "/new", tree, GuestCopy.IN);
            assertThat(mount).isEmptyDirectory();
            byte[] back = copy(world.pid(), mount + "/new", new byte[0], GuestCopy.OUT);
            assertThat(new String(back, StandardCharsets.ISO_8859_1)).contains("new/a", "text");
        } finally {
            world.destroyForcibly().waitFor();
        }
    }
}
