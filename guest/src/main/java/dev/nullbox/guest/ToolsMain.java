package dev.nullbox.guest;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/** {@code /sbin/guest-tools}, which a guest's init starts when the host first asks for a program. */
public final class ToolsMain {
    /** As guest/init/tools.h names it; its value is the token's bytes in hexadecimal. */
    private static final String TOKEN = "NULLBOX_TOKEN";

    private static final Entrance ENTRANCE = new Entrance(List.of("/init", "enter"), Path.of("/state"));

    private ToolsMain() {}

    /** Serves until the host closes the control connection; the token that the init was given is in the environment. */
    public static void main(String[] args) {
        Libc libc = Natives.libc();
        try {
            new ToolServer(libc, new VsockDialer(libc), ENTRANCE).serve(token());
        } catch (IOException e) {
            System.err.println("tools: " + e.getMessage());
            System.exit(1);
        }
        System.exit(0);
    }

    private static String token() {
        String hex = Optional.ofNullable(System.getenv(TOKEN)).orElse("");
        return new String(HexFormat.of().parseHex(hex), StandardCharsets.UTF_8);
    }
}
