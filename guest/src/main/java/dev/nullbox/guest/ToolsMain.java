package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.io.FileDescriptor;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** {@code /sbin/guest-tools}, which a guest's init starts when the host first asks for a program. */
public final class ToolsMain {
    /** As guest/init/tools.h names it; its value is the token's bytes in hexadecimal. */
    private static final String TOKEN = "NULLBOX_TOKEN";

    private static final String SELF = "/sbin/guest-tools";
    private static final String COPY = "copy";
    private static final Entrance ENTRANCE =
            new Entrance(List.of("/init", "enter"), List.of(SELF, COPY), Path.of("/state"), Path.of("/agent"));

    private ToolsMain() {}

    /**
     * Serves until the host closes the control connection; the token that the init was given is in the environment. With
     * {@code copy} and its arguments it is one copy.
     */
    public static void main(String[] args) {
        Libc libc = Natives.libc();
        if (args.length > 0 && args[0].equals(COPY)) {
            System.exit(copy(libc, List.of(args).subList(1, args.length)));
        }
        try {
            new ToolServer(libc, new VsockDialer(libc), ENTRANCE).serve(token());
        } catch (IOException e) {
            System.err.println("tools: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    /**
     * Neither stream is closed: for the first three descriptors the JDK then opens /dev/null in their place
     * (io_util_md.c), which an agent's root has only while it runs.
     */
    private static int copy(Libc libc, List<String> arguments) {
        try {
            InputStream in = new FileInputStream(FileDescriptor.in);
            OutputStream out = new FileOutputStream(FileDescriptor.out);
            Copy.parse(libc, arguments).run(in, out);
            return 0;
        } catch (IOException | IllegalArgumentException e) {
            System.err.println(Copy.problem(e));
            return 1;
        }
    }

    private static String token() {
        String hex = Optional.ofNullable(System.getenv(TOKEN)).orElse("");
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
