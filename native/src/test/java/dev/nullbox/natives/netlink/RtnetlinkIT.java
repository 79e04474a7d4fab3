package dev.nullbox.natives.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Signals;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.List;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** A veth pair between two network namespaces, of a process and of a thread. Needs root. */
class RtnetlinkIT {
    private static final Inet4Address HERE = inet("10.221.63.1");
    private static final Inet4Address THERE = inet("10.221.63.2");

    private final Libc libc = Natives.libc();
    private int holder;

    @BeforeEach
    void startAProcessInItsOwnNamespace() throws Exception {
        assertThat(libc.getuid()).as("RtnetlinkIT needs root: uid").isZero();
        holder = OwnNetwork.inNamespace(
                libc,
                () -> libc.posixSpawn("/bin/sleep", List.of("sleep", "60"), List.of(), List.of(), false)
                        .orThrow("spawn sleep"));
    }

    @AfterEach
    void endIt() throws Exception {
        libc.kill(holder, Signals.SIGKILL).orThrow("kill");
        libc.waitpid(holder, new int[1], 0).orThrow("waitpid");
    }

    @Test
    void joinsTwoNamespaces() throws Exception {
        OwnNetwork.inNamespace(libc, () -> {
            try (Rtnetlink here = Rtnetlink.open(libc)) {
                here.createVeth("nb63", "eth0", holder);
                here.addAddress(here.indexOf("nb63"), HERE, 30);
                here.setUp(here.indexOf("nb63"));
                assertThatThrownBy(() -> here.indexOf("eth0")).hasMessage("get link eth0: ENODEV (19)");
                talk();
                assertThatThrownBy(() -> here.createVeth("nb63", "eth1", holder))
                        .hasMessageContaining("EEXIST");
                here.deleteLink("nb63");
                assertThatThrownBy(() -> here.deleteLink("nb63")).hasMessage("delete link nb63: ENODEV (19)");
            }
            return 0;
        });
    }

    @Test
    void refusesAPeerInNoProcess() throws Exception {
        OwnNetwork.inNamespace(libc, () -> {
            try (Rtnetlink here = Rtnetlink.open(libc)) {
                assertThatThrownBy(() -> here.createVeth("nb63", "eth0", 0x3fffffff))
                        .isInstanceOf(SyscallException.class)
                        .hasMessageContaining("ESRCH");
            }
            return 0;
        });
    }

    /** A connection from the holder's namespace to a listener in this thread's. */
    private void talk() throws Exception {
        try (ServerSocket server = new ServerSocket()) {
            server.bind(new InetSocketAddress(HERE, 0));
            server.setSoTimeout(10_000);
            int port = server.getLocalPort();
            FutureTask<Integer> client = new FutureTask<>(() -> {
                OwnNetwork.enter(libc, holder);
                try (Rtnetlink there = Rtnetlink.open(libc)) {
                    there.setUp(there.indexOf("lo"));
                    there.addAddress(there.indexOf("eth0"), THERE, 30);
                    there.setUp(there.indexOf("eth0"));
                }
                try (Socket socket = new Socket()) {
                    socket.connect(new InetSocketAddress(HERE, port), 10_000);
                    socket.getOutputStream().write(42);
                    return socket.getInputStream().read();
                }
            });
            Thread.ofPlatform().start(client);
            try (Socket accepted = server.accept()) {
                assertThat(accepted.getInetAddress()).isEqualTo(THERE);
                assertThat(accepted.getInputStream().read()).isEqualTo(42);
                accepted.getOutputStream().write(43);
            }
            assertThat(client.get(10, TimeUnit.SECONDS)).isEqualTo(43);
        }
    }

    private static Inet4Address inet(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }
}
