package dev.nullbox.smoketest;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.net.UnixDomainSocketAddress;
import java.nio.ByteBuffer;
import java.nio.channels.SocketChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The lines on a screen, beside those of the serial console: what the memory of a VGA card in text mode holds. */
final class ScreenVmIT {
    /** Memory of the text mode: a character and its colours, each a byte. */
    private static final int TEXT_AT = 0xb8000;

    private static final int TEXT_BYTES = 0x8000;

    @TempDir
    private Path directory;

    @Test
    void operatorAtTheScreenSeesAddressAndFingerprint() throws IOException, InterruptedException {
        Path monitor = directory.resolve("monitor");
        List<String> machine = new ArrayList<>(Inputs.accelerator().arguments());
        machine.addAll(List.of("-device", "VGA", "-monitor", "unix:" + monitor + ",server=on,wait=off"));
        Boot boot = Boot.of(
                        new Boot.Medium.Direct(Inputs.kernel(), Inputs.initramfs(), Inputs.root()),
                        Inputs.accelerator())
                .withProcessor(machine)
                .withKernelArgument("console=tty0")
                .withKernelArgument("console=ttyS0");
        try (Appliance appliance = Appliance.start(boot)) {
            appliance.awaitEvent(event -> event.is("service.ready", "service", "gateway"), Appliance.LONG, "gateway");
            String line = "operators reach this appliance by nullctl --address 10.0.2.15:7443";
            String text = "";
            long end = System.nanoTime() + Appliance.SHORT.toNanos();
            while (!text.contains(line) && System.nanoTime() < end) {
                text = text(monitor);
            }
            assertThat(text)
                    .contains(line)
                    .contains("nulld| NullBox: nulld is PID 1")
                    .contains("gateway| the SHA-256 fingerprint of this appliance's certificate is ");
            assertThat(appliance.console()).contains(line);
        }
    }

    /** The characters in the card's memory: lines are 80 wide, and longer ones go on in the next. */
    private String text(Path monitor) throws IOException, InterruptedException {
        Path dump = directory.resolve("text");
        Files.deleteIfExists(dump);
        try (SocketChannel socket = SocketChannel.open(UnixDomainSocketAddress.of(monitor))) {
            // In quotes: the monitor takes a slash after a number for a division.
            String command = "pmemsave " + TEXT_AT + " " + TEXT_BYTES + " \"" + dump + "\"\n";
            socket.write(ByteBuffer.wrap(command.getBytes(StandardCharsets.US_ASCII)));
            long end = System.nanoTime() + Appliance.SHORT.toNanos();
            while (!Files.exists(dump) || Files.size(dump) < TEXT_BYTES) {
                assertThat(System.nanoTime())
                        .as("QEMU's monitor writes the memory")
                        .isLessThan(end);
                Thread.sleep(100);
            }
        }
        byte[] memory = Files.readAllBytes(dump);
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < memory.length; i += 2) {
            text.append((char) (memory[i] & 0x7f));
        }
        return text.toString();
    }
}
