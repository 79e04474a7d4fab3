package dev.nullbox.nullctl.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import org.junit.jupiter.api.Test;

/** Settings of a terminal in raw mode, held against those that cfmakeraw(3) makes of the same. */
class RawTerminalTest {
    /** As stty raw prints them of a terminal that said 0x4500, 0x5, 0xbf, 0x8a3b: computed by C's cfmakeraw. */
    @Test
    void settingsAreThoseOfCfmakeraw() {
        byte[] usual = new byte[36];
        ByteBuffer words = ByteBuffer.wrap(usual).order(ByteOrder.nativeOrder());
        words.putInt(0, 0x4500).putInt(4, 0x5).putInt(8, 0xbf).putInt(12, 0x8a3b);
        ByteBuffer raw = ByteBuffer.wrap(RawTerminal.raw(usual)).order(ByteOrder.nativeOrder());
        assertThat(raw.getInt(0)).isEqualTo(0x4000);
        assertThat(raw.getInt(4)).isEqualTo(0x4);
        assertThat(raw.getInt(8)).isEqualTo(0xbf);
        assertThat(raw.getInt(12)).isEqualTo(0x0a30);
        assertThat(raw.get(17 + 6)).isEqualTo((byte) 1);
        assertThat(words.getInt(0)).as("the settings to go back to").isEqualTo(0x4500);
    }
}
