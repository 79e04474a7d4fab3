package dev.nullbox.natives.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import org.junit.jupiter.api.Test;

/** The calls that make a tap; TapIT makes one. */
class TapTest {
    private static final int ANY_USER = 200_001;

    private final FakeLibc libc = new FakeLibc();

    @Test
    void callsInOrder() throws Exception {
        Tap.create(libc, "tap0", ANY_USER);
        assertThat(libc.calls())
                .containsExactly(
                        "open(/dev/net/tun, 524290, 0)",
                        "ioctl(100, 400454ca, 7461703000000000000000000000000002d0" + "00".repeat(22) + ")",
                        "ioctl(100, 400454cc, 200001)",
                        "ioctl(100, 400454cb, 1)",
                        "close(100)");
    }

    @Test
    void closesAndSoRemovesTheTapAtEachFailure() {
        for (int failing = 2; failing <= 4; failing++) {
            FakeLibc broken = new FakeLibc().failCall(failing, Errno.EPERM);
            assertThatThrownBy(() -> Tap.create(broken, "tap0", ANY_USER))
                    .hasMessageStartingWith("TUNSET")
                    .hasMessageContaining("tap0")
                    .hasMessageEndingWith(": EPERM (1)");
            assertThat(broken.openFds()).isEmpty();
        }
    }

    @Test
    void refusesANameThatIsNone() {
        assertThatThrownBy(() -> Tap.create(libc, "tap/0", ANY_USER)).isInstanceOf(IllegalArgumentException.class);
        assertThat(libc.calls()).isEmpty();
    }
}
