package dev.nullbox.nulld.linux;

import dev.nullbox.service.process.Cgroup;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * Verification of the root as the kernel command line asks for it: {@code nullbox.verity=} and
 * {@code nullbox.on-corruption=}.
 *
 * @param rootHash hash at the root of the tree, in hexadecimal digits
 * @param stops a corrupted block stops the machine, until somebody comes; else the machine starts again
 */
public record RootVerification(String rootHash, boolean stops) {
    private static final String HASH = "nullbox.verity";
    private static final String ON_CORRUPTION = "nullbox.on-corruption";
    private static final String RESTART = "restart";
    private static final String STOP = "stop";
    private static final Pattern DIGITS = Pattern.compile("[0-9a-f]{64}");

    /** The command line's request. Without a hash there is no boot: a root that nobody vouches for is not entered. */
    public static RootVerification of(Cmdline cmdline) throws BootException {
        String hash = cmdline.value(HASH).orElse("");
        if (!DIGITS.matcher(hash).matches()) {
            throw new BootException(
                    (hash.isEmpty()
                                    ? "the kernel command line has no " + HASH + "="
                                    : HASH + "=" + hash + " is no SHA-256")
                            + ", by which the root is verified",
                    "boot with the command line of this image: " + HASH
                            + "= and the 64 digits of root.verity beside the image");
        }
        String word = cmdline.value(ON_CORRUPTION).orElse(RESTART);
        if (!word.equals(RESTART) && !word.equals(STOP)) {
            throw new BootException(
                    ON_CORRUPTION + "=" + word + " is not known",
                    "use " + ON_CORRUPTION + "=" + RESTART + " or " + ON_CORRUPTION + "=" + STOP);
        }
        return new RootVerification(hash, stops(cmdline));
    }

    /** Tells whether a corrupted block stops the machine, as asked. */
    public static boolean stops(Cmdline cmdline) {
        return cmdline.value(ON_CORRUPTION).equals(Optional.of(STOP));
    }

    /** Seconds from a kernel's panic, which a corrupted block is, to the restart: 0 for never. */
    public static String panicSeconds(boolean stops) {
        return stops ? "0" : "10";
    }

    /** Sets what the kernel does after a panic. */
    public void setPanic(Path procSys) throws BootException {
        Path file = procSys.resolve("kernel/panic");
        try {
            Cgroup.write(file, panicSeconds(stops));
        } catch (IOException e) {
            throw new BootException(
                    "what follows a corrupted block cannot be set: " + e.getMessage(),
                    "build kernel and image anew, and report this when it stays");
        }
    }
}
