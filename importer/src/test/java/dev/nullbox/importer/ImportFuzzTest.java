package dev.nullbox.importer;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;

import dev.nullbox.archive.ArchiveException;
import dev.nullbox.archive.handmade.TarBuilder;
import dev.nullbox.importer.Imports.Imported;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.importer.ImportProtocol;
import dev.nullbox.protocol.importer.ImportReason;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Small archives, changed at random: each becomes an image that fsck.erofs finds right, or ends with one clear error. */
class ImportFuzzTest {
    private static final int CHANGES = 40;
    private static final Duration LIMIT = Duration.ofSeconds(30);

    @TempDir
    Path directory;

    private static byte[] lower() {
        return new TarBuilder()
                .directory("./")
                .directory("etc")
                .file("etc/a", "content a")
                .pax(Map.of("SCHILY.xattr.user.x", "value", "path", "etc/long" + "g".repeat(120)))
                .file("x", "long name")
                .symlink("etc/s", "a")
                .link("etc/h", "etc/a")
                .device("null")
                .pax(Map.of("GNU.sparse.size", "5000", "GNU.sparse.map", "0,4,4096,4"))
                .file("sparse", "12345678")
                .end();
    }

    private static byte[] upper() {
        return new TarBuilder()
                .file("etc/.wh.s", "")
                .file("etc/a", "changed")
                .link("l", "etc/h")
                .end();
    }

    private static byte[] root() {
        return new TarBuilder()
                .directory("d")
                .file("d/.wh..wh..opq", "")
                .pax(Map.of("GNU.sparse.major", "1", "GNU.sparse.minor", "0", "GNU.sparse.realsize", "600"))
                .file("d/s", Arrays.copyOf("1\n588\n12\n".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 524))
                .add(
                        TarBuilder.header("././@LongLink", 'L', 130),
                        "n".repeat(130).getBytes(java.nio.charset.StandardCharsets.US_ASCII))
                .file("x", "y")
                .symlink("d/t", "s")
                .link("d/u", "d/s")
                .end();
    }

    @ParameterizedTest
    @ValueSource(longs = {1, 2, 3, 4, 5, 6})
    void changedArchivesAreImagesOrErrors(long seed) throws Exception {
        Random random = new Random(seed);
        Imports imports = new Imports(directory)
                .with(Message.of(ImportProtocol.LIMIT_BYTES.is(1L << 26), ImportProtocol.LIMIT_ENTRIES.is(1000L)));
        int errors = 0;
        for (int i = 0; i < CHANGES; i++) {
            byte[] changed = archive(seed, random);
            errors += assertTimeoutPreemptively(LIMIT, () -> isRefused(imports, changed)) ? 1 : 0;
        }
        assertThat(errors).as("errors of seed %d", seed).isPositive();
    }

    /** A root, an image, or an image of changed layers, whose digests are right. */
    private static byte[] archive(long seed, Random random) {
        return switch ((int) (seed % 3)) {
            case 0 -> changed(root(), random);
            case 1 -> changed(ImageBuilder.oci(lower(), upper()), random);
            default ->
                ImageBuilder.oci(changed(lower(), random), random.nextBoolean() ? changed(upper(), random) : upper());
        };
    }

    private static byte[] changed(byte[] archive, Random random) {
        byte[] changed = archive.clone();
        switch (random.nextInt(5)) {
            case 0 -> changed = Arrays.copyOf(changed, random.nextInt(changed.length));
            case 1 -> {
                int at = random.nextInt(changed.length - 600);
                System.arraycopy(changed, at, changed, random.nextInt(changed.length - 600), random.nextInt(600));
            }
            case 2 -> {
                // The same sum, so that the header stays one.
                int at = random.nextInt(changed.length / 512) * 512 + random.nextInt(300);
                changed[at]++;
                changed[Math.min(at + 1, changed.length - 1)]--;
            }
            default -> {
                for (int flips = 1 + random.nextInt(4); flips > 0; flips--) {
                    changed[random.nextInt(changed.length)] ^= (byte) (1 << random.nextInt(8));
                }
            }
        }
        return changed;
    }

    private boolean isRefused(Imports imports, byte[] archive) throws IOException, InterruptedException {
        Imported imported;
        try {
            imported = imports.of(archive);
        } catch (ArchiveException e) {
            assertThat(e.text()).isNotBlank().doesNotContain("\n").hasSizeLessThan(2000);
            assertThat(e.reason()).as(e.text()).isNotEqualTo(ImportReason.IMPORT_FAILED);
            return true;
        }
        ErofsTools.Outcome outcome = ErofsTools.check(imported.image());
        assertThat(outcome.code()).as(outcome.output()).isZero();
        return false;
    }
}
