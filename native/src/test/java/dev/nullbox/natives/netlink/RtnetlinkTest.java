package dev.nullbox.natives.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.SyscallException;
import dev.nullbox.natives.linux.Errno;
import java.net.Inet4Address;
import java.net.InetAddress;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Golden bytes of each request, as iproute2 sends them but for fields that the kernel ignores. */
class RtnetlinkTest {
    /** nlmsghdr of 36 bytes, NLMSG_ERROR, sequence 1; error 0. */
    private static final String ACK = "24000000 0200 0000 01000000 00000000 00000000 00000000000000000000000000000000";

    private final FakeLibc libc = new FakeLibc();

    @Test
    void opensTowardsTheKernel() throws Exception {
        Rtnetlink.open(libc).close();
        assertThat(libc.calls())
                .containsExactly("socket(16, 524291, 0)", "connect(100, 100000000000000000000000)", "close(100)");
    }

    @Test
    void closesTheSocketThatCannotConnect() {
        libc.fails("connect", Errno.EPERM);
        assertThatThrownBy(() -> Rtnetlink.open(libc)).hasMessage("connect netlink route: EPERM (1)");
        assertThat(libc.calls("close")).hasSize(1);
    }

    @Test
    void findsAnIndex() throws Exception {
        libc.gives("recv", bytes("20000000 1000 0000 01000000 00000000 00 00 0100 07000000 00000000 00000000"));
        assertThat(Rtnetlink.open(libc).indexOf("eth0")).isEqualTo(7);
        assertSent("2c000000 1200 0100 01000000 00000000 | 00 00 0000 00000000 00000000 00000000"
                + "| 0900 0300 6574683000 000000");
    }

    @Test
    void bringsALinkUp() throws Exception {
        libc.gives("recv", bytes(ACK));
        Rtnetlink.open(libc).setUp(7);
        assertSent("20000000 1000 0500 01000000 00000000 | 00 00 0000 07000000 01000000 01000000");
    }

    @Test
    void makesAVethPair() throws Exception {
        libc.gives("recv", bytes(ACK));
        Rtnetlink.open(libc).createVeth("nb1", "eth0", 0x1234);
        assertSent("64000000 1000 0506 01000000 00000000 | 00 00 0000 00000000 00000000 00000000"
                + "| 0800 0300 6e623100"
                + "| 3c00 1200"
                + "| 0900 0100 7665746800 000000"
                + "| 2c00 0200"
                + "| 2800 0100 | 00 00 0000 00000000 00000000 00000000"
                + "| 0900 0300 6574683000 000000 | 0800 1300 34120000");
    }

    @Test
    void makesABridgeThatPassesOnEverything() throws Exception {
        libc.gives("recv", bytes(ACK));
        Rtnetlink.open(libc).createBridge("br0");
        assertSent("54000000 1000 0506 01000000 00000000 | 00 00 0000 00000000 00000000 00000000"
                + "| 0800 0300 62723000"
                + "| 2c00 1200"
                + "| 0b00 0100 62726964676500 00"
                + "| 1c00 0200 | 0800 0100 00000000 | 0800 0500 00000000 | 0500 1700 00 000000");
    }

    @Test
    void makesALinkAPortOfABridge() throws Exception {
        libc.gives("recv", bytes(ACK));
        Rtnetlink.open(libc).setMaster(7, 9);
        assertSent("28000000 1000 0500 01000000 00000000 | 00 00 0000 07000000 00000000 00000000 | 0800 0a00 09000000");
    }

    @Test
    void addsAnAddress() throws Exception {
        libc.gives("recv", bytes(ACK));
        Rtnetlink.open(libc).addAddress(7, inet("10.221.1.2"), 30);
        assertSent("28000000 1400 0506 01000000 00000000 | 02 1e 00 00 07000000"
                + "| 0800 0200 0add0102 | 0800 0100 0add0102");
    }

    @Test
    void deletesALink() throws Exception {
        libc.gives("recv", bytes(ACK));
        Rtnetlink.open(libc).deleteLink("nb1");
        assertSent("28000000 1100 0500 01000000 00000000 | 00 00 0000 00000000 00000000 00000000 | 0800 0300 6e623100");
    }

    @Test
    void passesOverTheAnswerToAnEarlierRequest() throws Exception {
        libc.gives("recv", bytes(ACK.replace("01000000", "09000000")));
        libc.gives("recv", bytes(ACK));
        Rtnetlink.open(libc).setUp(7);
        assertThat(libc.calls("recv")).hasSize(2);
    }

    @Test
    void namesTheRequestThatTheKernelRefused() throws Exception {
        libc.gives("recv", bytes("24000000 0200 0000 01000000 00000000 efffffff 00000000000000000000000000000000"));
        Rtnetlink rtnetlink = Rtnetlink.open(libc);
        assertThatThrownBy(() -> rtnetlink.createVeth("nb1", "eth0", 5))
                .isInstanceOf(SyscallException.class)
                .hasMessage("create veth nb1 with peer eth0 in the netns of 5: EEXIST (17)");
    }

    @Test
    void refusesAShortReply() throws Exception {
        libc.gives("recv", new byte[8]);
        Rtnetlink rtnetlink = Rtnetlink.open(libc);
        assertThatThrownBy(() -> rtnetlink.setUp(7)).hasMessageContaining("short reply of 8 bytes");
    }

    @Test
    void refusesNamesThatAreNone() throws Exception {
        Rtnetlink rtnetlink = Rtnetlink.open(libc);
        assertThatThrownBy(() -> rtnetlink.deleteLink("sixteen-bytes-xx")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rtnetlink.deleteLink("a/b")).isInstanceOf(IllegalArgumentException.class);
        assertThatThrownBy(() -> rtnetlink.deleteLink("")).isInstanceOf(IllegalArgumentException.class);
        assertThat(libc.calls("send")).isEmpty();
    }

    private void assertSent(String hex) {
        String plain = hex.replace(" ", "").replace("|", "");
        assertThat(libc.calls("send")).containsExactly("send(100, " + plain + ", 0)");
    }

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", ""));
    }

    private static Inet4Address inet(String text) {
        return (Inet4Address) InetAddress.ofLiteral(text);
    }
}
