package dev.nullbox.nullctl.terminal;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.PrintWriter;
import java.io.StringWriter;
import java.util.OptionalLong;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;

/** Progress of an upload, at a terminal and elsewhere. */
class TransferProgressTest {
    private static final OptionalLong TOTAL = OptionalLong.of(4 << 20);

    private final StringWriter said = new StringWriter();
    private long nanos = 5;

    private TransferProgress progress(boolean isTerminal) {
        return new TransferProgress(new PrintWriter(said), isTerminal, () -> nanos);
    }

    private void pass(long millis) {
        nanos += TimeUnit.MILLISECONDS.toNanos(millis);
    }

    @Test
    void aTerminalsLineIsWrittenOverAndTakenAway() {
        try (TransferProgress progress = progress(true)) {
            progress.update("upload", 0, TOTAL);
            pass(100);
            progress.update("upload", 1, TOTAL);
            pass(900);
            progress.update("upload", 1 << 20, TOTAL);
            progress.update("import", 1 << 10, OptionalLong.empty());
        }
        assertThat(said.toString().replace("\r\u001b[K", "|"))
                .isEqualTo("|upload: 0 bytes of 4.0 MiB, 0 %|upload: 1.0 MiB of 4.0 MiB, 25 %, 1.0 MiB/s"
                        + "|import: 1.0 KiB|");
    }

    @Test
    void elsewhereALineComesEveryTenSeconds() {
        try (TransferProgress progress = progress(false)) {
            progress.update("upload", 0, TOTAL);
            pass(9_999);
            progress.update("upload", 10, TOTAL);
            pass(1);
            progress.update("upload", 20 << 20, TOTAL);
            pass(9_999);
            progress.update("upload", 30 << 20, TOTAL);
        }
        assertThat(said.toString()).isEqualTo("upload: 20.0 MiB of 4.0 MiB, 100 %, 2.0 MiB/s\n");
    }

    @Test
    void bytesStandInTheLargestUnit() {
        assertThat(CellFormat.bytes(0)).isEqualTo("0 bytes");
        assertThat(CellFormat.bytes(1)).isEqualTo("1 byte");
        assertThat(CellFormat.bytes(1023)).isEqualTo("1023 bytes");
        assertThat(CellFormat.bytes(1024)).isEqualTo("1.0 KiB");
        assertThat(CellFormat.bytes((1L << 30) - 1)).isEqualTo("1024.0 MiB");
        assertThat(CellFormat.bytes(Long.MAX_VALUE)).isEqualTo("8.0 EiB");
    }
}
