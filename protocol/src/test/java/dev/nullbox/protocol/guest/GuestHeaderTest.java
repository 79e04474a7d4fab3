package dev.nullbox.protocol.guest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Test;

/** Comparison of the init's header with the numbers that cage has: both name all of them, and alike. */
class GuestHeaderTest {
    private static final Path HEADER = Path.of("..", "guest", "init", "protocol.h");
    private static final Pattern NUMBER = Pattern.compile("(?m)^#define ([A-Z_]+) +(\\d+)$");

    @Test
    void saysTheSameNumbers() throws IOException {
        Map<String, Integer> header = new TreeMap<>();
        Matcher number = NUMBER.matcher(Files.readString(HEADER));
        while (number.find()) {
            header.put(number.group(1), Integer.valueOf(number.group(2)));
        }
        assertThat(header).isEqualTo(ours());
    }

    private static Map<String, Integer> ours() {
        Map<String, Integer> ours = new TreeMap<>();
        ours.put("PROTOCOL_VERSION", GuestProtocol.PROTOCOL_VERSION);
        ours.put("VSOCK_PORT", GuestProtocol.VSOCK_PORT);
        ours.put("MAX_PAYLOAD", GuestProtocol.MAX_PAYLOAD);
        ours.put("MAX_CONFIGURATION", GuestProtocol.MAX_CONFIGURATION);
        for (FrameKind kind : FrameKind.values()) {
            ours.put("FRAME_" + kind, kind.number());
        }
        for (GuestRole role : GuestRole.values()) {
            ours.put("ROLE_" + role, role.number());
        }
        for (GuestOp op : GuestOp.values()) {
            ours.put("OP_" + op, op.number());
        }
        for (GuestTag tag : GuestTag.values()) {
            ours.put("TAG_" + tag, tag.number());
        }
        for (GuestRoot root : GuestRoot.values()) {
            ours.put("ROOT_" + root, root.number());
        }
        for (GuestHow how : GuestHow.values()) {
            ours.put("HOW_" + how, how.number());
        }
        return ours;
    }
}
