package dev.nullbox.cage.jail;

import com.google.gson.JsonObject;
import dev.nullbox.rpc.Json;
import dev.nullbox.rpc.Params;
import dev.nullbox.rpc.RpcException;

/**
 * What {@code cage vm} reads from its standard input, one JSON object to the end of the file: the microVM, and the walls
 * that must stand round it.
 *
 * @param walls what is read back before anything else
 * @param root where the guest's root is in this mount namespace
 * @param krunLogLevel 1 (errors) or 2 (warnings)
 * @param vm the microVM
 */
record VmOrder(ExpectedWalls walls, String root, int krunLogLevel, VmConfig vm) {
    /** The largest order, in bytes: a manifest's words and variables are far below it. */
    static final int MAX_BYTES = 1 << 20;

    private static final int MAX_LOG_LEVEL = 4;

    /** What the walls must read as: see {@link Walls}. */
    record ExpectedWalls(
            int uid, String cgroup, String hostNetworkNamespace, String hostMountNamespace, int parentPid) {
        JsonObject toJson() {
            JsonObject json = new JsonObject();
            json.addProperty("uid", uid);
            json.addProperty("cgroup", cgroup);
            json.addProperty("host_net", hostNetworkNamespace);
            json.addProperty("host_mnt", hostMountNamespace);
            json.addProperty("parent_pid", parentPid);
            return json;
        }

        static ExpectedWalls fromJson(JsonObject json) throws RpcException {
            Params fields = new Params(json);
            ExpectedWalls walls = new ExpectedWalls(
                    (int) fields.integer("uid", 1, Integer.MAX_VALUE),
                    fields.string("cgroup"),
                    fields.string("host_net"),
                    fields.string("host_mnt"),
                    (int) fields.integer("parent_pid", 1, Integer.MAX_VALUE));
            fields.done();
            return walls;
        }
    }

    byte[] toBytes() {
        JsonObject json = new JsonObject();
        json.add("walls", walls.toJson());
        json.addProperty("root", root);
        json.addProperty("krun_log_level", krunLogLevel);
        json.add("vm", vm.toJson());
        return Json.bytes(json);
    }

    /** @throws RpcException naming the field that is missing or wrong */
    static VmOrder parse(byte[] utf8) throws RpcException {
        if (!(Json.parse(utf8) instanceof JsonObject json)) {
            throw new RpcException(RpcException.Code.PARSE, "JSON", "not a JSON object");
        }
        Params fields = new Params(json);
        VmOrder order = new VmOrder(
                ExpectedWalls.fromJson(fields.object("walls")),
                fields.string("root"),
                (int) fields.integer("krun_log_level", 0, MAX_LOG_LEVEL),
                VmConfig.fromJson(fields.object("vm")));
        fields.done();
        return order;
    }
}
