package dev.nullbox.cage.jail;

import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import dev.nullbox.manifest.Manifest;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Fields;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.id.AgentSlot;
import java.nio.file.Path;
import java.util.List;

/**
 * Fields of the microVM that a manifest asks for. Pure; has nothing of the agent's own: command, environment and
 * secrets go to the guest by its configuration.
 */
public final class VmConfig {
    private static final int WHOLE_CPU_PERCENT = 100;
    private static final int MAX_VCPUS = 16;
    private static final int MAX_MEMORY_MIB = 65_536;

    static final Field<Long> VCPUS = Field.of("vcpus", whole(1, MAX_VCPUS, ""), "virtual processors");
    static final Field<Long> MEMORY_MIB = Field.of("memory_mib", whole(1, MAX_MEMORY_MIB, "MiB"), "the guest's memory");
    static final Field<Long> SLOT = Field.of(
            "slot_number", whole(1, AgentSlot.MAX, ""), "the agent's slot, from which its MAC address follows");
    static final Field<String> DISK_ID = Field.of("disk_id", TEXT, "the disk's name to the guest's init");
    static final Field<String> HOST_PATH = Field.of("path", TEXT, "the image on the host");
    static final Field<Boolean> READ_ONLY = Field.of("read_only", TRUTH, "");
    static final Field<List<Message>> DISKS = Field.of(
            "disks",
            listOf(struct(DISK_ID, HOST_PATH, READ_ONLY)),
            "raw images, in the guest's order; the first is the root of its init");

    static final FieldType.Struct FIELDS = struct(Fields.AGENT, VCPUS, MEMORY_MIB, SLOT, DISKS);

    private VmConfig() {}

    /**
     * A disk of the microVM.
     *
     * @param id its name to the guest's init
     * @param image a raw image on the host
     */
    public record Disk(String id, Path image, boolean isReadOnly) {}

    /** The microVM of a manifest in a slot, with its disks. */
    public static Message of(Manifest manifest, AgentSlot slot, List<Disk> disks) {
        Manifest.Capabilities may = manifest.capabilities();
        return Message.of(
                Fields.AGENT.is(manifest.agent().name().value()),
                VCPUS.is(vcpus(may.maxCpuPercent().value())),
                MEMORY_MIB.is((long) may.maxMemory().value()),
                SLOT.is((long) slot.number()),
                DISKS.is(disks.stream()
                        .map(disk -> Message.of(
                                DISK_ID.is(disk.id()),
                                HOST_PATH.is(disk.image().toString()),
                                READ_ONLY.is(disk.isReadOnly())))
                        .toList()));
    }

    private static long vcpus(int cpuPercent) {
        return Math.clamp((cpuPercent + WHOLE_CPU_PERCENT - 1) / WHOLE_CPU_PERCENT, 1, MAX_VCPUS);
    }
}
