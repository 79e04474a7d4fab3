package dev.nullbox.cage.agent;

import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class KrunLogTest {
    private static final String START = "[2026-11-29T00:02:09Z ERROR ";

    /** Each of libkrun's own beside what is nearly it: another packet, another fault, a guest that imitates it. */
    @ParameterizedTest
    @CsvSource({
        "devices::virtio::vsock::muxer] unexpected dgram pkt: 3, true",
        "devices::virtio::vsock::muxer] unexpected dgram pkt: 33, false",
        "devices::virtio::vsock::muxer] unexpected dgram pkt: 1, false",
        "devices::virtio::block::device] Failed to sync block data on drop., true",
        "devices::virtio::block::device] Failed to flush block data on drop., false",
        "init_or_kernel] x ERROR devices::virtio::vsock::muxer] unexpected dgram pkt: 3, false",
    })
    void onlyWhatIsKnownToBeHarmlessIs(String rest, boolean isHarmless) {
        assertThat(KrunLog.isHarmless(START + rest)).isEqualTo(isHarmless);
    }
}
