package dev.nullbox.cage.jail;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;
import java.util.ArrayList;
import java.util.List;

/**
 * What {@code cage jail} reads first from its standard input, one line of JSON. The secrets' bytes follow it in the order
 * of their names and are never in JSON.
 *
 * @param slot the agent's place
 * @param kvmGroup the group of /dev/kvm
 * @param cagePid the daemon, whose death ends this process
 * @param cgroup what /proc/self/cgroup must say
 * @param newRoot a directory for the new root to be mounted on
 * @param binds host paths that are seen read-only at the same place; those that are absent are left out
 * @param rootfs the agent's root file system on the host
 * @param shares the directory of the agent's shares on the host
 * @param read guest paths of shares that it may read
 * @param write guest paths of shares that it may write
 * @param secrets what follows the line
 * @param launcher how {@code cage vm} is started, without the last word
 * @param krunLogLevel 1 or 2
 * @param vm the microVM
 */
public record JailConfig(
        Slot slot,
        int kvmGroup,
        int cagePid,
        String cgroup,
        String newRoot,
        List<String> binds,
        String rootfs,
        String shares,
        List<String> read,
        List<String> write,
        List<SecretSize> secrets,
        List<String> launcher,
        int krunLogLevel,
        VmConfig vm) {
    /** A secret that follows: its name and how many bytes it has. */
    public record SecretSize(String name, int bytes) {}

    private static final int MAX_SECRET_BYTES = 1 << 20;

    public JailConfig {
        binds = List.copyOf(binds);
        read = List.copyOf(read);
        write = List.copyOf(write);
        secrets = List.copyOf(secrets);
        launcher = List.copyOf(launcher);
    }

    /** One line of UTF-8 without its line feed. */
    public byte[] toBytes() {
        JsonObject json = new JsonObject();
        json.addProperty("slot", slot.number());
        json.addProperty("kvm_group", kvmGroup);
        json.addProperty("cage_pid", cagePid);
        json.addProperty("cgroup", cgroup);
        json.addProperty("new_root", newRoot);
        json.add("binds", JsonLists.of(binds));
        json.addProperty("rootfs", rootfs);
        json.addProperty("shares", shares);
        json.add("read", JsonLists.of(read));
        json.add("write", JsonLists.of(write));
        JsonArray sizes = new JsonArray();
        for (SecretSize secret : secrets) {
            JsonObject size = new JsonObject();
            size.addProperty("name", secret.name());
            size.addProperty("bytes", secret.bytes());
            sizes.add(size);
        }
        json.add("secrets", sizes);
        json.add("launcher", JsonLists.of(launcher));
        json.addProperty("krun_log_level", krunLogLevel);
        json.add("vm", vm.toJson());
        return Json.bytes(json);
    }

    /** @throws RpcException naming the field that is missing or wrong */
    static JailConfig parse(byte[] line) throws RpcException {
        if (!(Json.parse(line) instanceof JsonObject json)) {
            throw new RpcException(RpcException.Code.PARSE, "JSON", "not a JSON object");
        }
        Params fields = new Params(json);
        JailConfig config = new JailConfig(
                new Slot((int) fields.integer("slot", 1, Slot.MAX)),
                (int) fields.integer("kvm_group", 1, Integer.MAX_VALUE),
                (int) fields.integer("cage_pid", 1, Integer.MAX_VALUE),
                fields.string("cgroup"),
                fields.string("new_root"),
                fields.strings("binds"),
                fields.string("rootfs"),
                fields.string("shares"),
                fields.strings("read"),
                fields.strings("write"),
                sizes(fields.any("secrets")),
                fields.strings("launcher"),
                (int) fields.integer("krun_log_level", 0, 4),
                VmConfig.fromJson(fields.object("vm")));
        fields.done();
        return config;
    }

    private static List<SecretSize> sizes(JsonElement list) throws RpcException {
        List<SecretSize> sizes = new ArrayList<>();
        if (list instanceof JsonArray array) {
            for (JsonElement element : array) {
                if (element instanceof JsonObject object) {
                    Params fields = new Params(object);
                    sizes.add(
                            new SecretSize(fields.string("name"), (int) fields.integer("bytes", 0, MAX_SECRET_BYTES)));
                    fields.done();
                }
            }
            if (sizes.size() == array.size()) {
                return sizes;
            }
        }
        throw new RpcException(
                RpcException.Code.INVALID_PARAMS, "WRONG_TYPE", "secrets: must be a list of objects", "secrets");
    }
}
