package dev.nullbox.natives.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import dev.nullbox.natives.linux.OpenFlags;
import dev.nullbox.natives.linux.Poll;
import dev.nullbox.natives.linux.Signals;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import org.junit.jupiter.api.Assumptions;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A tap and a bridge in a network namespace, as an agent's microVM has them. Needs root. */
class TapIT {
    private static final int OWNER = 200_001;
    private static final int ANOTHER = 200_002;
    private static final int VNET_HEADER_BYTES = 12;
    private static final String GUEST_MAC = "020000000001";

    private final Libc libc = Natives.libc();

    @BeforeEach
    void needsRootAndTheDevice() throws Exception {
        assertThat(libc.getuid()).as("TapIT needs root: uid").isZero();
        Assumptions.assumeTrue(Path.of("/dev/net/tun").toFile().exists(), "NOT RUN: this kernel has no /dev/net/tun");
    }

    @Test
    void aTapIsItsOwnersAlone() throws Exception {
        OwnNetwork.inNamespace(libc, () -> {
            Tap.create(libc, "tap0", OWNER);
            assertThat(attachAs(ANOTHER, "tap0")).isEqualTo(Errno.EPERM);
            assertThat(attachAs(OWNER, "tap0")).isZero();
            assertThat(attachAs(OWNER, "tap0"))
                    .as("once more, as after a restart")
                    .isZero();
            return 0;
        });
    }

    @Test
    void aTapIsMadeOnceAndRemovedByName() throws Exception {
        OwnNetwork.inNamespace(libc, () -> {
            Tap.create(libc, "tap0", OWNER);
            assertThatThrownBy(() -> Tap.create(libc, "tap0", ANOTHER)).hasMessage("TUNSETIFF tap0: EBUSY (16)");
            try (Rtnetlink links = Rtnetlink.open(libc)) {
                links.deleteLink("tap0");
                assertThatThrownBy(() -> links.indexOf("tap0")).hasMessageContaining("ENODEV");
            }
            return 0;
        });
    }

    /** ARP from the tap reaches the far end of a wire, and its answer comes back, as soon as all is up. */
    @Test
    void aBridgeJoinsTheTapToTheWire() throws Exception {
        int far = farEnd();
        try {
            OwnNetwork.inNamespace(libc, () -> {
                join(far);
                OwnNetwork.inThread(() -> {
                    OwnNetwork.enter(libc, far);
                    try (Rtnetlink links = Rtnetlink.open(libc)) {
                        links.addAddress(links.indexOf("eth0"), inet("10.221.63.2"), 30);
                        links.setUp(links.indexOf("eth0"));
                    }
                    return 0;
                });
                int tap = libc.open("/dev/net/tun", OpenFlags.O_RDWR | OpenFlags.O_CLOEXEC | OpenFlags.O_NONBLOCK, 0)
                        .orThrow("open /dev/net/tun");
                TapAttachMain.attach(libc, tap, "tap0").orThrow("attach");
                assertThat(answer(tap)).as("sender of the answer").isEqualTo("0add3f02");
                libc.close(tap);
                return 0;
            });
        } finally {
            libc.kill(far, Signals.SIGKILL).orThrow("kill");
            libc.waitpid(far, new int[1], 0).orThrow("waitpid");
        }
    }

    @Test
    void theKernelsRefusalsAreTold() throws Exception {
        OwnNetwork.inNamespace(libc, () -> {
            try (Rtnetlink links = Rtnetlink.open(libc)) {
                Tap.create(libc, "tap0", OWNER);
                int tap = links.indexOf("tap0");
                links.createBridge("br0");
                assertThatThrownBy(() -> links.createBridge("br0")).hasMessage("create bridge br0: EEXIST (17)");
                assertThatThrownBy(() -> links.setMaster(links.indexOf("br0"), tap))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageStartingWith("set master of link ");
            }
            return 0;
        });
    }

    private int farEnd() throws Exception {
        return OwnNetwork.inNamespace(
                libc,
                () -> libc.posixSpawn("/bin/sleep", List.of("sleep", "60"), List.of(), List.of(), false)
                        .orThrow("spawn sleep"));
    }

    private void join(int far) throws SyscallException {
        Tap.create(libc, "tap0", OWNER);
        try (Rtnetlink links = Rtnetlink.open(libc)) {
            links.createVeth("wire", "eth0", far);
            links.createBridge("br0");
            int bridge = links.indexOf("br0");
            for (String name : List.of("wire", "tap0")) {
                links.setMaster(links.indexOf(name), bridge);
                links.setUp(links.indexOf(name));
            }
            links.setUp(bridge);
        }
    }

    /** The sender's IPv4 address of the first ARP answer within 10 s; the far end's link may need a moment to come up. */
    private String answer(int tap) throws SyscallException {
        String request = "ffffffffffff" + GUEST_MAC + "0806" + "0001080006040001" + GUEST_MAC + "0add3f01"
                + "000000000000" + "0add3f02";
        byte[] frame = HexFormat.of().parseHex("00".repeat(VNET_HEADER_BYTES) + request);
        for (int attempt = 0; attempt < 100; attempt++) {
            libc.write(tap, frame, 0, frame.length).orThrow("write a frame");
            byte[] one = new byte[8];
            ByteBuffer.wrap(one).order(ByteOrder.LITTLE_ENDIAN).putInt(tap).putShort((short) Poll.POLLIN);
            while (libc.poll(one, 100).orThrow("poll") == 1) {
                byte[] got = new byte[2000];
                int length = libc.read(tap, got, 0, got.length).orThrow("read a frame");
                String hex = HexFormat.of().formatHex(Arrays.copyOfRange(got, VNET_HEADER_BYTES, length));
                if (hex.startsWith(GUEST_MAC) && hex.startsWith("0806" + "0001080006040002", 24)) {
                    return hex.substring(56, 64);
                }
            }
        }
        return "none";
    }

    /** Exit code of a program of this user: 0, or the errno of its refusal. */
    private int attachAs(int user, String tap) throws SyscallException {
        String java = Path.of(System.getProperty("java.home"), "bin", "java").toString();
        List<String> command = List.of(
                java,
                "--enable-native-access=ALL-UNNAMED",
                "-XX:TieredStopAtLevel=1",
                "-cp",
                path(Libc.class) + ":" + path(TapAttachMain.class),
                TapAttachMain.class.getName(),
                tap,
                Integer.toString(user));
        int child = libc.posixSpawn(java, command, List.of(), List.of(), false).orThrow("spawn java");
        int[] status = new int[1];
        libc.waitpid(child, status, 0).orThrow("waitpid");
        return status[0] >> 8;
    }

    private static String path(Class<?> type) {
        return type.getProtectionDomain().getCodeSource().getLocation().getPath();
    }

    private static Inet4Address inet(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }
}
