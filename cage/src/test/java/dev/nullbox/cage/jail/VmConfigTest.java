package dev.nullbox.cage.jail;

import static org.assertj.core.api.Assertions.assertThat;

import dev.nullbox.cage.jail.VmConfig.Disk;
import dev.nullbox.manifest.ManifestResult;
import dev.nullbox.manifest.reader.ManifestReader;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class VmConfigTest {
    /** A part of a processor is a processor, of which the control group gives it its part. */
    @ParameterizedTest
    @CsvSource({"1, 1", "100, 1", "101, 2", "400, 4"})
    void partsOfProcessorsAreWholeOnesToTheGuest(int percent, long vcpus) {
        String manifest = "[agent]\nname = \"a\"\ncommand = [\"/bin/a\"]\n[capabilities]\nmax_memory_mb = 300\n"
                + "max_cpu_percent = " + percent + "\n";
        assertThat(ManifestReader.read(manifest)).isInstanceOfSatisfying(ManifestResult.Valid.class, valid -> {
            Message vm = VmConfig.of(
                    valid.manifest(),
                    new AgentSlot(AgentNetwork.DEFAULT, 3),
                    List.of(new Disk("root", Path.of("/r"), true), new Disk("layer", Path.of("/l"), false)));
            assertThat(vm.get(VmConfig.VCPUS)).isEqualTo(vcpus);
            assertThat(vm.get(VmConfig.MEMORY_MIB)).isEqualTo(300L);
            assertThat(vm.get(VmConfig.SLOT)).isEqualTo(3L);
            assertThat(vm.get(VmConfig.DISKS))
                    .extracting(disk -> disk.get(VmConfig.DISK_ID) + disk.get(VmConfig.READ_ONLY))
                    .containsExactly("roottrue", "layerfalse");
        });
    }

    /** From 3,329 MiB on, memory reaches beyond 4 GiB, where libkrun once lost the initramfs that guests had. */
    @ParameterizedTest
    @ValueSource(ints = {64, 3_328, 3_329, 65_536})
    void aGuestHasAnyMemoryThatAManifestMayAskFor(int mib) throws RpcException {
        String manifest =
                "[agent]\nname = \"a\"\ncommand = [\"/bin/a\"]\n[capabilities]\nmax_memory_mb = " + mib + "\n";
        if (!(ManifestReader.read(manifest) instanceof ManifestResult.Valid valid)) {
            throw new AssertionError(manifest);
        }
        Message vm = VmConfig.of(valid.manifest(), new AgentSlot(AgentNetwork.DEFAULT, 3), List.of());
        assertThat(JailSpec.parse(VmConfig.FIELDS, Json.bytes(Codec.encode(vm))).get(VmConfig.MEMORY_MIB))
                .isEqualTo((long) mib);
    }
}
