package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.Order;
import org.junit.jupiter.api.Test;

/** A medium as {@code ./nullbox write} makes it, booted where nothing else lets the operator in. */
abstract class WrittenBoot extends HelloBoot {
    private final Path directory;

    /** @param efi true to boot by EFI firmware, false by the BIOS */
    WrittenBoot(Boot.Socket socket, String card, boolean efi) throws IOException, InterruptedException {
        this(Files.createTempDirectory("written"), socket, card, efi);
    }

    private WrittenBoot(Path directory, Boot.Socket socket, String card, boolean efi)
            throws IOException, InterruptedException {
        super(new Boot.Medium.Written(
                written(directory.resolve("medium.img"), Inputs.credentials()),
                socket,
                card,
                efi ? Optional.of(Inputs.ovmf()) : Optional.empty()));
        this.directory = directory;
    }

    /** Writes the ISO with these certificates to a new file. */
    static Path written(Path file, Path credentials) throws IOException, InterruptedException {
        DataDisk.run(List.of(
                Inputs.mediumMaker().toString(), Inputs.iso().toString(), file.toString(), credentials.toString()));
        return file;
    }

    @AfterAll
    void deleteTheMedium() throws IOException {
        Files.deleteIfExists(directory.resolve("medium.img"));
        Files.delete(directory);
    }

    /** Ends the boot: by the port that only the medium's certificates open. */
    @Order(4)
    @Test
    void theOperatorIsLetInByTheMediumAndPowersItOff() throws Exception {
        assertThat(hello().status().get("data").getAsString()).isEqualTo("memory");
        hello().powersOffByTheOperator();
    }
}
