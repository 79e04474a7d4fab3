package dev.nullbox.cage.jail;

import static dev.nullbox.protocol.FieldType.TEXT;
import static dev.nullbox.protocol.FieldType.listOf;
import static dev.nullbox.protocol.FieldType.struct;
import static dev.nullbox.protocol.FieldType.whole;

import com.google.gson.JsonObject;
import dev.nullbox.protocol.CallReason;
import dev.nullbox.protocol.Field;
import dev.nullbox.protocol.FieldType;
import dev.nullbox.protocol.Message;
import dev.nullbox.protocol.id.AgentNetwork;
import dev.nullbox.protocol.id.AgentSlot;
import dev.nullbox.rpc.Codec;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.RpcException;
import java.util.List;

/** Fields of the one line of JSON that {@code cage jail} reads first from its standard input; it has no secret. */
public final class JailSpec {
    public static final Field<AgentNetwork> NETWORK = Field.of(
            "network",
            new FieldType.Parsed<>(AgentNetwork::parse, AgentNetwork::toString, "a /16", CallReason.WRONG_TYPE),
            "of all agents");
    public static final Field<Long> KVM_GROUP = id("kvm_group", "the group of /dev/kvm");
    public static final Field<String> HOST_PID = Field.of("host_pid", TEXT, "the host's PID namespace");
    public static final Field<Long> CAGE_PID = id("cage_pid", "the daemon, whose death ends this process");
    public static final Field<String> CGROUP = Field.of("cgroup", TEXT, "as /proc/self/cgroup must name it");
    public static final Field<String> NEW_ROOT = Field.of("new_root", TEXT, "a directory to mount the new root on");
    public static final Field<List<String>> BINDS =
            paths("binds", "of the host, seen read-only at the same place; those that are absent are left out");
    public static final Field<String> CONTROL =
            Field.of("control", TEXT, "the directory of the socket at which the guest arrives");
    public static final Field<List<String>> LAUNCHER = paths("launcher", "{@code cage vm} without the last word");
    public static final Field<Long> KRUN_LOG_LEVEL =
            Field.of("krun_log_level", whole(0, 4, ""), "1 errors, 2 warnings");
    public static final Field<Message> VM = Field.of("vm", VmConfig.FIELDS, "the microVM");

    private static final FieldType.Struct FIELDS = struct(
            NETWORK, KVM_GROUP, HOST_PID, CAGE_PID, CGROUP, NEW_ROOT, BINDS, CONTROL, LAUNCHER, KRUN_LOG_LEVEL, VM);

    private JailSpec() {}

    static Field<Long> id(String name, String meaning) {
        return Field.of(name, whole(1, Integer.MAX_VALUE, ""), meaning);
    }

    private static Field<List<String>> paths(String name, String meaning) {
        return Field.of(name, listOf(TEXT), meaning);
    }

    /** @throws RpcException naming the field that is missing or wrong */
    static Message parse(byte[] line) throws RpcException {
        return parse(FIELDS, line);
    }

    /** The message of these fields in a JSON object. */
    static Message parse(FieldType.Struct type, byte[] utf8) throws RpcException {
        if (Json.parse(utf8) instanceof JsonObject object) {
            return Codec.decodeRequest(type.fields(), object);
        }
        throw new RpcException(CallReason.NOT_AN_OBJECT, "not a JSON object");
    }

    static AgentSlot slot(Message spec) {
        return new AgentSlot(spec.get(NETWORK), spec.get(VM).getInt(VmConfig.SLOT));
    }
}
