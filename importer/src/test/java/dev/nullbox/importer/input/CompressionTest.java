package dev.nullbox.importer.input;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.natives.Natives;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Streams compressed by gzip and zstd, whole, in several members, cut and damaged. */
class CompressionTest {
    private static final byte[] CONTENT = content();

    @TempDir
    Path directory;

    /** Half random, half repeated. */
    private static byte[] content() {
        byte[] bytes = new byte[700_000];
        new Random(3).nextBytes(bytes);
        Arrays.fill(bytes, 100_000, 400_000, (byte) 'x');
        return bytes;
    }

    private byte[] compressed(byte[] content, String... command) throws IOException, InterruptedException {
        Path file = Files.write(directory.resolve("content"), content);
        Process process = new ProcessBuilder(command)
                .redirectInput(file.toFile())
                .redirectError(ProcessBuilder.Redirect.INHERIT)
                .start();
        byte[] output = process.getInputStream().readAllBytes();
        assertThat(process.waitFor()).isZero();
        return output;
    }

    /** A stream that gives a few bytes at a time. */
    private static InputStream dripping(byte[] bytes) {
        return new ByteArrayInputStream(bytes) {
            @Override
            public int read(byte[] to, int offset, int length) {
                return super.read(to, offset, Math.min(length, 1009));
            }
        };
    }

    private static byte[] plain(byte[] compressed) throws IOException {
        return Compression.decompress(dripping(compressed)).stream().readAllBytes();
    }

    private static byte[] joined(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    @ParameterizedTest
    @ValueSource(strings = {"gzip -1", "gzip -9", "zstd -1", "zstd -19 --check", "zstd --long=27"})
    void compressedBytesComeBack(String command) throws Exception {
        byte[] once = compressed(CONTENT, command.split(" ", -1));
        assertThat(plain(once)).isEqualTo(CONTENT);
        byte[] empty = compressed(new byte[0], command.split(" ", -1));
        assertThat(plain(joined(once, empty, once))).isEqualTo(joined(CONTENT, CONTENT));
        for (int cut : List.of(once.length - 1, once.length / 2, 20)) {
            assertThatThrownBy(() -> plain(Arrays.copyOf(once, cut)))
                    .isInstanceOfSatisfying(
                            ArchiveException.class, e -> assertThat(e.reason()).isEqualTo(ImportReason.IMPORT_CUT));
            assertThatThrownBy(() -> plain(joined(once, Arrays.copyOf(once, cut))))
                    .isInstanceOf(ArchiveException.class);
        }
    }

    @Test
    void gzipMayBePaddedByZerosAndNothingElse() throws Exception {
        byte[] gzip = compressed(CONTENT, "gzip");
        assertThat(plain(joined(gzip, new byte[512]))).isEqualTo(CONTENT);
        assertThatThrownBy(() -> plain(joined(gzip, new byte[] {0, 0, 7}))).isInstanceOf(ArchiveException.class);
        assertThatThrownBy(() -> plain(joined(gzip, new byte[] {7, 7, 7})))
                .hasMessageContaining("bytes that are no gzip follow its end");
    }

    @Test
    void gzipHeadersMayHaveNamesAndSums() throws Exception {
        byte[] gzip = compressed(CONTENT, "gzip", "-n");
        byte[] header = {0x1f, (byte) 0x8b, 8, 2 | 4 | 8 | 16, 0, 0, 0, 0, 0, 3, 2, 0, 'x', 'y', 'n', 0, 'c', 0, 1, 2};
        assertThat(plain(joined(header, Arrays.copyOfRange(gzip, 10, gzip.length))))
                .isEqualTo(CONTENT);
        byte[] reserved = gzip.clone();
        reserved[3] = (byte) 0x80;
        assertThatThrownBy(() -> plain(reserved)).hasMessageContaining("not one of RFC 1952");
    }

    @Test
    void changedSumsAreFound() throws Exception {
        byte[] gzip = compressed(CONTENT, "gzip");
        for (int from = gzip.length - 8; from < gzip.length; from++) {
            byte[] changed = gzip.clone();
            changed[from] ^= 1;
            assertThatThrownBy(() -> plain(changed)).hasMessageContaining("the gzip data is damaged");
        }
        byte[] zstd = compressed(CONTENT, "zstd", "--check");
        zstd[zstd.length - 1] ^= 1;
        assertThatThrownBy(() -> plain(zstd)).hasMessageContaining("the zstd data is damaged: Restored data");
    }

    /** zstd:chunked puts its table of contents there. */
    @Test
    void skippableFramesOfZstdAreSkipped() throws Exception {
        byte[] skippable = {0x5e, 0x2a, 0x4d, 0x18, 4, 0, 0, 0, 1, 2, 3, 4};
        byte[] zstd = compressed(CONTENT, "zstd");
        assertThat(plain(joined(skippable, zstd, skippable))).isEqualTo(CONTENT);
    }

    /** A window of 2 GiB would be memory of the importer's. */
    @Test
    void windowsOfZstdAreBounded() throws Exception {
        byte[] zstd = compressed(CONTENT, "zstd", "--long=28", "--no-content-size");
        assertThatThrownBy(() -> plain(zstd)).hasMessageContaining("too much memory");
    }

    @Test
    void zstdsStreamsAreClosed() throws Exception {
        byte[] zstd = compressed(CONTENT, "zstd");
        InputStream stream = Compression.decompress(dripping(zstd), Natives::zstd).stream();
        assertThat(stream.read()).isEqualTo(Byte.toUnsignedInt(CONTENT[0]));
        stream.close();
        assertThatThrownBy(() -> stream.readNBytes(500_000)).isInstanceOf(IllegalStateException.class);
    }

    @Test
    void ratiosAreBoundedBeyondOneGibibyte() {
        Meter meter = new Meter(Long.MAX_VALUE, 1);
        InputStream zeros = new InputStream() {
            @Override
            public int read() {
                return 0;
            }

            @Override
            public int read(byte[] to, int offset, int length) {
                return length;
            }
        };
        java.security.MessageDigest none = new java.security.MessageDigest("none") {
            @Override
            protected void engineUpdate(byte input) {}

            @Override
            protected void engineUpdate(byte[] input, int offset, int length) {}

            @Override
            protected byte[] engineDigest() {
                return new byte[0];
            }

            @Override
            protected void engineReset() {}
        };
        MeteredStream stream = new MeteredStream(zeros, none, 3 << 20, meter);
        assertThatThrownBy(stream::drain).hasMessageContaining("more than 400 times as many");
        assertThat(stream.count()).isBetween(400L * (3 << 20), 401L * (3 << 20));
    }
}
