package dev.nullbox.image;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.egress.EgressMain;
import dev.nullbox.protocol.Audience;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.Test;

/** Facts about the image's users that stand in programs too. */
class UsersTest {
    @Test
    void theGatesNumberIsTheOneThatThePacketFilterLetsConnect() throws IOException {
        String number = EgressMain.DEFAULT_GATE_USER;
        assertThat(Files.readAllLines(Path.of("files/etc/passwd")))
                .filteredOn(line -> line.startsWith(Audience.GATE + ":"))
                .singleElement()
                .satisfies(line -> assertThat(line).startsWith("gate:x:" + number + ":" + number + ":"));
    }
}
