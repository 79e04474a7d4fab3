package dev.nullbox.cage.secrets;

import com.google.gson.JsonArray;
import com.google.gson.JsonElement;
import com.google.gson.JsonObject;
import dev.nullbox.protocol.api.VaultReason;
import dev.nullbox.rpc.RpcException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;

/**
 * A warden with the secrets PASS and TOKEN, as many of 64 KiB as are asked for by LARGE_ and more, and BAIT, which is a
 * canary; its leases in the real one's form.
 */
public final class FakeWarden {
    private static final Map<String, String> VALUES = Map.of("PASS", "s3cr3t", "TOKEN", "t0k3n");

    private final List<JsonObject> leases = new ArrayList<>();
    private final List<String> fetched = new ArrayList<>();
    private long seq = 1;
    private @Nullable JsonObject garbage;
    private int garbled;
    private String fate = "";

    public synchronized JsonObject lease(JsonObject params) throws RpcException {
        JsonObject secrets = new JsonObject();
        JsonArray refs = new JsonArray();
        for (JsonElement element : params.getAsJsonArray("refs")) {
            JsonObject ref = element.getAsJsonObject();
            String name = ref.get("name").getAsString();
            boolean isFile = ref.get("deliver").getAsString().equals("file");
            if (isFile) {
                secrets.addProperty(name, base64(name));
            } else if (!name.equals("BAIT")) {
                base64(name);
            }
            ref.addProperty("state", "active");
            ref.addProperty("version", ref.has("version") ? ref.get("version").getAsInt() : 1);
            ref.addProperty("reads_left", ref.has("reads") ? ref.get("reads").getAsInt() : 1);
            refs.add(ref);
        }
        end(params.get("agent").getAsString(), "ended");
        JsonObject lease = new JsonObject();
        lease.addProperty("lease", "L" + leases.size());
        lease.add("agent", params.get("agent"));
        lease.addProperty("run", params.get("run").getAsString());
        lease.addProperty("state", "active");
        lease.add("names", new JsonArray());
        lease.addProperty("since", 0);
        lease.add("refs", refs);
        leases.add(lease);
        strike(lease);
        changed();
        JsonObject answer = new JsonObject();
        answer.add("lease", lease.get("lease"));
        answer.add("secrets", secrets);
        return answer;
    }

    private static String base64(String name) throws RpcException {
        if (name.equals("BAIT")) {
            throw new RpcException(VaultReason.CANARY, "BAIT is a canary");
        }
        String value = name.startsWith("LARGE_") ? "s3cr3t!!".repeat(8 * 1024) : VALUES.get(name);
        if (value == null) {
            throw new RpcException(VaultReason.SECRET_UNKNOWN, "no secret " + name);
        }
        return Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8));
    }

    public synchronized JsonObject fetch(JsonObject params) throws RpcException {
        String name = params.get("name").getAsString();
        fetched.add(name);
        if (name.equals("BAIT")) {
            base64(name);
        }
        for (JsonElement element : leases.getLast().getAsJsonArray("refs")) {
            JsonObject ref = element.getAsJsonObject();
            if (ref.get("name").getAsString().equals(name)) {
                return fetch(name, ref);
            }
        }
        throw new RpcException(VaultReason.LEASE_UNKNOWN, "not lent: " + name);
    }

    private static JsonObject fetch(String name, JsonObject ref) throws RpcException {
        if (!ref.get("deliver").getAsString().equals("fetch")) {
            throw new RpcException(VaultReason.LEASE_NOT_FETCH, name + " is in a file");
        }
        int left = ref.get("reads_left").getAsInt();
        if (left == 0) {
            throw new RpcException(VaultReason.LEASE_SPENT, name + " was read");
        }
        JsonObject answer = new JsonObject();
        answer.addProperty("value", base64(name));
        ref.addProperty("reads_left", left - 1);
        return answer;
    }

    /** The names that were asked for, by whomever. */
    public synchronized List<String> fetched() {
        return List.copyOf(fetched);
    }

    /** Answer in place of the leases from now on; null for the leases. */
    public synchronized void garble(@Nullable JsonObject answer) {
        garbage = answer;
    }

    /** Number of such answers. */
    synchronized int garbled() {
        return garbled;
    }

    public synchronized JsonObject leases(JsonObject params) {
        if (garbage != null) {
            garbled++;
            return garbage;
        }
        long deadline = System.nanoTime()
                + TimeUnit.MILLISECONDS.toNanos(params.get("wait_ms").getAsLong());
        long left = deadline - System.nanoTime();
        while (seq == params.get("after").getAsLong() && left > 0) {
            try {
                TimeUnit.NANOSECONDS.timedWait(this, left);
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
                break;
            }
            left = deadline - System.nanoTime();
        }
        JsonArray all = new JsonArray();
        leases.forEach(lease -> all.add(lease.deepCopy()));
        JsonObject answer = new JsonObject();
        answer.add("leases", all);
        answer.addProperty("seq", seq);
        answer.addProperty("left_out", 0);
        return answer;
    }

    /**
     * What becomes of a lease as soon as it is granted.
     *
     * @param state of the lease; or "a secret expired", or "forgotten"
     */
    public synchronized void strikeAtOnce(String state) {
        fate = state;
    }

    private void strike(JsonObject lease) {
        switch (fate) {
            case "" -> {}
            case "forgotten" -> leases.remove(lease);
            case "a secret expired" ->
                lease.getAsJsonArray("refs").get(0).getAsJsonObject().addProperty("state", "expired");
            default -> lease.addProperty("state", fate);
        }
    }

    /** Started anew: it knows of no lease. */
    public synchronized void forget() {
        leases.clear();
        changed();
    }

    /** Action of an operator. */
    public synchronized void revoke(String agent) {
        end(agent, "revoked");
        changed();
    }

    private void end(String agent, String state) {
        for (JsonObject lease : leases) {
            if (lease.get("agent").getAsString().equals(agent)
                    && lease.get("state").getAsString().equals("active")) {
                lease.addProperty("state", state);
            }
        }
    }

    private void changed() {
        seq++;
        notifyAll();
    }
}
