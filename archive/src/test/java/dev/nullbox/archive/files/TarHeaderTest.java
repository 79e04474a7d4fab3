package dev.nullbox.archive.files;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Headers whose values have no room in ustar's fields, read back by GNU tar. */
class TarHeaderTest {
    @TempDir
    private Path temporary = Path.of("");

    private String listed(TarHeader header) throws Exception {
        Path file = temporary.resolve("header.tar");
        Files.write(file, header.encode());
        Process tar =
                new ProcessBuilder("tar", "--numeric-owner", "--full-time", "--utc", "-tvf", file.toString()).start();
        String said = new String(tar.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        assertThat(tar.waitFor(60, TimeUnit.SECONDS)).isTrue();
        return said.strip();
    }

    private static TarHeader header(EntryType type, long uid, long size, long seconds, long device) {
        return new TarHeader(
                new ByteName("x".getBytes(StandardCharsets.US_ASCII)),
                type,
                0644,
                uid,
                uid,
                size,
                seconds,
                ByteName.NONE,
                device,
                Map.of());
    }

    @Test
    void largeNumbersStandInThePaxHeader() throws Exception {
        assertThat(listed(header(EntryType.FILE, 4_294_967_294L, 1L << 40, -86_400, 0)))
                .isEqualTo("-rw-r--r-- 4294967294/4294967294 1099511627776 1969-12-31 00:00:00 x");
        assertThat(header(EntryType.FILE, 0x1f_ffff, (1L << 33) - 1, 0, 0).encode())
                .hasSize(512);
        assertThat(header(EntryType.FILE, 0x20_0000, 0, 0, 0).encode()).hasSize(3 * 512);
        assertThat(header(EntryType.FILE, 0, 1L << 33, 0, 0).encode()).hasSize(3 * 512);
    }

    @Test
    void aDeviceHasBothItsNumbers() throws Exception {
        assertThat(listed(header(EntryType.CHARACTER_DEVICE, 0, 0, 0, 0x10_0503)))
                .isEqualTo("crw-r--r-- 0/0           5,259 1970-01-01 00:00:00 x");
    }
}
