package dev.nullbox.natives.netlink;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.natives.linux.Errno;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;

/** Golden bytes of the request and its replies. */
class NftGenerationTest {
    private final FakeLibc libc = new FakeLibc();

    private static byte[] bytes(String hex) {
        return HexFormat.of().parseHex(hex.replace(" ", "").replace("|", ""));
    }

    @Test
    void readsTheNumberInNetworkOrder() throws Exception {
        libc.gives(
                "recv",
                bytes("24000000 0f0a 0000 01000000 00000000 | 00 00 0102 | 0800 0100 01020304 | 0800 0200 00000001"));
        assertThat(NftGeneration.open(libc).read()).isEqualTo(0x01020304);
        assertThat(libc.calls().getFirst()).isEqualTo("socket(16, 524291, 12)");
        assertThat(libc.calls("send").getFirst())
                .contains(HexFormat.of().formatHex(bytes("14000000 100a 0100 01000000 00000000 | 00000000")));
    }

    @Test
    void repliesWithoutTheNumberAreRefused() throws Exception {
        libc.gives("recv", bytes("1c000000 0f0a 0000 01000000 00000000 | 00 00 0102 | 0800 0200 00000001"));
        NftGeneration generation = NftGeneration.open(libc);
        assertThatThrownBy(generation::read).hasMessageContaining("a reply without it");
    }

    @Test
    void noCapabilityIsAnError() throws Exception {
        libc.gives("recv", bytes("24000000 0200 0000 01000000 00000000 ffffffff 00000000000000000000000000000000"));
        NftGeneration generation = NftGeneration.open(libc);
        assertThatThrownBy(generation::read).hasMessage("get generation of nftables: EPERM (1)");
    }

    @Test
    void noReplyIsNotWaitedFor() throws Exception {
        libc.fails("recv", Errno.EAGAIN);
        NftGeneration generation = NftGeneration.open(libc);
        assertThatThrownBy(generation::read).hasMessageContaining("EAGAIN");
    }
}
