package dev.nullbox.nulld.boot;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.natives.FakeLibc;
import dev.nullbox.nulld.linux.Cgroups;
import dev.nullbox.nulld.linux.Layout;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.service.Sha256;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The gateway's files from each place, and the partition nullbox-setup with each fault. */
class GatewayFilesTest {
    @TempDir
    private Path root;

    private final List<String> said = new ArrayList<>();

    @BeforeEach
    void machine() throws IOException {
        Files.createDirectories(root.resolve("etc"));
        Files.writeString(root.resolve("etc/passwd"), "gateway:x:104:104::/:/none\n");
        Files.writeString(root.resolve("etc/group"), "gateway:x:104:\n");
        partition("sda", "sda1", "ISO9660", new byte[0]);
    }

    @Test
    void mediumOpensThePortAndIsKept() throws IOException {
        partition("sda", "sda4", "nullbox-setup", setup("key", "authority"));
        assertThat(install("sda", true)).isEmpty();
        assertThat(root.resolve("run/gateway/tls/server.p12")).hasContent("key");
        assertThat(root.resolve("run/gateway/tls/ca.pem")).hasContent("authority");
        assertThat(root.resolve("data/gateway/server.p12")).hasContent("key");
        assertThat(PosixFilePermissions.toString(
                        Files.getPosixFilePermissions(root.resolve("data/gateway/server.p12"))))
                .isEqualTo("rw-------");
        assertThat(said)
                .containsExactly(
                        "kept server.p12 on the data partition by the boot medium's",
                        "kept ca.pem on the data partition by the boot medium's");
        said.clear();
        assertThat(install("sda", true)).isEmpty();
        assertThat(said).as("the same again is nothing new").isEmpty();
    }

    @Test
    void bootWithoutTheMediumUsesWhatWasKept() throws IOException {
        partition("sda", "sda4", "nullbox-setup", setup("key", "authority"));
        install("sda", true);
        delete("sda4");
        assertThat(install("nvme0n1", true)).isEmpty();
        assertThat(root.resolve("run/gateway/tls/server.p12")).hasContent("key");
    }

    @Test
    void mediumInHandReplacesWhatWasKept() throws IOException {
        partition("sda", "sda4", "nullbox-setup", setup("old", "authority"));
        install("sda", true);
        partition("sda", "sda4", "nullbox-setup", setup("new", "authority"));
        said.clear();
        assertThat(install("sda", true)).isEmpty();
        assertThat(root.resolve("data/gateway/server.p12")).hasContent("new");
        assertThat(said).containsExactly("replaced server.p12 on the data partition by the boot medium's");
    }

    @Test
    void stateInMemoryKeepsNothing() throws IOException {
        partition("sda", "sda4", "nullbox-setup", setup("key", "authority"));
        assertThat(install("sda", false)).isEmpty();
        assertThat(root.resolve("data/gateway")).doesNotExist();
    }

    @Test
    void rootOnAPartitionOfTheSameDiskCounts() throws IOException {
        partition("sda", "sda4", "nullbox-setup", setup("key", "authority"));
        assertThat(install("sda1", false)).isEmpty();
    }

    @Test
    void otherDisksPartitionOpensNothing() throws IOException {
        partition("sdb", "sdb4", "nullbox-setup", setup("key", "authority"));
        assertThat(install("sda", true)).get().asString().contains("the management port is closed");
        assertThat(said)
                .singleElement()
                .asString()
                .contains("dev/sdb4 is not read: it is not on the disk that the root was found on");
        said.clear();
        assertThat(install("", true)).as("nothing is known of the root's disk").isPresent();
        assertThat(root.resolve("run/gateway/tls/server.p12")).doesNotExist();
    }

    @Test
    void plainMediumSaysThatThePortIsShutAndHowToOpenIt() {
        assertThat(install("sda", true))
                .get()
                .asString()
                .contains("no server.p12, so the management port is closed")
                .contains("./nullbox write DEVICE")
                .contains("-fw_cfg name=opt/nullbox/server.p12");
    }

