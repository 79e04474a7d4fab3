package dev.nullbox.cage.jail;

import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.TRUTH;
import static dev.nullbox.protocol.FieldType.struct;

import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;

/**
 * Fields of the JSON object that {@code cage vm} reads from its standard input to the end of the file: the expected
 * sandbox, which {@link SandboxCheck} reads back before anything else, and the microVM.
 */
final class VmSpec {
    /** The largest specification, in bytes: a microVM's disks and limits are far below it. */
    static final int MAX_BYTES = 1 << 20;

    static final Field<Long> UID = JailSpec.id("uid", "user and group");
    static final Field<String> HOST_NET = Field.of("host_net", TEXT, "the host's network namespace");
    static final Field<String> HOST_MNT = Field.of("host_mnt", TEXT, "the host's mount namespace");

    static final Field<Boolean> COOKIE = Field.of("cookie", TRUTH, "false when no core has two threads");

    static final FieldType.Struct FIELDS = struct(
            UID,
            JailSpec.KVM_GROUP,
            JailSpec.CGROUP,
            HOST_NET,
            HOST_MNT,
            JailSpec.HOST_PID,
            COOKIE,
            JailSpec.KRUN_LOG_LEVEL,
            JailSpec.VM);

    private VmSpec() {}
}
