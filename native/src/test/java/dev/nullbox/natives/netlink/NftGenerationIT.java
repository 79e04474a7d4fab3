package dev.nullbox.natives.netlink;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.Libc;
import dev.nullbox.natives.Natives;
import dev.nullbox.natives.Nftables;
import org.junit.jupiter.api.Test;

/** The kernel's own number, in a network namespace of the test's own. Needs root. */
class NftGenerationIT {
    private final Libc libc = Natives.libc();

    @Test
    void growsByOneWithEachTransactionAndWithNothingElse() throws Exception {
        OwnNetwork.inNamespace(libc, () -> {
            try (NftGeneration generation = NftGeneration.open(libc);
                    Nftables nft = Natives.nftables()) {
                int first = generation.read();
                assertThat(generation.read()).isEqualTo(first);
                assertThat(nft.runCmdFromBuffer("add table inet a\nadd chain inet a b\nadd rule inet a b drop\n"))
                        .isZero();
                assertThat(generation.read()).isEqualTo(first + 1);
                assertThat(nft.runCmdFromBuffer("list table inet a\n")).isZero();
                assertThat(nft.runCmdFromBuffer("add rule inet a none drop\n")).isNotZero();
                assertThat(generation.read()).isEqualTo(first + 1);
                assertThat(nft.runCmdFromBuffer("delete table inet a\n")).isZero();
                assertThat(generation.read()).isEqualTo(first + 2);
            }
            return 0;
        });
    }
}
