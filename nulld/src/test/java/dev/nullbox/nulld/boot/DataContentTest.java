package dev.nullbox.nulld.boot;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.ByteBuffer;
import java.util.UUID;
import org.junit.jupiter.api.Test;

/** Partitions distinguished by their first bytes. */
class DataContentTest {
    static final UUID ID = UUID.fromString("6ba7b810-9dad-11d1-80b4-00c04fd430c8");

    static byte[] blank() {
        return new byte[DataContent.HEAD_BYTES];
    }

    static byte[] xfs() {
        byte[] head = blank();
        ByteBuffer.wrap(head).putInt(0, 0x58465342);
        return identified(head, 32);
    }

    static byte[] ext4() {
        byte[] head = blank();
        head[1080] = 0x53;
        head[1081] = (byte) 0xEF;
        return identified(head, 1128);
    }

    private static byte[] identified(byte[] head, int offset) {
        ByteBuffer.wrap(head)
                .putLong(offset, ID.getMostSignificantBits())
                .putLong(offset + Long.BYTES, ID.getLeastSignificantBits());
        return head;
    }

    @Test
    void fileSystemsAreKnownByTheirMagicAndNamedByTheirUuid() {
        assertThat(DataContent.of(xfs())).isEqualTo(new DataContent.Xfs(ID));
        assertThat(DataContent.of(ext4())).isEqualTo(new DataContent.Ext4(ID));
    }

    @Test
    void onlyZerosAreBlank() {
        assertThat(DataContent.of(blank())).isEqualTo(new DataContent.Blank(false));
        byte[] last = blank();
        last[last.length - 1] = 1;
        assertThat(DataContent.of(last)).isEqualTo(new DataContent.Foreign());
    }

    @Test
    void unfinishedXfsHasNothingToLose() {
        byte[] begun = xfs();
        begun[126] = 1;
        assertThat(DataContent.of(begun)).isEqualTo(new DataContent.Blank(true));
    }
}