    @Test
    void faultyPartitionIsRefusedWithItsFault() throws IOException {
        byte[] good = setup("key", "authority");
        assertRefused(new byte[1 << 10], "does not begin with");
        assertRefused(changed(good, 0, 'N'), "does not begin with");
        assertRefused(changed(good, 16, 0), "gives server.p12 0 bytes");
        assertRefused(changed(good, 18, 0xff), "gives server.p12 16711683 bytes");
        assertRefused(changed(good, 23, 0xff), "gives ca.pem 4278190089 bytes");
        assertRefused(changed(good, 24, good[24] ^ 1), "the sum of its files");
        assertRefused(changed(good, 513, 'X'), "the sum of its files");
        assertRefused(ByteBuffer.allocate(515).put(good, 0, 515).array(), "ends before its files do");
        assertRefused(new byte[100], "ends before its files do");
    }

    private void assertRefused(byte[] content, String fault) throws IOException {
        partition("sda", "sda4", "nullbox-setup", content);
        said.clear();
        assertThat(install("sda", true)).as(fault).isPresent();
        assertThat(said)
                .singleElement()
                .asString()
                .contains("is refused: ")
                .contains(fault)
                .contains("./nullbox write");
        assertThat(root.resolve("data/gateway/server.p12")).doesNotExist();
    }

    @Test
    void linkThatTheGatewayLeftIsNotFollowed() throws IOException {
        Path secret = Files.writeString(root.resolve("secret"), "secret");
        Path state = Files.createDirectories(root.resolve("data/gateway"));
        Files.createSymbolicLink(state.resolve("server.p12"), secret);
        Files.writeString(state.resolve("ca.pem"), "authority");
        assertThat(install("sda", true)).get().asString().contains("cannot be installed");
        assertThat(root.resolve("run/gateway/tls/server.p12")).doesNotExist();
    }

    private Optional<String> install(String medium, boolean keeps) {
        Layout layout = new Layout(
                root.resolve("run"),
                root.resolve("data"),
                "memory",
                root.resolve("etc"),
                new Cgroups(root.resolve("cgroup"), 0),
                AgentNetwork.DEFAULT,
                "/sbin/launch",
                List.of());
        SetupPartition setup = new SetupPartition(root, medium, said::add);
        return new GatewayFiles(new FakeLibc(), layout, root.resolve("firmware"), setup, keeps, said::add).install();
    }

    /** As the kernel shows it: a partition's directory lies in its disk's. */
    private void partition(String disk, String name, String label, byte[] content) throws IOException {
        Path device = root.resolve("sys/devices/pci/block").resolve(disk);
        Path own = Files.createDirectories(device.resolve(name));
        Files.writeString(own.resolve("partition"), "4\n");
        Files.writeString(own.resolve("uevent"), "DEVNAME=" + name + "\nPARTNAME=" + label + "\n");
        Path all = Files.createDirectories(root.resolve("sys/class/block"));
        for (Path entry : List.of(device, own)) {
            Path link = all.resolve(String.valueOf(entry.getFileName()));
            Files.deleteIfExists(link);
            Files.createSymbolicLink(link, entry);
        }
        Files.write(Files.createDirectories(root.resolve("dev")).resolve(name), content);
    }

    private void delete(String name) throws IOException {
        Files.delete(root.resolve("sys/class/block").resolve(name));
    }

    private static byte[] setup(String server, String authority) {
        byte[] both = (server + authority).getBytes(StandardCharsets.US_ASCII);
        ByteBuffer header = ByteBuffer.allocate(512).order(ByteOrder.LITTLE_ENDIAN);
        header.put("nullbox-setup 1\n".getBytes(StandardCharsets.US_ASCII));
        header.putInt(server.length()).putInt(authority.length());
        header.put(Sha256.digest().digest(both));
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        all.writeBytes(header.array());
        all.writeBytes(both);
        all.writeBytes(new byte[512]);
        return all.toByteArray();
    }

    private static byte[] changed(byte[] bytes, int at, int to) {
        byte[] changed = bytes.clone();
        changed[at] = (byte) to;
        return changed;
    }
}
